"""Hold calls with the credentials of a role of CI to the policies of that role.

scripts/policies/authorizer.ts knows what each call needs. It gets the call, the policies, and the tags and the
permissions boundary that objects of the call have, as a line of JSON. It answers with the first action and object
that the policies do not allow, or null.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Lock
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.kms.models import kms_backends
from moto.sts.models import sts_backends

import iam
from extensions import refuses
from models.requests import AwsRequest
from recorder import described
from refusals import Refusal

# Services with another code than their protocol's.
CODES = {"ec2": "UnauthorizedOperation"}

PROJECT = Path(__file__).resolve().parents[2]
lock = Lock()


@cache
def authorizer(_process: int) -> Popen:
    """The program that decides. It ends with this process; a fork has its own."""
    command = ["node", "-r", "tsx/cjs", "scripts/policies/authorizer.ts"]
    return Popen(command, cwd=PROJECT, stdin=PIPE, stdout=PIPE, text=True)


def ask(question: dict[str, Any]) -> dict[str, str] | None:
    with lock:
        program = authorizer(os.getpid())
        print(json.dumps(question, default=str), file=program.stdin, flush=True)
        return json.loads(program.stdout.readline())


@refuses
def not_authorized(call: AwsRequest) -> Refusal | None:
    sts = sts_backends[DEFAULT_ACCOUNT_ID]["aws"]
    session = sts.get_assumed_role_from_access_key(call.access_key)
    if session is None or ":role/plue-github-" not in session.role_arn or call.service == "sts":
        return None
    question = {
        "call": described(call, "other"),
        "policies": list(iam.documents(session.role_arn)),
        "tags": {
            one: tags
            for one in strings(call.parameters)
            if (tags := tags_of(one, call.region)) is not None
        },
        "boundary": iam.boundary_of(call.parameters.get("RoleName")) if call.service == "iam" else None,
    }
    missing = ask(question)
    if missing is None:
        return None
    protocol = call.operation.service_model.protocol
    code = "AccessDeniedException" if "json" in protocol else "AccessDenied"
    action, resource = missing["action"], missing["resource"]
    return Refusal(
        CODES.get(call.service, code),
        f"User: {session.arn} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action",
    )


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value.split("/")[-1] if value.startswith("arn:") else value


def tags_of(name: str, region: str) -> dict[str, str] | None:
    """The tags of an object by its id; those of the owner for an association or a mount target."""
    kind = re.match(r"([a-z]+)-[0-9a-f]{8}|(alias/)|[0-9a-f]{8}-", name)
    if kind is None:
        return None
    ec2, efs = (one[DEFAULT_ACCOUNT_ID][region] for one in (ec2_backends, efs_backends))
    keys = kms_backends[DEFAULT_ACCOUNT_ID]
    match kind[1]:
        case None:
            key = keys[region].get_key_id_from_alias(name) if kind[2] else name
            # Copies in another region have a key of that region.
            own = next((kms for kms in keys.values() if key in kms.keys), None)
            return own and own.tagger.get_tag_dict_for_resource(key)
        case "rtbassoc":
            tables = ec2.route_tables.items()
            name = next((id for id, one in tables if name in one.all_associations_ids), name)
        case "eipassoc":
            found = (one for one in ec2.addresses if one.association_id == name)
            name = next((one.allocation_id for one in found), name)
        case "fs" | "fsap" | "fsmt":
            if kind[1] == "fsmt":
                target = efs.mount_targets_by_id.get(name)
                name = target.file_system_id if target else name
            # A replication is deleted in its destination's region, by its source.
            regions = efs_backends[DEFAULT_ACCOUNT_ID].values()
            own = next((one for one in regions if name in one.file_systems_by_id), efs)
            return {one["Key"]: one["Value"] for one in own.list_tags_for_resource(name)}
    return dict(ec2.tags.get(name, {}))
