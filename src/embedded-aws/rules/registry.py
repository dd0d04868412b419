"""How a rule is declared, and what rules of several services need.

    ec2 = Rules("ec2", "InvalidParameterValue")

    @ec2.rule("CreateSubnet", code="InvalidSubnet.Range")
    def subnet_range(p, call):
        yield "what is wrong"                                 # answered with the rule's code
        yield "InvalidParameterValue", "what else is wrong"   # or with another one

`p` is the request's parameters, by AWS's names; `call` is the AwsRequest, for its region, its operation
and what was made before (`state`). The first fault is the answer, so faults come in AWS's order. A
rule must bear any request: what a fault reports as missing is missing afterwards, too.
"""

import ipaddress
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.backends import get_backend

from models.requests import AwsRequest
from refusals import SERVICES, Refusal

DOCS = "https://docs.aws.amazon.com"
LIMITS = json.loads((Path(__file__).parents[1] / "limits.json").read_text())

# A fault: a message, or AWS's error code and a message.
Fault = str | tuple[str, str]
Check = Callable[[dict[str, Any], AwsRequest], Iterator[Fault]]


@dataclass(frozen=True)
class Rule:
    """One thing that AWS refuses."""

    name: str
    # Error code of faults that name none.
    code: str
    # Page of AWS's documents that states the rule.
    source: str
    check: Check
    # File and line of this rule, for the log.
    place: str

    def refusal(self, call: AwsRequest) -> Refusal | None:
        fault = next(iter(self.check(call.parameters, call) or ()), None)
        if fault is None:
            return None
        code, message = (self.code, fault) if isinstance(fault, str) else fault
        return Refusal(code, message, self.name, self.place)


RULES: dict[tuple[str, str], list[Rule]] = defaultdict(list)
# Rules for every operation of every service.
GENERAL: list[Rule] = []


def of(service: str, operation: str) -> list[Rule]:
    """The rules for an operation."""
    return RULES.get((service, operation), []) + GENERAL


def make_rule(module: str, code: str, source: str, check: Check, name="", origin=None) -> Rule:
    """A rule with the name and the place of its function, or of another, `origin`."""
    origin = origin or check
    file = Path(origin.__code__.co_filename)
    place = f"{file.parent.name}/{file.name}:{origin.__code__.co_firstlineno}"
    name = name or origin.__name__.replace("_", "-")
    return Rule(f"{module}.{name}", code, source, check, place)


def page(service: str, operation: str) -> str:
    """An operation's page in its service's API reference."""
    return f"{DOCS}/{SERVICES[service]['pages']}{operation}.html"


class Rules:
    """Declares the rules of one service."""

    def __init__(self, service: str, code: str) -> None:
        self.service = service
        self.code = code

    def rule(self, operations: str, source: str = "", code: str = "") -> Callable[[Check], Check]:
        """Registers a function as a rule for these operations."""

        def register(check: Check) -> Check:
            for operation in operations.split():
                at = f"{DOCS}/{source}" if source else page(self.service, operation)
                made = make_rule(self.service, code or self.code, at, check)
                RULES[self.service, operation].append(made)
            return check

        return register


def values(node: Any, path: str) -> Iterator[Any]:
    """The values at a path such as `containerDefinitions[].stopTimeout`."""
    head, _, rest = path.partition(".")
    found = node.get(head.removesuffix("[]")) if isinstance(node, dict) else None
    if found is None:
        return
    for item in found if head.endswith("[]") else [found]:
        if rest:
            yield from values(item, rest)
        elif item is not None:
            yield item


def value(node: Any, path: str, default: Any = None) -> Any:
    """The one value at a path such as `BackupPlan.BackupPlanName`."""
    return next(values(node, path), default)


def listed(node: Any, path: str) -> list:
    """The values at a path, as a list."""
    return list(values(node, path))


def unique(items, message: str) -> Iterator[str]:
    """A fault for each item that is there twice; `{}` in the message is the item."""
    return (message.replace("{}", str(item)) for item in duplicates(items))


# --- Values --------------------------------------------------------------------------------------


def state(call: AwsRequest, service: str):
    """moto's backend: what was made before."""
    backend = get_backend(service)[call.account]
    return backend[call.region if call.region in backend else "aws"]


def duplicates(items) -> list:
    seen, twice = set(), []
    for item in items:
        if item in seen and item not in twice and item is not None:
            twice.append(item)
        seen.add(item)
    return twice


def network(text: Any):
    """A CIDR block with its host bits, or None."""
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except (TypeError, ValueError):
        return None


# --- What several services look up in EC2 and in ELB ---------------------------------------------


def subnet_zones(call: AwsRequest, subnets: list[str]) -> list[str]:
    """The zone of each subnet that exists."""
    known = state(call, "ec2").subnets.values()
    found = {one.id: one.availability_zone for zone in known for one in zone.values()}
    return [found[subnet] for subnet in subnets if subnet in found]


def listeners(call: AwsRequest) -> list:
    balancers = state(call, "elbv2").load_balancers.values()
    return [listener for balancer in balancers for listener in balancer.listeners.values()]


def forwards_to(call: AwsRequest, target_group: str) -> list:
    """The listeners that forward to a target group, themselves or by a rule."""
    return [
        listener
        for listener in listeners(call)
        for actions in (listener.default_actions, *(r.actions for r in listener.rules.values()))
        for action in actions
        if target_group in json.dumps(getattr(action, "data", action), default=str)
    ]
