"""Single values that AWS refuses: a row for each, with the service, the operations, the error code, the path
of the value, what it must be, and the message, in which `{}` is the value.

What a value must be is a pattern, the least and the greatest number, or a list of values.
"""

import re
from typing import Any

from .registry import LIMITS, RULES, make_rule, page, values

EMAIL = r"[^@\s]+@[^@\s]+"
# Identifier of RDS and ElastiCache: letters, digits and single hyphens.
IDENTIFIER = r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,%d}(?<!-)"
IS_INVALID = "The parameter is not a valid identifier: {}"
ECS_NAME = r"[a-zA-Z0-9_-]{1,255}"
EC2_TEXT = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}"
BUCKET = (
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
    r"(?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)(?<!--table-s3)"
)
SERVICES = "CreateService UpdateService"
DATABASES = "CreateDBInstance ModifyDBInstance"
CACHES = "CreateReplicationGroup ModifyReplicationGroup"
SERVERLESS = "CreateServerlessCache ModifyServerlessCache"
BALANCER_NAME = r"(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?"
SINGLE = "1 validation error detected: Value '{}' failed to satisfy constraint"



def but(families: list[str], prefix: str) -> str:
    """Classes of instances or nodes, without those of some families."""
    return rf"{prefix}\.(?!({'|'.join(families)})\.)[a-z0-9-]+\.[a-z0-9]+"


ROWS: list[tuple[str, str, str, str, Any, str]] = [
    ("acm", "RequestCertificate", "ValidationException", "DomainName",
     r".{1,%d}" % LIMITS["certificateName"],
     "The first domain name can be no longer than 64 characters: {}"),
    ("application-autoscaling", "PutScheduledAction", "ValidationException", "Timezone",
     r"[A-Z][\w+-]*(/[A-Z][\w+-]*)*", "The time zone is not valid: {}"),
    ("budgets", "CreateBudget", "InvalidParameterException",
     "NotificationsWithSubscribers[].Subscribers[].Address", EMAIL,
     "Invalid subscriber address: {}"),
    ("cloudwatch", "PutDashboard", "InvalidParameterValue", "DashboardName",
     r"[A-Za-z0-9_-]{1,255}", "The value for field DashboardName contains invalid characters: {}"),
    ("dynamodb", "CreateTable", "ValidationException", "TableName", r"[a-zA-Z0-9_.-]{3,255}",
     "Invalid table name: {}"),
    ("ec2", "CreateSecurityGroup", "InvalidParameterValue", "GroupName",
     rf"(?!sg-|default$){EC2_TEXT}", "Value ({}) for parameter GroupName is invalid."),
    ("ecs", "CreateCluster", "InvalidParameterException", "clusterName", ECS_NAME,
     "Invalid cluster name: {}"),
    ("ecs", "CreateCluster UpdateCluster UpdateClusterSettings", "InvalidParameterException",
     "settings[].value", ["enabled", "disabled", "enhanced"], "Invalid setting value: {}"),
    ("ecs", "RegisterTaskDefinition", "ClientException", "family", ECS_NAME,
     "Family contains invalid characters: {}"),
    ("ecs", "RegisterTaskDefinition", "ClientException", "containerDefinitions[].image",
     r"\S{1,255}", "Container.image contains invalid characters: {}"),
    ("ecs", "CreateService", "InvalidParameterException", "serviceName", ECS_NAME,
     "The service name may have up to 255 letters, numbers, underscores and hyphens: {}"),
    ("ecs", SERVICES, "InvalidParameterException", "desiredCount", (0, 2**31 - 1),
     "desiredCount must not be negative: {}"),
    ("ecs", SERVICES, "InvalidParameterException", "healthCheckGracePeriodSeconds", (0, 2**31 - 1),
     "healthCheckGracePeriodSeconds must be between 0 and 2147483647: {}"),
    ("elasticache", CACHES, "InvalidParameterValue", "ReplicationGroupId", IDENTIFIER % 39,
     IS_INVALID),
    ("elasticache", CACHES, "InvalidParameterValue", "CacheNodeType",
     but(LIMITS["oldNodeTypes"], "cache"), "Invalid CacheNodeType: {}"),
    ("elasticache", SERVERLESS, "InvalidParameterValue", "CacheUsageLimits.DataStorage.Maximum",
     (1, 5000), "Invalid maximum of the data storage: {}"),
    ("elasticache", SERVERLESS, "InvalidParameterValue", "CacheUsageLimits.ECPUPerSecond.Maximum",
     (1000, 15_000_000), "Invalid maximum of ECPUs per second: {}"),
    ("elasticache", CACHES, "InvalidParameterValue", "NumCacheClusters", (1, 6),
     "NumCacheClusters must be between 1 and 6: {}"),
    ("elasticache", CACHES, "InvalidParameterValue", "SnapshotRetentionLimit", (0, 35),
     "SnapshotRetentionLimit must be between 0 and 35: {}"),
    ("elbv2", "CreateLoadBalancer", "ValidationError", "Name", BALANCER_NAME,
     "The load balancer name '{}' is not valid"),
    ("elbv2", "CreateTargetGroup", "ValidationError", "Name",
     BALANCER_NAME.removeprefix("(?!internal-)"), "The target group name '{}' is not valid"),
    ("kms", "ScheduleKeyDeletion", "ValidationException", "PendingWindowInDays", (7, 30),
     "PendingWindowInDays must be from 7 to 30: {}"),
    ("logs", "PutRetentionPolicy", "InvalidParameterException", "retentionInDays",
     LIMITS["logRetentionDays"], f"{SINGLE}: Member must satisfy enum value set"),
    ("rds", "CreateDBInstance", "InvalidParameterValue", "DBInstanceIdentifier", IDENTIFIER % 62,
     IS_INVALID),
    ("rds", DATABASES, "InvalidParameterValue", "DBInstanceClass", r"db\.[a-z0-9-]+\.[a-z0-9.]+",
     "Invalid DB Instance class: {}"),
    ("rds", DATABASES, "InvalidParameterCombination", "DBInstanceClass",
     but(LIMITS["oldDatabaseClasses"], "db"),
     "RDS does not support the following combination for postgres: DBInstanceClass={}"),
    ("rds", DATABASES, "InvalidParameterValue", "BackupRetentionPeriod",
     tuple(LIMITS["databaseBackupDays"]), "Invalid retention: {}"),
    ("rds", DATABASES, "InvalidParameterValue", "MonitoringInterval",
     LIMITS["monitoringIntervals"], "{} is not a valid monitoring interval."),
    ("s3", "CreateBucket", "InvalidBucketName", "Bucket", BUCKET,
     "The specified bucket is not valid."),
    ("s3", "PutBucketLifecycleConfiguration", "InvalidArgument",
     "LifecycleConfiguration.Rules[].Expiration.Days", (1, 2**31 - 1),
     "'Days' for Expiration action must be a positive integer"),
    ("secretsmanager", "CreateSecret", "ValidationException", "Name",
     r"[A-Za-z0-9/_+=.@!-]{1,512}", "Invalid name: {}"),
    ("secretsmanager", "DeleteSecret", "InvalidParameterException", "RecoveryWindowInDays",
     tuple(LIMITS["secretRecoveryDays"]), "Invalid RecoveryWindowInDays: {}"),
    ("sns", "CreateTopic", "InvalidParameter", "Name", r"[A-Za-z0-9_-]{1,256}",
     "Invalid parameter: Topic Name"),
    ("sns", "Subscribe", "InvalidParameter", "Endpoint", EMAIL,
     "Invalid parameter: Invalid email endpoint: {}"),
]  # fmt: skip


def fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, str):
        return not isinstance(value, str) or re.fullmatch(wanted, value) is not None
    if isinstance(wanted, tuple):
        return isinstance(value, (int, float)) and wanted[0] <= value <= wanted[1]
    return value in wanted


def register(service: str, operations: str, code: str, path: str, wanted: Any, message: str):
    def check(p, _call):
        wrong = (value for value in values(p, path) if not fits(value, wanted))
        return (message.replace("{}", str(value)) for value in wrong)

    for operation in operations.split():
        source = page(service, operation)
        RULES[service, operation].append(make_rule(service, code, source, check, path))


for row in ROWS:
    register(*row)
