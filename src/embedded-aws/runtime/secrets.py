"""What a task's containers get out of Secrets Manager and the parameter store when they start."""

import json

from moto.core import DEFAULT_ACCOUNT_ID
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from iam import is_allowed

from .engine import Failed


FAILED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
    "failed: unable to retrieve {} from {}: service call has been retried 1 time(s): "
)


def resolve(value_from: str, role_arn: str, task_id: str, region: str) -> str:
    """The value that a container definition's secret names.

    Raises Failed if there is none, or if the execution role may not read it.
    """
    if value_from.startswith("arn:") and value_from.split(":")[2] == "secretsmanager":
        return _secret(value_from, role_arn, task_id)
    return _parameter(value_from, role_arn, task_id, region)


def _secret(value_from: str, role_arn: str, task_id: str) -> str:
    # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME[:JSON-KEY[:STAGE[:VERSION]]]
    parts = value_from.split(":")
    arn, region = ":".join(parts[:7]), parts[3]
    json_key, stage, version = [*parts[7:], "", "", ""][:3]

    failed = FAILED.format("secret", "asm")
    fetch = f"{failed}failed to fetch secret {arn} from secrets manager: "
    require(role_arn, task_id, "secretsmanager:GetSecretValue", arn, fetch)
    try:
        found = secretsmanager_backends[DEFAULT_ACCOUNT_ID][region].get_secret_value(arn, version, stage)
    except Exception as error:
        raise Failed(f"{fetch}{type(error).__name__}: {error}") from error
    text = found.get("SecretString") or ""
    if not json_key:
        return text
    try:
        return str(json.loads(text)[json_key])
    except (KeyError, TypeError, ValueError):
        reason = f"retrieved secret from Secrets Manager did not contain json key {json_key}"
        raise Failed(failed + reason) from None


def _parameter(name_or_arn: str, role_arn: str, task_id: str, region: str) -> str:
    name = name_or_arn
    if name.startswith("arn:"):
        region, path = name.split(":")[3], name.split(":", 5)[5].removeprefix("parameter")
        name = path if "/" in path[1:] else path.removeprefix("/")
    arn = f"arn:aws:ssm:{region}:{DEFAULT_ACCOUNT_ID}:parameter/{name.removeprefix('/')}"

    failed = FAILED.format("secrets", "ssm")
    require(role_arn, task_id, "ssm:GetParameters", arn, failed)
    found = ssm_backends[DEFAULT_ACCOUNT_ID][region].get_parameters([name])
    if name not in found:
        raise Failed(f"{failed}invalid ssm parameters: {name}")
    return found[name].response_object(decrypt=True, region=region)["Value"]


def require(role_arn: str, task_id: str, action: str, resource: str, failed: str) -> None:
    """Raises Failed, beginning with `failed`, if a role does not have a permission."""
    if is_allowed(role_arn, action, resource):
        return
    user = f"arn:aws:sts::{DEFAULT_ACCOUNT_ID}:assumed-role/{role_arn.rsplit('/', 1)[-1]}/{task_id}"
    raise Failed(
        f"{failed}AccessDeniedException: User: {user} is not authorized to perform: {action} on resource: "
        f"{resource} because no identity-based policy allows the {action} action status code: 400"
    )
