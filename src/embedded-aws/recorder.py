"""Record which operations were called, and on what."""

import json
import re
from threading import Lock
from typing import Any

from models.requests import AwsRequest


class Recorder:
    """Appends each call to a file, one JSON object a line: who called (terraform, plue or other), the
    service, the operation and those parameters that can name a resource. Values of members that AWS
    marks as sensitive, long texts and texts of many lines are left out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lock = Lock()

    def record(self, call: AwsRequest, agent: str) -> None:
        line = json.dumps(described(call, caller(agent)))
        with self.lock, open(self.file, "a") as file:
            file.write(line + "\n")


def described(call: AwsRequest, by: str) -> dict[str, Any]:
    """A call with the parameters that can name a resource."""
    shape = call.operation.input_shape
    return {
        "caller": by,
        "service": call.service,
        "operation": call.name,
        "parameters": plain(shape, call.parameters) if shape else {},
    }


def caller(agent: str) -> str:
    """Who calls, by the User-Agent header."""
    if "HashiCorp" in agent or "Terraform" in agent:
        return "terraform"
    return "plue" if re.search(r"(^| )plue( |$)", agent) else "other"


def plain(shape, value):
    """A value without secrets and long texts."""
    # AWS Backup marks tags as sensitive.
    if shape.metadata.get("sensitive") and shape.name != "Tags":
        return None
    if isinstance(value, dict) and shape.type_name == "structure":
        members = {
            name: plain(shape.members[name], item)
            for name, item in value.items()
            if name in shape.members and "assword" not in name
        }
        return {name: item for name, item in members.items() if item not in (None, {}, [])}
    if isinstance(value, dict) and shape.type_name == "map":
        members = {key: plain(shape.value, item) for key, item in value.items()}
        return {key: item for key, item in members.items() if item is not None}
    if isinstance(value, list) and shape.type_name == "list":
        return [item for item in (plain(shape.member, item) for item in value) if item is not None]
    if isinstance(value, str):
        return value if len(value) <= 300 and "\n" not in value else None
    return value if isinstance(value, (int, float, bool)) else None
