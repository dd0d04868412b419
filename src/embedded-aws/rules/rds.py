"""What RDS refuses of PostgreSQL instances and their groups."""

import re

from . import windows as window
from .registry import LIMITS, Rules, state, subnet_zones

GUIDE = "AmazonRDS/latest/UserGuide"

rds = Rules("rds", "InvalidParameterValue")
COMBINATION = "InvalidParameterCombination"
BOTH = "CreateDBInstance ModifyDBInstance"


def database(call):
    """The instance that a request changes, if it was made."""
    name = (call.parameters.get("DBInstanceIdentifier") or "").lower()
    return state(call, "rds").databases.get(name) if call.name != "CreateDBInstance" else None


def current(call, parameter: str, attribute: str):
    """A value as it is after the request."""
    given = call.parameters.get(parameter)
    return getattr(database(call), attribute, None) if given is None else given


@rds.rule(BOTH)
def master_password(p, _call):
    password = p.get("MasterUserPassword")
    wrong = "The parameter MasterUserPassword is not a valid password"
    if password is not None and not 8 <= len(password) <= 128:
        yield f"{wrong} because it is not from 8 to 128 characters long."
    if password and not re.fullmatch(r"[!#-.0-?A-~]+", password):
        yield f"{wrong}. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."


@rds.rule(BOTH, f"{GUIDE}/CHAP_Storage.html", COMBINATION)
def storage(p, call):
    kind = current(call, "StorageType", "storage_type") or "gp2"
    if kind not in LIMITS["databaseStorage"]:
        yield "InvalidParameterValue", f"Invalid storage type: {kind}"
        return
    before = int(getattr(database(call), "allocated_storage", 0) or 0)
    size, limit = p.get("AllocatedStorage"), p.get("MaxAllocatedStorage")
    least, most = LIMITS["databaseStorage"][kind]
    invalid = f"size for engine name postgres and storage type {kind}"
    # Storage never shrinks.
    if size is not None and not max(least, before) <= size <= most:
        yield f"Invalid storage {invalid}: {size}"
    if limit and not (size or before) <= limit <= most:
        yield f"Invalid max storage {invalid}: {limit}"


@rds.rule(BOTH, f"{GUIDE}/USER_Monitoring.OS.Enabling.html", COMBINATION)
def enhanced_monitoring(p, call):
    interval, role = p.get("MonitoringInterval"), p.get("MonitoringRoleArn")
    if interval and not current(call, "MonitoringRoleArn", "monitoring_role_arn"):
        yield (
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other "
            "than 0."
        )
    if role and (interval == 0 or interval is None and call.name == "CreateDBInstance"):
        yield (
            "You must specify a MonitoringInterval value other than 0 when you specify a "
            "MonitoringRoleARN value."
        )


@rds.rule(BOTH, f"{GUIDE}/USER_PerfInsights.Overview.cost.html", COMBINATION)
def performance_insights(p, call):
    enabled = current(call, "EnablePerformanceInsights", "performance_insights_enabled")
    # The provider repeats the two when it switches Performance Insights off, which RDS accepts.
    switched_off = call.name != "CreateDBInstance" and p.get("EnablePerformanceInsights") is False
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


@rds.rule("ModifyDBInstance", f"{GUIDE}/USER_UpgradeDBInstance.PostgreSQL.html", COMBINATION)
def major_upgrade(p, call):
    given = re.match(r"\d+", p.get("EngineVersion") or "")
    before = re.match(r"\d+", getattr(database(call), "engine_version", None) or "")
    if not given or not before or given[0] == before[0]:
        return
    if int(given[0]) < int(before[0]):
        yield f"Cannot upgrade postgres from {before[0]} to {given[0]}"
    if not p.get("AllowMajorVersionUpgrade"):
        yield (
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )


@rds.rule("DeleteDBInstance", code=COMBINATION)
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
