"""What EventBridge refuses of rules and targets."""

import json
import re

from .registry import DOCS, Rules, json_object, values
from .schedules import is_schedule

API = f"{DOCS}/eventbridge/latest/APIReference"

events = Rules("events", "ValidationException")


@events.rule("PutRule", f"{API}/API_PutRule.html")
def event_rule(p, _call):
    text, pattern = p.get("ScheduleExpression"), p.get("EventPattern")
    if not text and not pattern:
        yield "Parameter(s) EventPattern or ScheduleExpression must be specified."
    if text and (not is_schedule(text) or text.startswith("at(")):
        yield "Parameter ScheduleExpression is not valid."
    for fault in pattern_faults(json_object(pattern)) if pattern else ():
        yield "InvalidEventPatternException", f"Event pattern is not valid. Reason: {fault}"


def pattern_faults(pattern: dict | None):
    if pattern is None:
        yield "Filter is not an object"
        return
    if not pattern:
        yield "Empty pattern"
    for name, wanted in pattern.items():
        if isinstance(wanted, dict):
            yield from pattern_faults(wanted) if wanted else ()
        elif not isinstance(wanted, list):
            yield f'"{name}" must be an object or an array'
        elif not wanted:
            yield "Empty arrays are not allowed"


@events.rule("PutTargets", f"{API}/API_PutTargets.html")
def event_targets(p, _call):
    for target in values(p, "Targets[]"):
        name, text, arn = target.get("Id"), target.get("Input"), target.get("Arn")
        try:
            json.loads("{}" if text is None else text)
        except ValueError:
            yield f"JSON syntax error in input for target {name}: {text[:80]}"
        if not re.fullmatch(r"arn:.+", arn or ""):
            yield f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
