"""What moto lacks of the options in docs/options.md: a serverless cache, its users, a cache's nodes, backup
selections and restore tests, replication of databases, file systems and images, and the way back
from the copies.

As in moto_gaps, each gap is a function that closes it, and only where moto still has it.
"""

import copy
import json
from functools import wraps
from inspect import signature
from urllib.parse import unquote
from uuid import uuid4

from moto.backup import urls as backup_urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import unix_time, utcnow
from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, ecr_backends
from moto.efs import urls as efs_urls
from moto.efs.models import efs_backends
from moto.efs.responses import EFSResponse
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import CacheCluster, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse
from moto.rds.exceptions import DBInstanceNotFoundError, RDSClientError
from moto.rds.models import DBInstance, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse
from moto.secretsmanager.exceptions import InvalidRequestException, SecretNotFoundException
from moto.secretsmanager.models import ReplicaSecret
from moto.secretsmanager.responses import SecretsManagerResponse

# The replications of file systems, by the id of the source.
efs_replications = {}


def store(backend, name):
    """A dictionary of our own on a backend of moto, which forgets it when it is reset."""
    if not hasattr(backend, name):
        setattr(backend, name, {})
    return getattr(backend, name)


def elasticache_user_groups():
    """CreateUserGroup, DescribeUserGroups, ModifyUserGroup, DeleteUserGroup."""
    if hasattr(ElastiCacheResponse, "create_user_group"):
        return

    def find(self):
        groups = store(self.elasticache_backend, "user_groups")
        group_id = self._get_param("UserGroupId")
        if group_id not in groups:
            raise ElastiCacheException("UserGroupNotFound", f"User group {group_id} not found.")
        return groups[group_id]

    def mark(self, group):
        """Each user tells which groups it is in, and no user may be deleted while in one."""
        for user in self.elasticache_backend.users.values():
            inside = user.id in group["UserIds"] and group["Status"] == "active"
            others = [other for other in user.user_group_ids if other != group["UserGroupId"]]
            user.user_group_ids = others + ([group["UserGroupId"]] if inside else [])

    def create_user_group(self):
        backend = self.elasticache_backend
        group_id = self._get_param("UserGroupId")
        arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:usergroup:{group_id}"
        group = {
            "UserGroupId": group_id,
            "Engine": self._get_param("Engine"),
            "UserIds": self._get_param("UserIds", []),
            "Status": "active",
            "MinimumEngineVersion": "7.2",
            "ReplicationGroups": [],
            "ServerlessCaches": [],
            "ARN": arn,
        }
        store(backend, "user_groups")[group_id] = group
        backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        mark(self, group)
        return ActionResult(group)

    def describe_user_groups(self):
        if self._get_param("UserGroupId"):
            return ActionResult({"UserGroups": [find(self)]})
        return ActionResult({"UserGroups": list(store(self.elasticache_backend, "user_groups").values())})

    def modify_user_group(self):
        group = find(self)
        removed = self._get_param("UserIdsToRemove", [])
        kept = [user for user in group["UserIds"] if user not in removed]
        group["UserIds"] = kept + self._get_param("UserIdsToAdd", [])
        mark(self, group)
        return ActionResult(group)

    def delete_user_group(self):
        group = store(self.elasticache_backend, "user_groups").pop(find(self)["UserGroupId"])
        group["Status"] = "deleting"
        mark(self, group)
        return ActionResult(group)

    ElastiCacheResponse.create_user_group = create_user_group
    ElastiCacheResponse.describe_user_groups = describe_user_groups
    ElastiCacheResponse.modify_user_group = modify_user_group
    ElastiCacheResponse.delete_user_group = delete_user_group


def elasticache_serverless():
    """CreateServerlessCache, DescribeServerlessCaches, ModifyServerlessCache, DeleteServerlessCache."""
    if hasattr(ElastiCacheResponse, "create_serverless_cache"):
        return

    settings = (
        "Description",
        "Engine",
        "MajorEngineVersion",
        "CacheUsageLimits",
        "KmsKeyId",
        "SecurityGroupIds",
        "UserGroupId",
        "SubnetIds",
        "SnapshotRetentionLimit",
        "DailySnapshotTime",
    )

    def given(self):
        parameters = {name: self._get_param(name) for name in settings}
        return {name: value for name, value in parameters.items() if value is not None}

    def find(self):
        caches = store(self.elasticache_backend, "serverless_caches")
        name = self._get_param("ServerlessCacheName")
        if name not in caches:
            raise ElastiCacheException(
                "ServerlessCacheNotFoundFault", f"Serverless cache {name} not found."
            )
        return caches[name]

    def create_serverless_cache(self):
        backend = self.elasticache_backend
        name = self._get_param("ServerlessCacheName")
        region = backend.region_name
        host = f"{name}-{uuid4().hex[:6]}.serverless.{region}.cache.amazonaws.com"
        arn = f"arn:aws:elasticache:{region}:{backend.account_id}:serverlesscache:{name}"
        cache = {
            "ServerlessCacheName": name,
            "Status": "available",
            "CreateTime": utcnow(),
            "DailySnapshotTime": "03:00",
            "SnapshotRetentionLimit": 0,
            "Endpoint": {"Address": host, "Port": 6379},
            "ReaderEndpoint": {"Address": host, "Port": 6380},
            "ARN": arn,
            **given(self),
        }
        cache["FullEngineVersion"] = f"{cache.get('MajorEngineVersion', '8')}.0"
        store(backend, "serverless_caches")[name] = cache
        backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        return ActionResult({"ServerlessCache": cache})

    def describe_serverless_caches(self):
        if self._get_param("ServerlessCacheName"):
            return ActionResult({"ServerlessCaches": [find(self)]})
        caches = store(self.elasticache_backend, "serverless_caches")
        return ActionResult({"ServerlessCaches": list(caches.values())})

    def modify_serverless_cache(self):
        cache = find(self)
        cache.update(given(self))
        return ActionResult({"ServerlessCache": cache})

    def delete_serverless_cache(self):
        cache = find(self)
        del store(self.elasticache_backend, "serverless_caches")[cache["ServerlessCacheName"]]
        return ActionResult({"ServerlessCache": {**cache, "Status": "deleting"}})

    ElastiCacheResponse.create_serverless_cache = create_serverless_cache
    ElastiCacheResponse.describe_serverless_caches = describe_serverless_caches
    ElastiCacheResponse.modify_serverless_cache = modify_serverless_cache
    ElastiCacheResponse.delete_serverless_cache = delete_serverless_cache


def elasticache_tags():
    """ListTagsForResource refuses the ARNs of user groups and serverless caches."""
    listed = ElastiCacheBackend.list_tags_for_resource

    def list_tags_for_resource(self, arn):
        if arn.split(":")[5] in ("usergroup", "serverlesscache"):
            return self.tagging_service.list_tags_for_resource(arn)
        return listed(self, arn)

    ElastiCacheBackend.list_tags_for_resource = list_tags_for_resource


def elasticache_deleted_users():
    """A deleted user stays in the list for ever, as "deleting": no destroy ends."""
    delete = ElastiCacheBackend.delete_user

    def delete_user(self, user_id):
        user = delete(self, user_id)
        self.users.pop(user_id, None)
        return user

    ElastiCacheBackend.delete_user = delete_user


def elasticache_nodes():
    """A replication group's nodes are not there as clusters; group and subnet group cannot be changed or deleted."""
    if hasattr(ElastiCacheResponse, "modify_replication_group"):
        return

    create = ElastiCacheBackend.create_replication_group

    def create_with_nodes(self, *, num_cache_clusters, replicas_per_node_group, **kwargs):
        group = create(
            self,
            num_cache_clusters=num_cache_clusters,
            replicas_per_node_group=replicas_per_node_group or (num_cache_clusters or 1) - 1,
            **kwargs,
        )
        absent = dict.fromkeys(signature(CacheCluster).parameters)
        for member in group.member_clusters:
            cluster = CacheCluster(
                **absent
                | {
                    "account_id": self.account_id,
                    "region_name": self.region_name,
                    "cache_cluster_id": member,
                    "cache_node_type": group.cache_node_type,
                    "cache_subnet_group_name": group.cache_subnet_group_name,
                    "engine": group.engine,
                    "engine_version": group.engine_version,
                    "port": group.port,
                }
            )
            cluster.replication_group_id = group.replication_group_id
            cluster.num_cache_nodes = 1
            cluster.security_groups = [
                {"security_group_id": one, "status": "active"} for one in group.security_group_ids or []
            ]
            self.cache_clusters[member] = cluster
        return group

    create_group = ElastiCacheResponse.create_replication_group

    def create_replication_group(self):
        result = create_group(self)
        group = self.elasticache_backend.replication_groups[self._get_param("ReplicationGroupId")]
        # moto reads "true" as false.
        for parameter, attribute in {
            "AtRestEncryptionEnabled": "at_rest_encryption_enabled",
            "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
            "TransitEncryptionEnabled": "transit_encryption_enabled",
        }.items():
            on = str(self._get_param(parameter)).lower() == "true"
            setattr(group, attribute, on)
            for member in group.member_clusters:
                setattr(self.elasticache_backend.cache_clusters[member], attribute, on)
        return result

    delete = ElastiCacheBackend.delete_replication_group

    def delete_replication_group(self, replication_group_id, *args, **kwargs):
        members = [
            member
            for member, cluster in self.cache_clusters.items()
            if getattr(cluster, "replication_group_id", None) == replication_group_id
        ]
        group = delete(self, replication_group_id, *args, **kwargs)
        # moto would show it as "deleting" for ever.
        del self.replication_groups[replication_group_id]
        for member in members:
            del self.cache_clusters[member]
        return group

    def modify_replication_group(self):
        backend = self.elasticache_backend
        group_id = self._get_param("ReplicationGroupId")
        (group,) = backend.describe_replication_groups(group_id)
        for parameter, attribute in {
            "CacheNodeType": "cache_node_type",
            "ReplicationGroupDescription": "description",
            "SnapshotRetentionLimit": "snapshot_retention_limit",
            "SnapshotWindow": "snapshot_window",
        }.items():
            value = self._get_param(parameter)
            if value is not None:
                setattr(group, attribute, value)
        for cluster in backend.cache_clusters.values():
            if getattr(cluster, "replication_group_id", None) == group_id:
                cluster.cache_node_type = group.cache_node_type
        return ActionResult({"ReplicationGroup": group})

    def delete_cache_subnet_group(self):
        name = self._get_param("CacheSubnetGroupName")
        if self.elasticache_backend.cache_subnet_groups.pop(name, None) is None:
            raise ElastiCacheException(
                "CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {name} does not exist."
            )
        return ActionResult({})

    ElastiCacheBackend.create_replication_group = create_with_nodes
    ElastiCacheResponse.create_replication_group = create_replication_group
    ElastiCacheBackend.delete_replication_group = delete_replication_group
    ElastiCacheResponse.modify_replication_group = modify_replication_group
    ElastiCacheResponse.delete_cache_subnet_group = delete_cache_subnet_group


def backup_selections():
    """CreateBackupSelection, GetBackupSelection, ListBackupSelections, DeleteBackupSelection."""
    if hasattr(BackupResponse, "create_backup_selection"):
        return

    def ids(self):
        _, _, rest = self.path.partition("/plans/")
        plan_id, _, selection_id = rest.strip("/").partition("/selections")
        return plan_id, selection_id.strip("/")

    def find(self):
        plan_id, selection_id = ids(self)
        selections = store(self.backup_backend, "selections")
        if (plan_id, selection_id) not in selections:
            raise ResourceNotFoundException(f"Cannot find selection {selection_id}")
        return selections[(plan_id, selection_id)]

    def create_backup_selection(self):
        plan_id, _ = ids(self)
        self.backup_backend.get_backup_plan(plan_id, None)
        parameters = json.loads(self.body)
        selection = {
            "SelectionId": str(uuid4()),
            "BackupPlanId": plan_id,
            "CreationDate": unix_time(),
            "CreatorRequestId": parameters.get("CreatorRequestId"),
            "BackupSelection": parameters["BackupSelection"],
        }
        store(self.backup_backend, "selections")[(plan_id, selection["SelectionId"])] = selection
        return json.dumps(selection)

    def get_backup_selection(self):
        return json.dumps(find(self))

    def list_backup_selections(self):
        plan_id, _ = ids(self)
        selections = [
            {
                **{key: value for key, value in selection.items() if key != "BackupSelection"},
                "SelectionName": selection["BackupSelection"]["SelectionName"],
                "IamRoleArn": selection["BackupSelection"]["IamRoleArn"],
            }
            for (of, _), selection in store(self.backup_backend, "selections").items()
            if of == plan_id
        ]
        return json.dumps({"BackupSelectionsList": selections})

    def delete_backup_selection(self):
        found = find(self)
        del store(self.backup_backend, "selections")[(found["BackupPlanId"], found["SelectionId"])]
        return json.dumps({})

    BackupResponse.create_backup_selection = create_backup_selection
    BackupResponse.get_backup_selection = get_backup_selection
    BackupResponse.list_backup_selections = list_backup_selections
    BackupResponse.delete_backup_selection = delete_backup_selection


def backup_plan_updates():
    """UpdateBackupPlan; and a deleted plan's name stays taken, and the plan can still be read."""
    if hasattr(BackupResponse, "update_backup_plan"):
        return

    def update_backup_plan(self):
        plan = self.backup_backend.get_backup_plan(self.path.strip("/").split("/")[-1], None)
        changed = json.loads(self.body)["BackupPlan"]
        ids = {rule["RuleName"]: rule["RuleId"] for rule in plan.backup_plan["Rules"]}
        for rule in changed["Rules"]:
            rule["RuleId"] = ids.get(rule["RuleName"], str(uuid4()))
            rule.setdefault("ScheduleExpressionTimezone", "Etc/UTC")
        plan.backup_plan = changed
        plan.version_id = uuid4().hex
        return json.dumps(plan.to_dict())

    delete = BackupBackend.delete_backup_plan

    def delete_backup_plan(self, backup_plan_id):
        deleted = delete(self, backup_plan_id)
        del self.plans[backup_plan_id]
        return deleted

    BackupResponse.update_backup_plan = update_backup_plan
    BackupBackend.delete_backup_plan = delete_backup_plan


def backup_tags():
    """ListTags finds no tags where the path does not end in a slash, as the provider's does not."""

    def list_tags(self):
        arn = unquote(self.path.partition("/tags/")[2].strip("/"))
        return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})

    BackupResponse.list_tags = list_tags


def backup_recovery_points():
    """ListRecoveryPointsByBackupVault: no vault is deleted without a look at what is in it."""
    if hasattr(BackupResponse, "list_recovery_points_by_backup_vault"):
        return
    path = "{0}/backup-vaults/(?P<name>[^/]+)/recovery-points/?$"
    backup_urls.url_paths[path] = backup_urls.response.dispatch
    BackupResponse.list_recovery_points_by_backup_vault = lambda self: json.dumps(
        {"RecoveryPoints": []}
    )


def backup_restore_testing():
    """Restore testing plans and their selections."""
    if hasattr(BackupResponse, "create_restore_testing_plan"):
        return
    for path in (
        "plans/?$",
        "plans/(?P<name>[^/]+)/?$",
        "plans/(?P<name>[^/]+)/selections/?$",
        "plans/(?P<name>[^/]+)/selections/(?P<selection>[^/]+)$",
    ):
        backup_urls.url_paths[f"{{0}}/restore-testing/{path}"] = backup_urls.response.dispatch

    def names(self):
        _, _, rest = self.path.partition("/plans")
        plan, _, selection = rest.strip("/").partition("/selections")
        return plan, selection.strip("/")

    def plans(self):
        return store(self.backup_backend, "restore_testing_plans")

    def selections(self):
        return store(self.backup_backend, "restore_testing_selections")

    def find(found, name):
        if name not in found:
            raise ResourceNotFoundException(f"There is no restore testing {name}")
        return found[name]

    def create_restore_testing_plan(self):
        parameters = json.loads(self.body)
        plan = parameters["RestoreTestingPlan"]
        name = plan["RestoreTestingPlanName"]
        backend = self.backup_backend
        arn = f"arn:aws:backup:{backend.region_name}:{backend.account_id}:restore-testing-plan:{name}-{uuid4()}"
        plans(self)[name] = {
            "ScheduleExpressionTimezone": "Etc/UTC",
            "StartWindowHours": 24,
            **plan,
            "RestoreTestingPlanArn": arn,
            "CreationTime": unix_time(),
        }
        backend.tag_resource(arn, parameters.get("Tags") or {})
        return 201, {}, json.dumps(plans(self)[name])

    def get_restore_testing_plan(self):
        return json.dumps({"RestoreTestingPlan": find(plans(self), names(self)[0])})

    def update_restore_testing_plan(self):
        plan = find(plans(self), names(self)[0])
        plan.update(json.loads(self.body)["RestoreTestingPlan"])
        return json.dumps({**plan, "UpdateTime": unix_time()})

    def delete_restore_testing_plan(self):
        find(plans(self), names(self)[0])
        del plans(self)[names(self)[0]]
        return 204, {}, ""

    def create_restore_testing_selection(self):
        plan, _ = names(self)
        selection = json.loads(self.body)["RestoreTestingSelection"]
        created = {
            "ValidationWindowHours": 0,
            **selection,
            "RestoreTestingPlanName": plan,
            "RestoreTestingPlanArn": find(plans(self), plan)["RestoreTestingPlanArn"],
            "CreationTime": unix_time(),
        }
        selections(self)[(plan, selection["RestoreTestingSelectionName"])] = created
        return 201, {}, json.dumps(created)

    def get_restore_testing_selection(self):
        return json.dumps({"RestoreTestingSelection": find(selections(self), names(self))})

    def update_restore_testing_selection(self):
        selection = find(selections(self), names(self))
        selection.update(json.loads(self.body)["RestoreTestingSelection"])
        return json.dumps({**selection, "UpdateTime": unix_time()})

    def delete_restore_testing_selection(self):
        find(selections(self), names(self))
        del selections(self)[names(self)]
        return 204, {}, ""

    for call in (
        create_restore_testing_plan,
        get_restore_testing_plan,
        update_restore_testing_plan,
        delete_restore_testing_plan,
        create_restore_testing_selection,
        get_restore_testing_selection,
        update_restore_testing_selection,
        delete_restore_testing_selection,
    ):
        setattr(BackupResponse, call.__name__, call)


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


def replicate():
    """Bring all copies of databases and file systems up to date, as AWS does every few minutes."""
    for account in rds_backends.values():
        for backend in list(account.values()):
            for arn, backup in store(backend, "replicated_backups").items():
                store(backend, "replicated_snapshots")[arn] = snapshot_of(database_of(backend, arn))
                backup["RestoreWindow"]["LatestTime"] = utcnow()
    for source, replication in efs_replications.items():
        [destination] = replication["Destinations"]
        for account in efs_backends.values():
            original = account[replication["SourceFileSystemRegion"]].file_systems_by_id.get(source)
            there = account[destination["Region"]].file_systems_by_id
            if original is not None and destination["FileSystemId"] in there:
                copied = there[destination["FileSystemId"]]
                copied._content = getattr(original, "_content", "")
                copied._size_value = original._size_value
                destination["LastReplicatedTimestamp"] = unix_time()


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

    describe = RDSResponse.describe_db_instance_automated_backups

    def describe_db_instance_automated_backups(self):
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
    RDSResponse.start_db_instance_automated_backups_replication = (
        start_db_instance_automated_backups_replication
    )
    RDSResponse.stop_db_instance_automated_backups_replication = (
        stop_db_instance_automated_backups_replication
    )
    RDSResponse.describe_db_instance_automated_backups = describe_db_instance_automated_backups


def rds_restore_replicated_backups():
    """RestoreDBInstanceToPointInTime from backups that another region has copied, which must not need
    that region."""
    restore = RDSResponse.restore_db_instance_to_point_in_time

    @wraps(restore)
    def restore_db_instance_to_point_in_time(self):
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

    RDSResponse.restore_db_instance_to_point_in_time = restore_db_instance_to_point_in_time


def ecr_replication():
    """What is pushed is copied to the regions that the registry's replication names, into a repository
    that ECR makes where there is none."""
    put = ECRBackend.put_image

    @wraps(put)
    def put_image(self, repository_name, *image):
        pushed = put(self, repository_name, *image)
        for rule in self.replication_config["rules"]:
            filters = [one["filter"] for one in rule.get("repositoryFilters") or []]
            if filters and not repository_name.startswith(tuple(filters)):
                continue
            for destination in rule["destinations"]:
                there = ecr_backends[self.account_id][destination["region"]]
                if repository_name not in there.repositories:
                    there.create_repository(
                        repository_name=repository_name,
                        registry_id=None,
                        encryption_config={"encryptionType": "AES256"},
                        image_scan_config=None,
                        image_tag_mutability="MUTABLE",
                        tags=[],
                    )
                try:
                    put(there, repository_name, *image)
                except ImageAlreadyExistsException:
                    pass
        return pushed

    ECRBackend.put_image = put_image


def secretsmanager_promotion():
    """StopReplicationToReplica: a replica becomes a secret of its own."""
    if hasattr(SecretsManagerResponse, "stop_replication_to_replica"):
        return

    def stop_replication_to_replica(self):
        secrets = self.backend.secrets
        replica = secrets.get(self._get_param("SecretId"))
        if replica is None:
            raise SecretNotFoundException()
        if not isinstance(replica, ReplicaSecret):
            raise InvalidRequestException("The secret is no replica.")
        secret = copy.copy(replica.source)
        secret.arn, secret.region, secret.replicas = replica.arn, replica.region, []
        secret.versions = copy.deepcopy(replica.source.versions)
        dict.pop(secrets, replica.arn)
        secrets[secret.secret_id] = secret
        replica.source.replicas.remove(replica)
        return json.dumps({"ARN": secret.arn})

    SecretsManagerResponse.stop_replication_to_replica = stop_replication_to_replica


def efs_replication():
    """CreateReplicationConfiguration, DescribeReplicationConfigurations, DeleteReplicationConfiguration.

    As on AWS, the copy stays when its replication is deleted.
    """
    if hasattr(EFSResponse, "create_replication_configuration"):
        return
    for path in (
        "/2015-02-01/file-systems/<file_system_id>/replication-configuration",
        "/2015-02-01/file-systems/replication-configurations",
    ):
        efs_urls.url_paths[path] = efs_urls.response.dispatch
    def answer(body, status=200):
        return json.dumps(body), {"status": status, "Content-Type": "application/json"}

    def source_id(self):
        return self.path.split("/file-systems/")[1].split("/")[0]

    def current(self):
        """Those whose source or copy still exists: moto may have been reset since."""
        account = efs_backends[self.current_account]
        return {
            source: replication
            for source, replication in efs_replications.items()
            if source in account[replication["SourceFileSystemRegion"]].file_systems_by_id
        }

    def create_replication_configuration(self):
        source = source_id(self)
        _, [file_system] = self.efs_backend.describe_file_systems(file_system_id=source)
        [wanted] = json.loads(self.body)["Destinations"]
        region = wanted["Region"]
        copied = efs_backends[self.current_account][region].create_file_system(
            creation_token=f"destination-{uuid4()}",
            performance_mode="generalPurpose",
            encrypted=True,
            kms_key_id=wanted.get("KmsKeyId"),
            throughput_mode="bursting",
            provisioned_throughput_in_mibps=None,
            availability_zone_name=None,
            backup=False,
            tags=[],
        )
        copied._content = getattr(file_system, "_content", "")
        copied._size_value = file_system._size_value
        efs_replications[source] = {
            "SourceFileSystemId": source,
            "SourceFileSystemRegion": self.region,
            "SourceFileSystemArn": file_system.file_system_arn,
            "OriginalSourceFileSystemArn": file_system.file_system_arn,
            "CreationTime": unix_time(),
            "Destinations": [
                {
                    "Status": "ENABLED",
                    "FileSystemId": copied.file_system_id,
                    "Region": region,
                    "LastReplicatedTimestamp": unix_time(),
                }
            ],
        }
        return answer(efs_replications[source])

    def describe_replication_configurations(self):
        wanted = self._get_param("file-system-id") or self._get_param("FileSystemId")
        found = [
            replication
            for source, replication in current(self).items()
            if wanted in (None, source, replication["Destinations"][0]["FileSystemId"])
        ]
        if wanted and not found:
            error = JsonRESTError("ReplicationNotFound", f"{wanted} has no replication.")
            error.code = 404
            raise error
        return answer({"Replications": found})

    def delete_replication_configuration(self):
        efs_replications.pop(source_id(self), None)
        return answer({}, 204)

    EFSResponse.create_replication_configuration = create_replication_configuration
    EFSResponse.describe_replication_configurations = describe_replication_configurations
    EFSResponse.delete_replication_configuration = delete_replication_configuration


ALL = (
    elasticache_user_groups,
    elasticache_serverless,
    elasticache_tags,
    elasticache_deleted_users,
    elasticache_nodes,
    backup_selections,
    backup_plan_updates,
    backup_tags,
    backup_recovery_points,
    backup_restore_testing,
    rds_backup_replication,
    rds_restore_replicated_backups,
    ecr_replication,
    secretsmanager_promotion,
    efs_replication,
)


def close_all():
    """Close every gap that this moto has."""
    for gap in ALL:
        gap()
