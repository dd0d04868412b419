"""What DynamoDB refuses of the state's lock table."""

from .registry import DOCS, Rules, matches

dynamodb = Rules("dynamodb", "ValidationException")
NAME = "Invalid table name: it must have 3 to 255 characters of a-z, A-Z, 0-9, '_', '-' and '.'"

dynamodb.values(
    "CreateTable",
    f"{DOCS}/amazondynamodb/latest/APIReference/API_CreateTable.html",
    {"TableName": matches(r"[a-zA-Z0-9_.-]{3,255}", NAME)},
)
