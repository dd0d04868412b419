"""Whether a role may do something, by the policies that IAM has of it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends

Context = Mapping[str, str]


def is_allowed(role_arn: str, action: str, resource: str) -> bool:
    """Whether a role exists and may do an action on a resource."""
    return decision(role_arn, action, resource, {}) == "allowed"


def decision(role_arn: str, action: str, resource: str, context: Context) -> str:
    """`allowed`, `explicitDeny` or `implicitDeny`, by the role's identity-based policies.

    A statement with a condition on a key that the context does not have does not apply.
    """
    role = next((one for one in _iam().roles.values() if one.arn == role_arn), None)
    effects = {
        statement["Effect"]
        for statement in (_statements(role) if role else ())
        if _applies(statement, action, resource, context)
    }
    if "Deny" in effects:
        return "explicitDeny"
    return "allowed" if "Allow" in effects else "implicitDeny"


def documents(role_arn: str) -> list[Any]:
    """The policies of a role."""
    role = next((one for one in _iam().roles.values() if one.arn == role_arn), None)
    return [{"Statement": list(_statements(role))}] if role else []


def boundary_of(role_name: str | None) -> str | None:
    """The ARN of the permissions boundary that a role has."""
    role = next((one for one in _iam().roles.values() if one.name == role_name), None)
    return role and role.permissions_boundary_arn


def _iam() -> Any:
    return iam_backends[DEFAULT_ACCOUNT_ID]["aws"]


def _statements(role: Any) -> Iterator[dict[str, Any]]:
    documents = list(role.policies.values())
    documents += [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.is_default
    ]
    for document in documents:
        yield from _list(json.loads(document)["Statement"])


def _applies(statement: dict[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        _matches(statement, "Action", action, re.IGNORECASE)
        and _matches(statement, "Resource", resource)
        and all(
            _holds(operator, context.get(key), _list(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _matches(statement: dict[str, Any], element: str, value: str, flags: int = 0) -> bool:
    if f"Not{element}" in statement:
        return not _like(value, _list(statement[f"Not{element}"]), flags)
    return _like(value, _list(statement.get(element, [])), flags)


def _holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    """Whether a condition of strings holds; one with an operator of another kind never does."""
    if value is None:
        return operator.endswith("IfExists")
    match operator.removesuffix("IfExists"):
        case "StringEquals" | "ArnEquals" | "Bool":
            return value in wanted
        case "StringNotEquals":
            return value not in wanted
        case "StringLike" | "ArnLike":
            return _like(value, wanted)
    return False


def _like(value: str, patterns: list[str], flags: int = 0) -> bool:
    return any(
        re.fullmatch(re.escape(one).replace(r"\*", ".*").replace(r"\?", "."), value, flags | re.DOTALL)
        for one in patterns
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
