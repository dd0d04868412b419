"""Calls and attributes that the stacks need and moto does not have: a file for each service.

Each gap is a function that closes it, and only where moto still has it. A test runs plain moto and
reports which gap can be deleted.
"""

from . import (
    application_autoscaling,
    backup,
    cloudwatch,
    ec2,
    ecr,
    ecs,
    efs,
    elasticache,
    elbv2,
    iam,
    rds,
    secretsmanager,
    servicequotas,
)
from .registry import GAPS


def close_all() -> None:
    """Closes every gap that this moto has."""
    for close in GAPS:
        close()
