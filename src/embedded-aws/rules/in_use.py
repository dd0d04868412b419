"""Deletions and changes that AWS refuses because another object uses what they delete or change.

ROWS has one row for each: the Terraform type, the operations, the member that names the object, AWS's
error code and message, and a function that yields the users. The source is the page of the operation in
the service's API reference, which lists the error.
"""

from collections.abc import Callable, Iterator

from gaps import efs as efs_gap
from gaps.registry import store

from .registry import (
    RULES,
    forwards_to,
    listeners,
    make_rule,
    page,
    state,
    value,
    values,
)

# Users of the object that a request names by its id, as they are named in AWS's messages.
Users = Callable[..., Iterator[str]]


# --- Who uses a network ---------------------------------------------------------------------------


def services_of(call) -> list:
    """ECS services that are active: their tasks have network interfaces."""
    return [one for one in state(call, "ecs").services.values() if one.status == "ACTIVE"]


def endpoints_of(call) -> list:
    return [one for one in state(call, "ec2").vpc_end_points.values() if one.state != "deleted"]


def gateways_of(call) -> list:
    gateways = state(call, "ec2").nat_gateways.values()
    return [one for one in gateways if one.state in ("pending", "available")]


def serverless_caches_of(call) -> list[dict]:
    return list(store(state(call, "elasticache"), "serverless_caches").values())


def database_subnets(call, database) -> list[str]:
    """The subnets of an instance's group that have one of its network interfaces. The standby of
    Multi-AZ may be in any zone."""
    group = database.db_subnet_group
    subnets = list(group._subnets) if group else []
    own = [one for one in subnets if one.availability_zone == database.availability_zone]
    return [one.id for one in (subnets if database.multi_az else own or subnets[:1])]


def cache_subnets(call, group: str) -> list[str]:
    """The subnets of a cache subnet group that have nodes: ElastiCache spreads them over zones."""
    cache = state(call, "elasticache")
    found = cache.cache_subnet_groups.get(group)
    nodes = [c for c in cache.cache_clusters.values() if c.cache_subnet_group_name == group]
    return sorted(found.subnet_ids)[: len(nodes)] if found else []


def network_members(call) -> Iterator[tuple[str, list[str], list[str]]]:
    """What has network interfaces: its name, their subnets, and their security groups."""
    cache = state(call, "elasticache")
    for one in gateways_of(call):
        yield one.id, [one.subnet_id], []
    for one in endpoints_of(call):
        yield one.id, one.subnet_ids or [], one.security_group_ids or []
    for one in state(call, "elbv2").load_balancers.values():
        yield one.name, [getattr(each, "id", each) for each in one.subnets], one.security_groups or []
    for id, one in state(call, "efs").mount_targets_by_id.items():
        yield id, [one.subnet_id], one.security_groups or []
    for one in services_of(call):
        network = value(one.network_configuration, "awsvpcConfiguration", {})
        yield one.name, network.get("subnets") or [], network.get("securityGroups") or []
    for one in state(call, "rds").databases.values():
        yield one.db_instance_identifier, database_subnets(call, one), one.vpc_security_group_ids or []
    for group in cache.cache_subnet_groups:
        yield group, cache_subnets(call, group), []
    for id, one in cache.replication_groups.items():
        yield id, [], one.security_group_ids or []
    for one in serverless_caches_of(call):
        yield one["ServerlessCacheName"], one.get("SubnetIds") or [], one.get("SecurityGroupIds") or []


def subnet_users(call, subnet: str) -> Iterator[str]:
    yield from (name for name, subnets, _ in network_members(call) if subnet in subnets)


def group_users(call, group: str) -> Iterator[str]:
    for groups in state(call, "ec2").groups.values():
        for other in groups.values():
            rules = [*other.ingress_rules, *other.egress_rules]
            if other.id != group and group in [one.source_group.get("GroupId") for one in rules]:
                yield other.id
    yield from (name for name, _, groups in network_members(call) if group in groups)


def vpc_users(call, vpc: str) -> Iterator[str]:
    ec2 = state(call, "ec2")
    yield from (one.id for zone in ec2.subnets.values() for one in zone.values() if one.vpc_id == vpc)
    yield from (one.id for one in ec2.groups.get(vpc, {}).values() if one.name != "default")
    yield from (
        one.id for one in ec2.internet_gateways.values() if one.vpc is not None and one.vpc.id == vpc
    )
    yield from (one.id for one in endpoints_of(call) if one.vpc_id == vpc)


def mapped_addresses(call, _gateway: str) -> Iterator[str]:
    """What has a public address in the VPC that an internet gateway is detached from."""
    vpc = call.parameters.get("VpcId")
    for gateway in gateways_of(call):
        if gateway.vpc_id == vpc and gateway.connectivity_type != "private":
            yield gateway.id
    for balancer in state(call, "elbv2").load_balancers.values():
        if balancer.vpc_id == vpc and balancer.scheme != "internal":
            yield balancer.name


def address_users(call, address: str) -> Iterator[str]:
    """What an address is associated with; it is named by allocation or by association."""
    for one in state(call, "ec2").addresses:
        if address in (one.allocation_id, one.association_id) and (one.eni or one.instance):
            yield (one.eni or one.instance).id


def address_gateways(call, association: str) -> Iterator[str]:
    interfaces = list(address_users(call, association))
    yield from (one.id for one in gateways_of(call) if one._eni.id in interfaces)


# --- Who uses a database's or a cache's groups ----------------------------------------------------


def databases_of_group(call, group: str) -> list:
    return [
        one
        for one in state(call, "rds").databases.values()
        if one.db_subnet_group is not None and one.db_subnet_group.name == group.lower()
    ]


def subnet_group_users(call, group: str) -> Iterator[str]:
    yield from (one.db_instance_identifier for one in databases_of_group(call, group))


def removed_database_subnets(call, group: str) -> Iterator[str]:
    kept = call.parameters.get("SubnetIds") or []
    for database in databases_of_group(call, group):
        yield from (id for id in database_subnets(call, database) if id not in kept)


def parameter_group_users(call, group: str) -> Iterator[str]:
    for database in state(call, "rds").databases.values():
        if getattr(database, "db_parameter_group_name", None) == group:
            yield database.db_instance_identifier


def databases_in_vpc(call, identifier: str) -> Iterator[str]:
    """The instance itself, if its new subnet group is in the VPC that it is in already."""
    rds = state(call, "rds")
    database = rds.databases.get(identifier.lower())
    group = rds.subnet_groups.get((call.parameters.get("DBSubnetGroupName") or "").lower())
    before = getattr(database, "db_subnet_group", None)
    if group and before and group.name != before.name and group.vpc_id == before.vpc_id:
        yield group.name


def cache_group_users(call, group: str) -> Iterator[str]:
    for cluster in state(call, "elasticache").cache_clusters.values():
        if cluster.cache_subnet_group_name == group:
            yield cluster.cache_cluster_id


def removed_cache_subnets(call, group: str) -> Iterator[str]:
    kept = call.parameters.get("SubnetIds") or []
    yield from (id for id in cache_subnets(call, group) if id not in kept)


def user_group_users(call, group: str) -> Iterator[str]:
    for cache in serverless_caches_of(call):
        if cache.get("UserGroupId") == group:
            yield cache["ServerlessCacheName"]
    for name, found in state(call, "elasticache").replication_groups.items():
        if group in (getattr(found, "user_group_ids", None) or ()):
            yield name


# --- Who uses the rest ----------------------------------------------------------------------------


def certificate_listeners(call, arn: str) -> Iterator[str]:
    yield from (one.arn for one in listeners(call) if arn in str(one.certificates))


def target_group_listeners(call, arn: str) -> Iterator[str]:
    yield from (one.arn for one in forwards_to(call, arn))


def protected_balancer(call, arn: str) -> Iterator[str]:
    balancer = state(call, "elbv2").load_balancers.get(arn)
    if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
        yield balancer.name


def protected_by_acl(call, id: str) -> Iterator[str]:
    balancers = state(call, "elbv2").load_balancers
    for acl in state(call, "wafv2").wacls.values():
        if acl.id == id:
            yield from (arn for arn in acl.associated_resources if arn in balancers)


def cluster_services(call, cluster: str) -> Iterator[str]:
    name = cluster.split("/")[-1]
    yield from (one.name for one in services_of(call) if one.cluster_name == name)


def removed_providers(call, cluster: str) -> Iterator[str]:
    kept = call.parameters.get("capacityProviders") or []
    for service in services_of(call):
        used = values(service.__dict__, "capacity_provider_strategy[].capacityProvider")
        if service.cluster_name == cluster.split("/")[-1]:
            yield from (name for name in used if name not in kept)


def replication_destinations(_call, file_system: str) -> Iterator[str]:
    replication = efs_gap.replications.get(file_system)
    yield from values(replication, "Destinations[].FileSystemId")


def policy_attachments(call, arn: str) -> Iterator[str]:
    policy = state(call, "iam").managed_policies.get(arn)
    if policy is not None and policy.attachment_count:
        yield f"{policy.attachment_count} entities"


def policy_versions(call, arn: str) -> Iterator[str]:
    policy = state(call, "iam").managed_policies.get(arn)
    yield from () if policy is None else (one.version_id for one in policy.versions[1:])


def pending_key(call, key: str) -> Iterator[str]:
    """The key itself, if it waits for its deletion."""
    kms = state(call, "kms")
    try:
        found = kms.keys.get(kms.any_id_to_key_id(key))
    except Exception:
        return
    if found is not None and found.key_state == "PendingDeletion":
        yield found.arn


def waiting_secret(call, name: str) -> Iterator[str]:
    """The secret of the same name, if it waits for its deletion."""
    found = state(call, "secretsmanager").secrets.get(name)
    if found is not None and found.is_deleted():
        yield found.arn


def vault_points(call, vault: str) -> Iterator[str]:
    points = store(state(call, "backup"), "recovery_points")
    yield from (arn for arn, point in points.items() if point["BackupVaultName"] == vault)


def plan_selections(call, plan: str) -> Iterator[str]:
    selections = store(state(call, "backup"), "selections")
    yield from (selection for of, selection in selections if of == plan)


def testing_selections(call, plan: str) -> Iterator[str]:
    selections = store(state(call, "backup"), "restore_testing_selections")
    yield from (selection for of, selection in selections if of == plan)


# --- The table ------------------------------------------------------------------------------------

# Terraform type, service, operations, member, error code, message, users. The messages are AWS's, some of
# them shortened.
ROWS: list[tuple[str, str, str, str, str, str, Users]] = [
    ("aws_security_group", "ec2", "DeleteSecurityGroup", "GroupId", "DependencyViolation",
     "resource {id} has a dependent object", group_users),
    ("aws_subnet", "ec2", "DeleteSubnet", "SubnetId", "DependencyViolation",
     "The subnet '{id}' has dependencies and cannot be deleted.", subnet_users),
    ("aws_vpc", "ec2", "DeleteVpc", "VpcId", "DependencyViolation",
     "The vpc '{id}' has dependencies and cannot be deleted.", vpc_users),
    ("aws_internet_gateway", "ec2", "DetachInternetGateway", "InternetGatewayId",
     "DependencyViolation",
     "The network has some mapped public address(es). Please unmap them first.", mapped_addresses),
    ("aws_eip", "ec2", "ReleaseAddress", "AllocationId", "InvalidIPAddress.InUse",
     "Address {id} is in use.", address_users),
    ("aws_eip", "ec2", "DisassociateAddress", "AssociationId", "AuthFailure",
     "You do not have permission to access the specified resource.", address_gateways),
    ("aws_lb", "elbv2", "DeleteLoadBalancer", "LoadBalancerArn", "OperationNotPermitted",
     "Load balancer '{id}' cannot be deleted because deletion protection is enabled",
     protected_balancer),
    ("aws_lb_target_group", "elbv2", "DeleteTargetGroup", "TargetGroupArn", "ResourceInUse",
     "Target group '{id}' is currently in use by a listener or a rule", target_group_listeners),
    ("aws_acm_certificate", "acm", "DeleteCertificate", "CertificateArn", "ResourceInUseException",
     "Certificate {id} is in use.", certificate_listeners),
    ("aws_wafv2_web_acl", "wafv2", "DeleteWebACL", "Id", "WAFAssociatedItemException",
     "Your resource is being used by another resource or it’s associated with another.",
     protected_by_acl),
    ("aws_db_subnet_group", "rds", "DeleteDBSubnetGroup", "DBSubnetGroupName",
     "InvalidDBSubnetGroupStateFault",
     "The subnet group '{id}' is still used by the database instance {user}.", subnet_group_users),
    ("aws_db_subnet_group", "rds", "ModifyDBSubnetGroup", "DBSubnetGroupName", "SubnetAlreadyInUse",
     "Some of the subnets to be deleted are currently in use: {user}", removed_database_subnets),
    ("aws_db_parameter_group", "rds", "DeleteDBParameterGroup", "DBParameterGroupName",
     "InvalidDBParameterGroupState",
     "Database instances are still members of this parameter group {id}", parameter_group_users),
    ("aws_db_instance", "rds", "ModifyDBInstance", "DBInstanceIdentifier",
     "InvalidVPCNetworkStateFault",
     "The DB instance {id} cannot move to the subnet group {user} of the same VPC.",
     databases_in_vpc),
    ("aws_elasticache_subnet_group", "elasticache", "DeleteCacheSubnetGroup",
     "CacheSubnetGroupName", "CacheSubnetGroupInUse",
     "Cache subnet group {id} is currently in use by a cache cluster.", cache_group_users),
    ("aws_elasticache_subnet_group", "elasticache", "ModifyCacheSubnetGroup",
     "CacheSubnetGroupName", "SubnetInUse",
     "The following subnets are in use and cannot be removed: {user}", removed_cache_subnets),
    ("aws_elasticache_user_group", "elasticache", "DeleteUserGroup", "UserGroupId",
     "InvalidUserGroupState", "User group {id} is used by {user}.", user_group_users),
    ("aws_ecs_cluster", "ecs", "DeleteCluster", "cluster", "ClusterContainsServicesException",
     "The Cluster cannot be deleted while Services are active.", cluster_services),
    ("aws_ecs_cluster_capacity_providers", "ecs", "PutClusterCapacityProviders", "cluster",
     "ResourceInUseException",
     "The specified capacity provider is in use and cannot be removed: {user}", removed_providers),
    ("aws_efs_replication_configuration", "efs", "DeleteFileSystem", "FileSystemId",
     "FileSystemInUse", "File system {id} is part of a replication configuration.",
     replication_destinations),
    ("aws_iam_policy", "iam", "DeletePolicy", "PolicyArn", "DeleteConflict",
     "Cannot delete a policy attached to entities.", policy_attachments),
    ("aws_iam_policy", "iam", "DeletePolicy", "PolicyArn", "DeleteConflict",
     "This policy has more than one version. Delete its other versions first.", policy_versions),
    ("aws_kms_key", "kms",
     "ScheduleKeyDeletion EnableKeyRotation DisableKeyRotation TagResource UpdateKeyDescription",
     "KeyId", "KMSInvalidStateException", "{user} is pending deletion.", pending_key),
    ("aws_kms_alias", "kms", "CreateAlias", "TargetKeyId", "KMSInvalidStateException",
     "{user} is pending deletion.", pending_key),
    ("aws_db_instance", "rds", "CreateDBInstance", "KmsKeyId", "KMSKeyNotAccessibleFault",
     "The KMS key [{user}] does not exist or is not enabled.", pending_key),
    ("aws_secretsmanager_secret", "secretsmanager", "CreateSecret", "KmsKeyId", "EncryptionFailure",
     "{user} is pending deletion.", pending_key),
    ("aws_secretsmanager_secret", "secretsmanager", "CreateSecret", "Name",
     "InvalidRequestException", "A secret with this name is already scheduled for deletion.",
     waiting_secret),
    ("aws_backup_vault", "backup", "DeleteBackupVault", "BackupVaultName",
     "InvalidRequestException",
     "Backup vault cannot be deleted because it contains recovery points.", vault_points),
    ("aws_backup_plan", "backup", "DeleteBackupPlan", "BackupPlanId", "InvalidRequestException",
     "Related backup plan selections must be deleted prior to backup plan deletion",
     plan_selections),
    ("aws_backup_restore_testing_plan", "backup", "DeleteRestoreTestingPlan",
     "RestoreTestingPlanName", "InvalidRequestException",
     "Restore testing plan {id} has selections, which must be deleted first", testing_selections),
]  # fmt: skip


def register(operations: str, service: str, member: str, code: str, message: str, users: Users):
    def check(p, call):
        name = p.get(member)
        for user in users(call, name) if isinstance(name, str) else ():
            yield message.replace("{id}", name).replace("{user}", user)

    for operation in operations.split():
        rule = make_rule("in_use", code, page(service, operation), check, origin=users)
        RULES[service, operation].append(rule)


for _type, service, operations, member, code, message, users in ROWS:
    register(operations, service, member, code, message, users)
