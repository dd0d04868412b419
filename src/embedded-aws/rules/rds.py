"""What RDS refuses of PostgreSQL instances and their groups."""

import re

from . import windows as window
from .registry import (
    DOCS,
    LIMITS,
    Rules,
    between,
    listed,
    matches,
    one_of,
    required,
    state,
    subnet_zones,
    values,
)

API = f"{DOCS}/AmazonRDS/latest/APIReference"
GUIDE = f"{DOCS}/AmazonRDS/latest/UserGuide"
CREATE_API = f"{API}/API_CreateDBInstance.html"

rds = Rules("rds", "InvalidParameterValue")
COMBINATION = "InvalidParameterCombination"
CREATE = "CreateDBInstance"
BOTH = f"{CREATE} ModifyDBInstance"
ENGINES = (
    "aurora-mysql aurora-postgresql db2-ae db2-se mariadb mysql oracle-ee oracle-ee-cdb oracle-se2 "
    "oracle-se2-cdb postgres sqlserver-ee sqlserver-ex sqlserver-se sqlserver-web"
).split()

IDENTIFIER = r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,%d}(?<!-)"
INVALID = "The parameter %s is not a valid identifier"
for operations, member in (
    (CREATE, "DBInstanceIdentifier"),
    ("ModifyDBInstance", "NewDBInstanceIdentifier"),
    ("DeleteDBInstance", "FinalDBSnapshotIdentifier"),
):
    message = (
        f"{INVALID % member}. Identifiers must begin with a letter; must contain only ASCII letters, "
        "digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )
    rds.values(operations, CREATE_API, {member: matches(IDENTIFIER % 62, message)})

PORT = between(1150, 65535, "Invalid database port: it")
rds.values(
    BOTH,
    CREATE_API,
    {
        "Engine": one_of(ENGINES, "Invalid DB engine: it"),
        "DBInstanceClass": matches(r"db\.[a-z0-9-]+\.[a-z0-9.]+", "Invalid DB Instance class: {}"),
        "BackupRetentionPeriod": between(*LIMITS["databaseBackupDays"], "Invalid retention: it"),
        "Port": PORT,
        "DBPortNumber": PORT,
    },
)
rds.values(
    BOTH,
    f"{GUIDE}/UsingWithRDS.SSL.html",
    {
        "CACertificateIdentifier": matches(
            r"rds-ca-(2019|rsa2048-g1|rsa4096-g1|ecc384-g1)", "CertificateNotFound: {}"
        )
    },
    "CertificateNotFound",
)
rds.values(
    "CreateDBSubnetGroup",
    f"{API}/API_CreateDBSubnetGroup.html",
    {
        "DBSubnetGroupName": matches(
            r"(?!default$)[A-Za-z][A-Za-z0-9_. -]{0,254}", INVALID % "DBSubnetGroupName" + ": {}"
        )
    },
)
rds.values(
    "CreateDBParameterGroup",
    f"{API}/API_CreateDBParameterGroup.html",
    {
        "DBParameterGroupName": matches(
            IDENTIFIER % 254, INVALID % "DBParameterGroupName" + ": {}"
        ),
        "DBParameterGroupFamily": matches(
            r"(aurora-mysql|aurora-postgresql|mariadb|mysql|postgres|oracle-[a-z0-9-]+|"
            r"sqlserver-[a-z]+|db2-[a-z]+|custom-[a-z0-9-]+?)-?\d+(\.\d+)?",
            "ParameterGroupFamily {} is not a valid parameter group family",
        ),
    },
)


def database(call):
    """The instance that a request changes, if it was made."""
    name = (call.parameters.get("DBInstanceIdentifier") or "").lower()
    return state(call, "rds").databases.get(name) if call.name != CREATE else None


def current(call, parameter: str, attribute: str, default=None):
    """A value as it is after the request."""
    given = call.parameters.get(parameter)
    return getattr(database(call), attribute, default) if given is None else given


def is_postgres(call) -> bool:
    return current(call, "Engine", "engine") == "postgres"


@rds.rule(BOTH, CREATE_API)
def master_password(p, _call):
    password = p.get("MasterUserPassword")
    if password is None:
        return
    wrong = "The parameter MasterUserPassword is not a valid password"
    if not 8 <= len(password) <= 128:
        yield f"{wrong} because it is not from 8 to 128 characters long."
    if not re.fullmatch(r"[!-~]+", password) or re.search(r"[/@\"]", password):
        yield (
            f"{wrong}. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )
    if p.get("ManageMasterUserPassword"):
        yield (
            COMBINATION,
            "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.",
        )


# Words that RDS or PostgreSQL keep for themselves; the latter:
# https://www.postgresql.org/docs/current/sql-keywords-appendix.html
SQL_WORDS = set(
    "all analyse analyze and any array as asc asymmetric both case cast check collate column "
    "constraint create current_date current_role current_time current_timestamp current_user "
    "default deferrable desc distinct do else end except false fetch for foreign from grant group "
    "having in initially intersect into lateral leading limit localtime localtimestamp not null "
    "offset on only or order placing primary references returning select session_user some "
    "symmetric table then to trailing true union unique user using variadic when where window "
    "with".split()
)
RESERVED_USERS = SQL_WORDS | set("admin rdsadmin rds_superuser rdsrepladmin root_rds".split())


@rds.rule(CREATE, CREATE_API)
def master_user(p, call):
    user = p.get("MasterUsername") or ""
    if not p.get("DBClusterIdentifier") and not p.get("DBSnapshotIdentifier"):
        names = ["MasterUsername"]
        names += [] if p.get("ManageMasterUserPassword") else ["MasterUserPassword"]
        message = "The parameter {} must be provided and must not be blank."
        yield from required(p, *names, message=message)
    if not is_postgres(call) or not user:
        return
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", user):
        yield (
            "The parameter MasterUsername is not a valid identifier. It must begin with a letter "
            "and have up to 63 letters, digits and underscores."
        )
    if user.lower() in RESERVED_USERS or user.lower().startswith("pg_"):
        yield f"MasterUsername {user} cannot be used as it is a reserved word used by the engine"


@rds.rule(CREATE, CREATE_API)
def database_name(p, call):
    name = p.get("DBName")
    if name is not None and is_postgres(call):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", name) or name.lower() in SQL_WORDS:
            yield "DBName must begin with a letter and contain only alphanumeric characters."


@rds.rule(BOTH, f"{GUIDE}/CHAP_Storage.html", COMBINATION)
def storage(p, call):
    if not is_postgres(call):
        return
    iops, throughput = p.get("Iops"), p.get("StorageThroughput")
    kind = current(call, "StorageType", "storage_type") or ("io1" if iops else "gp2")
    if kind not in LIMITS["databaseStorage"]:
        yield "InvalidParameterValue", f"Invalid storage type: {kind}"
        return
    before = int(getattr(database(call), "allocated_storage", 0) or 0)
    size, limit = p.get("AllocatedStorage"), p.get("MaxAllocatedStorage")
    if call.name == CREATE and size is None and not p.get("DBSnapshotIdentifier"):
        message = "The parameter AllocatedStorage must be provided and must not be null."
        yield "InvalidParameterValue", message
    least, most = LIMITS["databaseStorage"][kind]
    invalid = f"size for engine name postgres and storage type {kind}"
    # Storage never shrinks.
    if size is not None and not max(least, before) <= size <= most:
        yield f"Invalid storage {invalid}: {size}"
    size = size or before
    if limit and not size <= limit <= most:
        yield f"Invalid max storage {invalid}: {limit}"
    if kind in ("io1", "io2"):
        if iops is None and call.name == CREATE:
            yield f"The storage type {kind} requires iops to be specified."
        if iops is not None and not 1000 <= iops <= 256_000:
            yield f"Invalid iops value for engine postgres and storage type {kind}: {iops}"
        ratio = 50 if kind == "io1" else 1000
        if iops is not None and size and iops > ratio * size:
            yield f"The IOPS to GiB ratio must be at most {ratio}."
    elif kind != "gp3" and (iops or throughput):
        yield f"You can't specify IOPS or storage throughput for storage type {kind}."
    elif size < 400 and (iops or throughput):
        yield (
            "You can't specify IOPS or storage throughput for engine postgres and a storage size "
            "less than 400."
        )
    elif iops and not 12000 <= iops <= 64000:
        yield f"IOPS for gp3 storage must be between 12000 and 64000: {iops}"
    elif throughput and not 500 <= throughput <= 4000:
        yield f"Storage throughput must be between 500 and 4000 MiB/s: {throughput}"


@rds.rule(BOTH, f"{GUIDE}/USER_Monitoring.OS.Enabling.html", COMBINATION)
def enhanced_monitoring(p, call):
    interval, role = p.get("MonitoringInterval"), p.get("MonitoringRoleArn")
    if interval is not None and interval not in LIMITS["monitoringIntervals"]:
        yield "InvalidParameterValue", f"{interval} is not a valid monitoring interval."
    if interval and not current(call, "MonitoringRoleArn", "monitoring_role_arn"):
        yield (
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other "
            "than 0."
        )
    if role and (interval == 0 or interval is None and call.name == CREATE):
        yield (
            "You must specify a MonitoringInterval value other than 0 when you specify a "
            "MonitoringRoleARN value."
        )
    if role and not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", role):
        yield "InvalidParameterValue", f"Invalid MonitoringRoleARN: {role}"


@rds.rule(BOTH, f"{GUIDE}/USER_PerfInsights.Overview.cost.html", COMBINATION)
def performance_insights(p, call):
    days = p.get("PerformanceInsightsRetentionPeriod")
    if days is not None and days not in (7, 731, *range(31, 23 * 31 + 1, 31)):
        yield (
            "InvalidParameterValue",
            f"Invalid Performance Insights retention period: {days}. Valid values are 7, 731 and "
            "month * 31, where month is from 1 to 23.",
        )
    enabled = current(call, "EnablePerformanceInsights", "performance_insights_enabled")
    # The provider repeats the two when it switches Performance Insights off, which RDS accepts.
    switched_off = call.name != CREATE and p.get("EnablePerformanceInsights") is False
    for name in ("PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId"):
        if p.get(name) and not enabled and not switched_off:
            yield f"{name} is only valid when EnablePerformanceInsights is set."


@rds.rule(BOTH, f"{GUIDE}/USER_WorkingWithAutomatedBackups.BackupWindow.html")
def windows(p, call):
    """Windows may adjoin; moto refuses that."""
    if p.get("PreferredBackupWindow") is None and p.get("PreferredMaintenanceWindow") is None:
        return
    backup_text = current(call, "PreferredBackupWindow", "preferred_backup_window")
    week_text = current(call, "PreferredMaintenanceWindow", "preferred_maintenance_window")
    backup, week = window.daily(backup_text), window.weekly(week_text)
    for kind, text, found, form, example in (
        ("backup", backup_text, backup, "hh24:mi-hh24:mi", "01:00-01:30"),
        ("maintenance", week_text, week, "ddd:hh24:mi-ddd:hh24:mi", "Sun:23:45-Mon:00:15"),
    ):
        if text and found is None:
            yield (
                f"Invalid {kind} window format: {text}. Should be specified as a range {form} (24H "
                f"Clock UTC). Example: {example}"
            )
        if found and found[1] < LIMITS["databaseWindowMinutes"]:
            yield f"The {kind} window must be at least {LIMITS['databaseWindowMinutes']} minutes."
    if week and week[1] > LIMITS["maintenanceWindowMinutes"]:
        yield "Maintenance window must be less than 24 hours."
    if p.get("BackupRetentionPeriod") != 0 and window.overlap(backup, week):
        yield "The backup window and maintenance window must not overlap."


@rds.rule(BOTH, CREATE_API, COMBINATION)
def instance_combinations(p, call):
    if p.get("MultiAZ") and p.get("AvailabilityZone"):
        yield "Requesting a specific availability zone is not valid for Multi-AZ instances."
    if p.get("KmsKeyId") and not p.get("StorageEncrypted") and call.name == CREATE:
        yield "You can't specify a KMS key for an instance whose storage is not encrypted."
    if not is_postgres(call):
        return
    exports = listed(p, "EnableCloudwatchLogsExports[]")
    exports += values(p, "CloudwatchLogsExportConfiguration.EnableLogTypes[]")
    for kind in exports:
        if kind not in ("postgresql", "upgrade", "iam-db-auth-error", "instance"):
            yield (
                f"You cannot use the log types '{kind}' with engine version postgres. For supported "
                "log types, see the documentation."
            )
    version = current(call, "EngineVersion", "engine_version") or ""
    major = re.match(r"(\d+)(\.\d+)*$", version)
    if p.get("EngineVersion") and (major is None or not 9 <= int(major[1]) <= 18):
        yield f"Cannot find version {version} for postgres"
    group = state(call, "rds").db_parameter_groups.get(p.get("DBParameterGroupName") or "")
    family = f"postgres{version.split('.')[0]}"
    if group is not None and version and group.family != family:
        yield (
            f"The parameter group {group.name} with DBParameterGroupFamily {group.family} can't be "
            "used for this instance. Please use a parameter group with DBParameterGroupFamily "
            f"{family}"
        )


@rds.rule("DeleteDBInstance", f"{API}/API_DeleteDBInstance.html", COMBINATION)
def final_snapshot(p, call):
    skip, name = p.get("SkipFinalSnapshot"), p.get("FinalDBSnapshotIdentifier")
    if database(call) is None:
        return
    if not skip and not name:
        yield "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
    if skip and name:
        yield "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot."


@rds.rule(
    "CreateDBSubnetGroup ModifyDBSubnetGroup",
    f"{GUIDE}/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
    "DBSubnetGroupDoesNotCoverEnoughAZs",
)
def subnet_group_zones(p, call):
    subnets = p.get("SubnetIds") or []
    zones = subnet_zones(call, subnets)
    if len(zones) == len(subnets) and len(set(zones)) < 2:
        yield (
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current "
            f"AZ coverage: {', '.join(sorted(set(zones)))}. Add subnets to cover at least 2 AZs."
        )


# Parameters of PostgreSQL that only a restart applies:
# {GUIDE}/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
STATIC_PARAMETERS = (
    "huge_pages max_connections max_locks_per_transaction max_prepared_transactions "
    "max_replication_slots max_wal_senders max_worker_processes shared_buffers "
    "shared_preload_libraries track_activity_query_size wal_buffers"
).split()


@rds.rule("ModifyDBParameterGroup", f"{API}/API_ModifyDBParameterGroup.html")
def parameters(p, call):
    if not 1 <= len(p.get("Parameters") or []) <= 20:
        yield "A request must modify at least one and at most 20 parameters."
    group = state(call, "rds").db_parameter_groups.get(p.get("DBParameterGroupName") or "")
    postgres = group is not None and group.family.startswith("postgres")
    for parameter in values(p, "Parameters[]"):
        names = ("ParameterName", "ParameterValue", "ApplyMethod")
        if any(parameter.get(name) is None for name in names):
            yield f"The parameters {', '.join(names)} must be provided."
        name, method = parameter.get("ParameterName"), parameter.get("ApplyMethod")
        if postgres and method == "immediate" and name in STATIC_PARAMETERS:
            yield COMBINATION, f"cannot use immediate apply method for static parameter: {name}"
        if method not in ("immediate", "pending-reboot"):
            yield f"Invalid apply method: {method}"
