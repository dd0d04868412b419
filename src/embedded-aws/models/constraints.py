"""Check a request by the model that AWS publishes of its operation.

botocore's data state which members are required, how long or large a value may be, which pattern it
matches and which values an enumeration has. Patterns match a whole value, as AWS's do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from moto.core.model import OperationModel, Shape


@dataclass(frozen=True)
class Breach:
    """One constraint that a request does not meet."""

    # As AWS writes it: `tags.1.member.key`.
    path: str
    value: Any
    constraint: str
    # The fault, for services with a code of its own for it: missing, value, type.
    kind: str
    # Location of the member: None for the body.
    location: str | None
    shape: str
    sensitive: bool

    def __str__(self) -> str:
        if self.kind == "missing":
            value = "Value null"
        elif self.sensitive:
            value = "Value"
        else:
            value = f"Value '{shown(self.value)}'"
        return f"{value} at '{self.path}' failed to satisfy constraint: {self.constraint}"


def message(breaches: list[Breach]) -> str:
    count = len(breaches)
    errors = "validation error" if count == 1 else "validation errors"
    return f"{count} {errors} detected: " + "; ".join(map(str, breaches))


class Checker:
    """Finds the breaches of one request and counts the constraints that it was checked by."""

    def __init__(self) -> None:
        self.constraints = 0
        self.breaches: list[Breach] = []

    def check(self, operation: OperationModel, parameters: dict[str, Any]) -> list[Breach]:
        if operation.input_shape is not None:
            self.structure(operation.input_shape, parameters, "", None, False)
        return self.breaches

    def value(self, shape: Shape, value: Any, path: str, location: str | None, secret: bool):
        secret = secret or bool(shape.metadata.get("sensitive"))
        kind = shape.type_name
        if kind == "structure":
            if isinstance(value, dict) and not shape.is_document_type:
                self.structure(shape, value, path, location, secret)
            return
        size = value if kind in ("integer", "long", "float", "double") else length(value)
        if size is not None and kind != "boolean":
            self.bounds(shape, size, value, path, location, secret)
        if kind == "string" and isinstance(value, str):
            self.text(shape, value, path, location, secret)
        elif kind == "list" and isinstance(value, list):
            for index, item in enumerate(value, 1):
                self.value(shape.member, item, f"{path}.{index}.member", location, secret)
        elif kind == "map" and isinstance(value, dict):
            for key, item in value.items():
                self.value(shape.key, key, f"{path}.{key}", location, secret)
                self.value(shape.value, item, f"{path}.{key}", location, secret)

    def structure(self, shape, value: dict, path: str, location: str | None, secret: bool):
        members = shape.members
        for name in shape.required_members:
            member = members[name]
            # An SDK makes one up.
            if member.metadata.get("idempotencyToken"):
                continue
            self.constraints += 1
            if value.get(name) is None:
                self.add(
                    member,
                    None,
                    join(path, name),
                    "Member must not be null",
                    "missing",
                    member.serialization.get("location") or location,
                    secret,
                )
        for name, item in value.items():
            if item is None or name not in members:
                continue
            member = members[name]
            where = member.serialization.get("location") or location
            self.value(member, item, join(path, name), where, secret)

    def bounds(self, shape, size, value, path, location, secret):
        what = "value" if size is value else "length"
        for bound, relation, breached in (
            ("min", "greater", lambda limit: size < limit),
            ("max", "less", lambda limit: size > limit),
        ):
            limit = shape.metadata.get(bound)
            if limit is None:
                continue
            self.constraints += 1
            if breached(limit):
                constraint = f"Member must have {what} {relation} than or equal to {limit}"
                self.add(shape, value, path, constraint, "value", location, secret)

    def text(self, shape, value: str, path: str, location: str | None, secret: bool):
        if shape.enum:
            self.constraints += 1
            if value not in shape.enum:
                constraint = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
                self.add(shape, value, path, constraint, "value", location, secret)
        if pattern := shape.metadata.get("pattern"):
            self.constraints += 1
            if not compiled(pattern).fullmatch(value):
                constraint = f"Member must satisfy regular expression pattern: {pattern}"
                self.add(shape, value, path, constraint, "value", location, secret)

    def add(self, shape, value, path, constraint, kind, location, secret):
        # Older models do not mark passwords.
        secret = secret or bool(shape.metadata.get("sensitive")) or "assword" in path
        self.breaches.append(Breach(path, value, constraint, kind, location, shape.name, secret))


def wrong_types(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """The members of a JSON body that have another type than in their model."""
    if value is None or getattr(shape, "is_document_type", False):
        return
    expected = JSON_TYPES.get(shape.type_name)
    if expected is None:
        return
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        yield f"{path or 'The request'} is not of type {shape.type_name}"
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from wrong_types(
                member, value.get(member.serialization.get("name", name)), join(path, name)
            )
    elif shape.type_name == "list":
        for index, item in enumerate(value, 1):
            yield from wrong_types(shape.member, item, f"{path}.{index}.member")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from wrong_types(shape.value, item, f"{path}.{key}")


JSON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "list": (list,),
    "map": (dict,),
    "string": (str,),
    "integer": (int, float),
    "long": (int, float),
    "boolean": (bool,),
}


@cache
def compiled(pattern: str) -> regex.Pattern:
    # Java writes characters beyond the first plane as pairs of surrogates, Python does not. A dot
    # matches line ends here: some models use `.*` for texts of many lines.
    pattern = regex.sub(
        r"\\u[dD]800\\u[dD][cC]00-\\u[dD][bB][fF]{2}\\u[dD][fF]{3}",
        r"\\U00010000-\\U0010ffff",
        pattern,
    )
    return regex.compile(pattern, regex.DOTALL)


def join(path: str, name: str) -> str:
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name


def length(value: Any) -> int | None:
    return len(value) if isinstance(value, (str, bytes, list, dict)) else None


def shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, bytes):
        return "java.nio.HeapByteBuffer"
    return str(value)
