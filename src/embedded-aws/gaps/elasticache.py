"""Gaps of moto in elasticache."""

from inspect import signature
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import CacheCluster, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from extensions import replaces
from .registry import add, gap, store


@gap
def elasticache_user_groups():
    """CreateUserGroup, DescribeUserGroups, ModifyUserGroup, DeleteUserGroup."""
    def find(self):
        groups = store(self.elasticache_backend, "user_groups")
        group_id = self._get_param("UserGroupId")
        if group_id not in groups:
            raise ElastiCacheException("UserGroupNotFound", f"User group {group_id} not found.")
        return groups[group_id]

    def mark(self, group):
        """Each user lists its groups, and no user may be deleted while in one."""
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

    add(
        ElastiCacheResponse,
        create_user_group,
        describe_user_groups,
        modify_user_group,
        delete_user_group,
    )


@gap
def elasticache_serverless():
    """CreateServerlessCache, DescribeServerlessCaches, ModifyServerlessCache, DeleteServerlessCache."""
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

    add(
        ElastiCacheResponse,
        create_serverless_cache,
        describe_serverless_caches,
        modify_serverless_cache,
        delete_serverless_cache,
    )


@gap
def elasticache_tags():
    """ListTagsForResource refuses the ARNs of user groups and serverless caches."""
    @replaces(ElastiCacheBackend)
    def list_tags_for_resource(listed, self, arn):
        if arn.split(":")[5] in ("usergroup", "serverlesscache"):
            return self.tagging_service.list_tags_for_resource(arn)
        return listed(self, arn)


@gap
def elasticache_deleted_users():
    """A deleted user stays in the list for ever, as "deleting": no destroy ends."""
    @replaces(ElastiCacheBackend)
    def delete_user(delete, self, user_id):
        user = delete(self, user_id)
        self.users.pop(user_id, None)
        return user


@gap
def elasticache_nodes():
    """A replication group's nodes are not there as clusters; group and subnet group cannot be changed or deleted."""
    if hasattr(ElastiCacheResponse, "modify_replication_group"):
        return

    @replaces(ElastiCacheBackend)
    def create_replication_group(create, self, *, num_cache_clusters, replicas_per_node_group, **kwargs):
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

    @replaces(ElastiCacheResponse)
    def create_replication_group(create, self):  # noqa: F811
        result = create(self)
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

    @replaces(ElastiCacheBackend)
    def delete_replication_group(delete, self, replication_group_id, *args, **kwargs):
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

    add(ElastiCacheResponse, modify_replication_group, delete_cache_subnet_group)
