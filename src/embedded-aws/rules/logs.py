"""What CloudWatch Logs refuses of log groups."""

from .registry import DOCS, LIMITS, Rules, matches

API = f"{DOCS}/AmazonCloudWatchLogs/latest/APIReference"

logs = Rules("logs", "InvalidParameterException")
KEY = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+"


def retention(days: int) -> str | None:
    if days in LIMITS["logRetentionDays"]:
        return None
    return (
        f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy "
        f"constraint: Member must satisfy enum value set: {LIMITS['logRetentionDays']}"
    )


logs.values(
    "PutRetentionPolicy", f"{API}/API_PutRetentionPolicy.html", {"retentionInDays": retention}
)
logs.values(
    "CreateLogGroup",
    f"{API}/API_CreateLogGroup.html",
    {
        "logGroupName": matches(r"(?!aws/).*", "Log groups starting with AWS/ are reserved: {}"),
        "kmsKeyId": matches(KEY, "Invalid KMS key ARN: {}"),
    },
)
