"""What AWS refuses and its models do not state: rules of its documents, or seen in its errors.

A file for each service. registry.py shows how a rule is declared. The first rule that a request breaks
is its answer, and names itself: `ec2.subnet-range` is the function `subnet_range` in ec2.py, and
`ecs.clusterName` the value at that path in ecs.py. in_use.py has the refusals of deletions.
"""

from . import (
    application_autoscaling,
    backup,
    budgets,
    cloudwatch,
    dynamodb,
    ec2,
    ecr,
    ecs,
    efs,
    elasticache,
    elbv2,
    events,
    iam,
    kms,
    logs,
    rds,
    route53,
    s3,
    secretsmanager,
    sns,
    ssm,
    tags,
    wafv2,
)
# Last, since AWS checks the values of a request before what exists.
from . import in_use  # isort: skip
from .registry import GENERAL, RULES, Rule, of

__all__ = ["GENERAL", "RULES", "Rule", "of"]
