"""Gaps of moto in rds."""

import copy
from uuid import uuid4

import moto.rds.models
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.rds.exceptions import DBInstanceNotFoundError, RDSClientError
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from extensions import replaces
from .registry import add, gap, store


@gap
def rds_create_instance_settings():
    """CreateDBInstance drops settings that ModifyDBInstance keeps: every later plan would modify
    the instance, which takes the provider more than a minute."""
    settings = (
        "monitoring_interval",
        "monitoring_role_arn",
        "enable_performance_insights",
        "performance_insights_kms_key_id",
        "performance_insights_retention_period",
    )
    @replaces(DBInstance)
    def __init__(init, self, backend, **parameters):
        init(self, backend, **parameters)
        for setting in settings:
            if not hasattr(self, setting):
                setattr(self, setting, parameters.get(setting))

    # The one setting that is read by another name than it is set by.
    if not hasattr(DBInstance, "performance_insights_enabled"):
        DBInstance.performance_insights_enabled = property(
            lambda instance: instance.enable_performance_insights
        )


@gap
def rds_parameter_source():
    """DescribeDBParameters does not say whose a parameter is, and the provider keeps only those
    of the user: every later plan would set them all again."""
    @replaces(DBParameterGroup)
    def update_parameters(update, self, new_parameters):
        update(self, [{"Source": "user", **parameter} for parameter in new_parameters])


@gap
def rds_reset_parameters():
    """ResetDBParameterGroup, for a parameter that the settings leave out: the provider retries the
    500 for minutes."""
    def reset_db_parameter_group(self):
        name = self.params.get("DBParameterGroupName")
        # moto reports a group that does not exist.
        group = self.backend.modify_db_parameter_group(name, [])
        reset = [one.original_dict()["ParameterName"] for one in self.params.get("Parameters", [])]
        for parameter in reset or list(group.parameters):
            group.parameters.pop(parameter, None)
        return ActionResult({"DBParameterGroupName": group.name})

    add(RDSResponse, reset_db_parameter_group)


@gap
def rds_event_subscription_sources():
    """The sources of a subscription change with the parameter group of a new major version."""
    def source_ids(call):
        [found] = call.backend.describe_event_subscriptions(call.params["SubscriptionName"])
        return found.source_ids, ActionResult({"EventSubscription": found})

    def add_source_identifier_to_subscription(self):
        ids, result = source_ids(self)
        ids.append(self.params["SourceIdentifier"])
        return result

    def remove_source_identifier_from_subscription(self):
        ids, result = source_ids(self)
        ids.remove(self.params["SourceIdentifier"])
        return result

    add(
        RDSResponse,
        add_source_identifier_to_subscription,
        remove_source_identifier_from_subscription,
    )


@gap
def rds_modify_subnet_group():
    """ModifyDBSubnetGroup forgets the group."""
    @replaces(RDSBackend)
    def modify_db_subnet_group(modify, self, subnet_name, description, subnets):
        group = modify(self, subnet_name, description, subnets)
        self.subnet_groups[subnet_name] = group
        return group


def snapshot_of(database):
    """What a backup holds of a database, by the names that its constructor knows: no subnet group, no
    zone and no key, which are those of its region."""
    of_its_own = ("backend", "db_subnet_group", "db_subnet_group_name", "dbi_resource_id", "arn")
    of_its_region = ("availability_zone", "option_group_name", "vpc_security_group_ids", "kms_key_id")
    return {
        name.lstrip("_"): copy.deepcopy(value)
        for name, value in vars(database).items()
        if name.lstrip("_") not in of_its_own + of_its_region
    }


def database_of(backend, arn):
    """The database with that ARN, be it in another region."""
    region, identifier = arn.split(":")[3], arn.split(":")[-1]
    database = rds_backends[backend.account_id][region].databases.get(identifier)
    if database is None:
        raise DBInstanceNotFoundError(identifier)
    return database


@gap
def rds_backup_replication():
    """StartDBInstanceAutomatedBackupsReplication and its end, in the region of the copies."""
    if hasattr(RDSResponse, "start_db_instance_automated_backups_replication"):
        return

    def start_db_instance_automated_backups_replication(self):
        backend = self.backend
        arn = self._get_param("SourceDBInstanceArn")
        source = database_of(backend, arn)
        copy_arn = f"arn:aws:rds:{backend.region_name}:{backend.account_id}:auto-backup:ab-{uuid4().hex[:24]}"
        backup = {
            "DBInstanceArn": arn,
            "DbiResourceId": source.dbi_resource_id,
            "DBInstanceIdentifier": source.db_instance_identifier,
            "Region": arn.split(":")[3],
            "Status": "replicating",
            "Engine": source.engine,
            "EngineVersion": source.engine_version,
            "AllocatedStorage": source.allocated_storage,
            "Encrypted": True,
            "KmsKeyId": self._get_param("KmsKeyId"),
            "BackupRetentionPeriod": self._get_int_param("BackupRetentionPeriod") or 7,
            "DBInstanceAutomatedBackupsArn": copy_arn,
            "RestoreWindow": {"EarliestTime": utcnow(), "LatestTime": utcnow()},
        }
        store(backend, "replicated_backups")[arn] = backup
        store(backend, "replicated_snapshots")[arn] = snapshot_of(source)
        source.db_instance_automated_backups_replications = [
            {"DBInstanceAutomatedBackupsArn": copy_arn}
        ]
        return ActionResult({"DBInstanceAutomatedBackup": backup})

    def stop_db_instance_automated_backups_replication(self):
        arn = self._get_param("SourceDBInstanceArn")
        backup = store(self.backend, "replicated_backups").pop(arn, None)
        if backup is None:
            raise RDSClientError("DBInstanceAutomatedBackupNotFound", f"{arn} is not replicated.")
        database_of(self.backend, arn).db_instance_automated_backups_replications = []
        return ActionResult({"DBInstanceAutomatedBackup": backup})

    @replaces(RDSResponse)
    def describe_db_instance_automated_backups(describe, self):
        replicated = list(store(self.backend, "replicated_backups").values())
        for parameter in ("DBInstanceAutomatedBackupsArn", "DBInstanceIdentifier"):
            wanted = self._get_param(parameter)
            if wanted:
                replicated = [backup for backup in replicated if backup[parameter] == wanted]
        if replicated:
            return ActionResult({"DBInstanceAutomatedBackups": replicated})
        if self._get_param("DBInstanceAutomatedBackupsArn"):
            raise RDSClientError("DBInstanceAutomatedBackupNotFound", "There is no such backup.")
        return describe(self)

    DBInstance.db_instance_automated_backups_replications = []
    add(
        RDSResponse,
        start_db_instance_automated_backups_replication,
        stop_db_instance_automated_backups_replication,
    )


@gap
def rds_restore_replicated_backups():
    """RestoreDBInstanceToPointInTime from backups that another region has copied, which must not need
    that region."""
    @replaces(RDSResponse)
    def restore_db_instance_to_point_in_time(restore, self):
        arn = self.params.get("SourceDBInstanceAutomatedBackupsArn")
        if not arn:
            return restore(self)
        backups = store(self.backend, "replicated_backups")
        found = [
            (source, backup)
            for source, backup in backups.items()
            if backup["DBInstanceAutomatedBackupsArn"] == arn
        ]
        if not found:
            raise RDSClientError("DBInstanceAutomatedBackupNotFound", f"There is no backup {arn}.")
        [(source, backup)] = found
        snapshot = store(self.backend, "replicated_snapshots")[source]
        given = {name: value for name, value in self.params.items() if value}
        restored = self.backend.create_db_instance(
            {
                **snapshot,
                "kms_key_id": backup["KmsKeyId"],
                **given,
                "db_instance_identifier": self.params.get("TargetDBInstanceIdentifier"),
            }
        )
        restored._content = snapshot.get("content", "")
        return ActionResult({"DBInstance": restored})


@gap
def rds_adjoining_windows():
    """Windows of a database that adjoin do not overlap; rules/rds.py checks them."""
    moto.rds.models.valid_preferred_maintenance_window = lambda *_: None
