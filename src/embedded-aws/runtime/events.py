"""Events of ECS on the default bus of EventBridge, and notifications of SNS by its rules.

Source: "Automate responses to Amazon ECS errors using EventBridge" in the Amazon ECS developer guide.
"""

import json
import re
from copy import copy
from typing import Any

from botocore import xform_name
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import Service, Task
from moto.events.models import Rule, events_backends
from moto.sns.models import sns_backends

from extensions import replaces

# Members of DescribeTasks that an event has.
OF_TASK = (
    *("attachments", "availabilityZone", "clusterArn", "connectivity", "containers", "cpu", "createdAt"),
    *("desiredStatus", "group", "healthStatus", "lastStatus", "launchType", "memory", "overrides"),
    *("startedAt", "startedBy", "stopCode", "stoppedAt", "stoppedReason", "stoppingAt", "taskArn"),
    "taskDefinitionArn",
)
TYPES = {"SERVICE_DEPLOYMENT_FAILED": "ERROR", "SERVICE_TASK_START_IMPAIRED": "WARN"}


def task_changed(task: Task) -> None:
    """Report a task's new status."""
    detail = {name: getattr(task, xform_name(name), None) for name in OF_TASK}
    _send(task.region_name, "ECS Task State Change", task.task_arn, detail)


def deployment_changed(service: Service, deployment: dict[str, Any]) -> None:
    """Report a deployment's new state."""
    name = f"SERVICE_DEPLOYMENT_{deployment['rolloutState']}"
    detail = {
        "eventType": TYPES.get(name, "INFO"),
        "eventName": name,
        "deploymentId": deployment["id"],
        "updatedAt": deployment["updatedAt"],
        "reason": deployment["rolloutStateReason"],
    }
    _send(service.region_name, "ECS Deployment State Change", service.arn, detail)


def service_acted(service: Service, name: str) -> None:
    """Report what happened to a service."""
    detail = {"eventType": TYPES.get(name, "INFO"), "eventName": name, "clusterArn": service.cluster_arn}
    _send(service.region_name, "ECS Service Action", service.arn, detail)


def _send(region: str, kind: str, resource: str, detail: dict[str, Any]) -> None:
    known = {name: value for name, value in detail.items() if value is not None}
    event = {
        "Source": "aws.ecs",
        "DetailType": kind,
        "Resources": [resource],
        "Detail": json.dumps(known, default=lambda time: f"{time.isoformat(timespec='milliseconds')}Z"),
    }
    try:
        events_backends[DEFAULT_ACCOUNT_ID][region].put_events([event])
    except Exception as error:
        # A target may be of a kind that moto does not have.
        print(f"An event of ECS was not delivered: {error!r}", flush=True)


def install() -> None:
    """Have a rule notify topics, which moto's does not."""

    @replaces(Rule)
    def send_to_targets(send, self, original_event, transform_input=True):
        if self.event_pattern.matches_event(original_event):
            for target in self.targets:
                if ":sns:" in target["Arn"]:
                    _notify(target, original_event)
        others = copy(self)
        others.targets = [one for one in self.targets if ":sns:" not in one["Arn"]]
        send(others, original_event, transform_input)


def _notify(target: dict[str, Any], event: dict[str, Any]) -> None:
    arn = target["Arn"]
    message = text_of(target.get("InputTransformer"), event)
    sns_backends[DEFAULT_ACCOUNT_ID][arn.split(":")[3]].topics[arn].publish(message)
    print(f"Notification of {arn.rsplit(':', 1)[-1]}: {message}", flush=True)


def text_of(transformer: dict[str, Any] | None, event: dict[str, Any]) -> str:
    """What a target gets of an event: all of it, or the template with the values at its paths."""
    if not transformer:
        return json.dumps(event)

    def value(path: str) -> str:
        found: Any = event
        for key, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
            try:
                found = found[int(index) if index else key]
            except (KeyError, IndexError, TypeError):
                return ""
        return json.dumps(found)[1:-1] if isinstance(found, str) else json.dumps(found)

    paths = transformer.get("InputPathsMap", {})
    return re.sub(
        r"<([\w-]+)>",
        lambda name: value(paths[name[1]]) if name[1] in paths else name[0],
        transformer["InputTemplate"],
    )
