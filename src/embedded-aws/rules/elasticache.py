"""What ElastiCache refuses of replication groups."""

from .registry import Rules

cache = Rules("elasticache", "InvalidParameterValue")


@cache.rule("CreateReplicationGroup")
def failover(p, _call):
    automatic = p.get("AutomaticFailoverEnabled")
    if automatic and (p.get("NumCacheClusters") or 0) < 2:
        yield (
            "When using automatic failover, there must be at least 2 cache clusters in the "
            "replication group."
        )
    if p.get("MultiAZEnabled") and not automatic:
        yield (
            "InvalidParameterCombination",
            "Multi-AZ requires automatic failover to be enabled.",
        )
