"""What IAM, and the services whose objects have policies, refuse of a policy document."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .registry import aslist, json_object, unique

ELEMENTS = set(
    "Action Condition Effect NotAction NotPrincipal NotResource Principal Resource Sid".split()
)
ACTION = r"\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+"
RESOURCE = r"(arn:|\*|\$\{).*"
# What each kind of principal looks like.
PRINCIPALS = {
    "AWS": (
        r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::(\d{12}|cloudfront):.+|A[A-Z0-9]{15,}",
        'Invalid principal in policy: "AWS":"{}"',
    ),
    "Service": (
        r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|aws\.internal|aws|amazon\.com)",
        'Invalid principal in policy: "SERVICE":"{}"',
    ),
    "Federated": (".+", "Invalid principal in policy"),
    "CanonicalUser": (".+", "Invalid principal in policy"),
}
CONDITION_OPERATORS = (
    r"(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals(IgnoreCase)?|Like)|"
    r"Numeric(Not)?Equals|Numeric(LessThan|GreaterThan)(Equals)?|"
    r"Date(Not)?Equals|Date(LessThan|GreaterThan)(Equals)?|Bool|BinaryEquals|"
    r"(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null"
)


def statements(text: Any) -> list[dict]:
    """The statements of a document; none if it is not valid."""
    given = aslist((json_object(text) or {}).get("Statement"))
    return [statement for statement in given if isinstance(statement, dict)]


def unfit(items: Any, pattern: str, message: str) -> Iterator[str]:
    """A fault for each item that does not match; `{}` in the message is the item."""
    return (
        message.replace("{}", str(item))
        for item in aslist(items)
        if not re.fullmatch(pattern, str(item), re.DOTALL)
    )


def policy_faults(text: Any, principal: bool, resource: bool = True) -> Iterator[str]:
    """What is wrong with a policy document.

    principal: its statements must name principals, as those of resources and trust policies
    resource: its statements may name resources, as those of trust policies may not
    """
    document = json_object(text)
    if document is None:
        yield "This policy contains invalid Json"
        return
    if document.get("Version") not in (None, "2012-10-17", "2008-10-17"):
        yield "The policy must contain a valid version string"
    for name in sorted(set(document) - {"Version", "Statement", "Id"}):
        yield f"Syntax errors in policy: unknown element {name}."
    if "Statement" not in document:
        yield "Missing required field Statement"
    elif not aslist(document["Statement"]):
        yield "Could not parse the policy: Statement is empty!"
    if len(statements(text)) < len(aslist(document.get("Statement"))):
        yield "Syntax errors in policy."
    for statement in statements(text):
        yield from statement_faults(statement, principal, resource)
    sids = [str(statement["Sid"]) for statement in statements(text) if statement.get("Sid")]
    yield from unique(sids, "Statement IDs (SID) in a single policy must be unique: {}")


def statement_faults(statement: dict, principal: bool, resource: bool) -> Iterator[str]:
    for name in sorted(set(statement) - ELEMENTS):
        yield f"Syntax errors in policy: unknown element {name}."
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Invalid effect: {statement.get('Effect')}"
    if ("Action" in statement) == ("NotAction" in statement):
        yield "Policy statement must contain actions."
    vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {}"
    for name in ("Action", "NotAction"):
        yield from unfit(statement.get(name), ACTION, vendor)
    principals = "Principal" in statement or "NotPrincipal" in statement
    if principal and not principals:
        yield "Missing required field Principal"
    if not principal and principals:
        yield "Policy document should not specify a principal."
    if not resource and ("Resource" in statement or "NotResource" in statement):
        yield "Has prohibited field Resource"
    if not principal and ("Resource" in statement) == ("NotResource" in statement):
        yield "Policy statement must contain resources."
    for name in ("Resource", "NotResource"):
        message = 'Resource {} must be in ARN format or "*".'
        yield from unfit(statement.get(name), RESOURCE, message)
    given = statement.get("Principal", "*")
    if given != "*":
        kinds = given if isinstance(given, dict) else {}
        if not kinds or set(kinds) - set(PRINCIPALS):
            yield f"Invalid principal in policy: {json.dumps(given)}"
        for kind in set(kinds) & set(PRINCIPALS):
            yield from unfit(kinds[kind], *PRINCIPALS[kind])
    condition = statement.get("Condition") or {}
    if not isinstance(condition, dict) or not all(isinstance(c, dict) for c in condition.values()):
        yield "Syntax errors in policy: Condition."
    yield from unfit(list(condition), CONDITION_OPERATORS, "Invalid Condition type : {}.")
