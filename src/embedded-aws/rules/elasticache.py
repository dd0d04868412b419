"""What ElastiCache refuses of replication groups and their subnet groups."""

import re

from . import windows as window
from .registry import DOCS, Rules, between, matches, one_of, required

API = f"{DOCS}/AmazonElastiCache/latest/APIReference"
GROUP_API = f"{API}/API_CreateReplicationGroup.html"

cache = Rules("elasticache", "InvalidParameterValue")
COMBINATION = "InvalidParameterCombination"
BOTH = "CreateReplicationGroup ModifyReplicationGroup"
IDENTIFIER = (
    "The parameter ReplicationGroupIdentifier is not a valid identifier. Identifiers must begin with "
    "a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen "
    "or contain two consecutive hyphens."
)

cache.values(
    BOTH,
    GROUP_API,
    {
        "ReplicationGroupId": matches(
            r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,39}(?<!-)", IDENTIFIER
        ),
        "CacheNodeType": matches(r"cache\.[a-z0-9]+\.[a-z0-9]+", "Invalid CacheNodeType: {}"),
        "Engine": one_of(("redis", "valkey"), "Engine of a replication group"),
        "NumCacheClusters": between(1, 6, "NumCacheClusters"),
        "Port": between(1150, 65535, "Port"),
        "ReplicasPerNodeGroup": between(0, 5, "ReplicasPerNodeGroup"),
        "SnapshotRetentionLimit": between(0, 35, "SnapshotRetentionLimit"),
    },
)
cache.values(
    "CreateCacheSubnetGroup",
    f"{API}/API_CreateCacheSubnetGroup.html",
    {
        "CacheSubnetGroupName": matches(
            r"(?!default$)[A-Za-z0-9-]{1,255}",
            "The parameter CacheSubnetGroupName is not a valid identifier: {}",
        )
    },
)


@cache.rule("CreateReplicationGroup", GROUP_API)
def replication_group(p, _call):
    message = "The parameter {} must be provided and must not be blank."
    yield from required(p, "ReplicationGroupDescription", message=message)
    count, replicas = p.get("NumCacheClusters"), p.get("ReplicasPerNodeGroup")
    groups = p.get("NumNodeGroups") or 1
    if count is not None and (replicas is not None or groups > 1):
        yield (
            COMBINATION,
            "NumCacheClusters cannot be used with ReplicasPerNodeGroup or several node groups.",
        )
    several = (count or 0) >= 2 or (replicas or 0) >= 1 or groups > 1 and replicas is None
    failover = p.get("AutomaticFailoverEnabled")
    if failover and not several and not p.get("NodeGroupConfiguration"):
        yield (
            "When using automatic failover, there must be at least 2 cache clusters in the "
            "replication group."
        )
    if p.get("MultiAZEnabled") and not failover:
        yield COMBINATION, "Multi-AZ requires automatic failover to be enabled."
    if p.get("AuthToken") and not p.get("TransitEncryptionEnabled"):
        yield (
            COMBINATION,
            "AUTH tokens are only supported when encryption-in-transit is enabled.",
        )
    if p.get("KmsKeyId") and not p.get("AtRestEncryptionEnabled"):
        yield COMBINATION, "KmsKeyId requires encryption at rest to be enabled."


@cache.rule(BOTH, GROUP_API)
def auth_token(p, _call):
    token = p.get("AuthToken")
    if token is not None and not re.fullmatch(r"(?!.*[/@\"])[!-~]{16,128}", token):
        yield (
            "Invalid AuthToken provided. It must have 16 to 128 printable characters besides '@', "
            "'\"' and '/'."
        )


@cache.rule(BOTH, GROUP_API)
def windows(p, _call):
    week_text, daily_text = p.get("PreferredMaintenanceWindow"), p.get("SnapshotWindow")
    week, daily = window.weekly(week_text), window.daily(daily_text)
    for kind, text, found, form in (
        ("maintenance", week_text, week, "ddd:hh24:mi-ddd:hh24:mi"),
        ("snapshot", daily_text, daily, "hh24:mi-hh24:mi"),
    ):
        if text and (found is None or found[1] < 60):
            yield f"Invalid {kind} window: {text}. It must be {form} and at least 60 minutes."
    if window.overlap(daily, week):
        yield "The snapshot window and maintenance window must not overlap."
