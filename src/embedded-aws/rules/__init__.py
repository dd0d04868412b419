"""What AWS refuses and its models do not state: rules of its documents, or seen in its errors.

They are about what a setting, a variable or a command of `plue` can change; what the stacks always send alike
is not checked. values.py has the rules for single values, in_use.py the refusals of deletions, and the
other rules have a file for each service. registry.py shows how a rule is declared. The first rule that a
request breaks is its answer, and names itself: `ec2.cidr` is the function `cidr` in ec2.py, and
`ecs.clusterName` the row for that path in values.py.
"""

from . import (
    application_autoscaling,
    backup,
    ec2,
    ecr,
    ecs,
    elasticache,
    elbv2,
    iam,
    rds,
    route53,
    secretsmanager,
    tags,
    values,
)
# Last, since AWS checks the values of a request before what exists.
from . import in_use  # isort: skip
from .registry import GENERAL, RULES, Rule, of

__all__ = ["GENERAL", "RULES", "Rule", "of"]
