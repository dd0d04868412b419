"""What ECS refuses of task definitions and services."""

import re

from .registry import LIMITS, Rules, forwards_to, listed, state, values

GUIDE = "AmazonECS/latest/developerguide"
ecs = Rules("ecs", "InvalidParameterException")
SERVICE = "CreateService UpdateService"


def units(text: str | int | None, unit: str) -> int | None:
    """CPU units or MiB of a text such as `1024`, `1 vCPU` or `2 GB`."""
    match = re.fullmatch(rf"\s*(\d*\.?\d+)\s*({unit})?\s*", str(text), re.IGNORECASE)
    return round(float(match[1]) * (1024 if match[2] else 1)) if match else None


@ecs.rule(
    "RegisterTaskDefinition", f"{GUIDE}/fargate-tasks-services.html#fargate-tasks-size", "ClientException"
)
def fargate_size(p, _call):
    if "FARGATE" not in (p.get("requiresCompatibilities") or []):
        return
    cpu, memory = units(p.get("cpu"), "vCPU"), units(p.get("memory"), "GB")
    if memory not in LIMITS["fargateMemory"].get(str(cpu), ()):
        yield (
            f"No Fargate configuration exists for given values: {p.get('cpu')} CPU, "
            f"{p.get('memory')} memory. See the Amazon ECS documentation for the valid values."
        )


def current_service(call):
    """The active service that a request names."""
    found = named_service(call)
    return found if found is not None and found.status == "ACTIVE" else None


def named_service(call):
    p = call.parameters
    cluster = (p.get("cluster") or "default").split("/")[-1]
    name = (p.get("service") or p.get("serviceName") or "").split("/")[-1]
    return state(call, "ecs").services.get(f"{cluster}:{name}")


def used_containers(call) -> list[dict] | None:
    """The containers of a request's task definition, or of the service that it changes."""
    name = call.parameters.get("taskDefinition")
    if not name and call.name == "UpdateService":
        name = getattr(current_service(call), "task_definition", None)
    try:
        return state(call, "ecs").describe_task_definition(name).container_definitions
    except Exception:
        return None


@ecs.rule(f"{SERVICE} CreateCluster PutClusterCapacityProviders")
def capacity_providers(p, call):
    strategy = p.get("capacityProviderStrategy") or p.get("defaultCapacityProviderStrategy") or []
    named = [item.get("capacityProvider") for item in strategy]
    weights = [item.get("weight") for item in strategy]
    if strategy and not any(weights) and (len(strategy) > 1 or weights[0] is not None):
        yield "At least one capacity provider must have a weight greater than 0."
    if sum(1 for item in strategy if item.get("base")) > 1:
        yield "Only one capacity provider in a strategy can have a base."
    if call.name in SERVICE:
        cluster = (p.get("cluster") or "default").split("/")[-1]
        found = state(call, "ecs").clusters.get(cluster)
        known = named if found is None else found.capacity_providers or []
    else:
        known = p.get("capacityProviders") or []
    for name in named:
        if name not in known:
            yield (
                "The specified capacity provider strategy cannot contain a capacity provider that "
                f"is not associated with the cluster: {name}"
            )


@ecs.rule("CreateService")
def launch(p, call):
    if p.get("launchType") and p.get("capacityProviderStrategy"):
        yield (
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if current_service(call) is not None:
        yield "Creation of service was not idempotent."
    if getattr(named_service(call), "status", None) == "DRAINING":
        yield "Unable to Start a service that is still Draining."


@ecs.rule("RunTask")
def overridden_containers(p, call):
    known = [one.get("name") for one in used_containers(call) or []]
    for name in values(p, "overrides.containerOverrides[].name"):
        if known and name not in known:
            yield f"Override for container named {name} is not a container in the TaskDefinition."


@ecs.rule(SERVICE)
def service_target_groups(p, call):
    used = used_containers(call)
    for target in values(p, "loadBalancers[]"):
        arn = target.get("targetGroupArn")
        if arn and (arn not in state(call, "elbv2").target_groups or not forwards_to(call, arn)):
            yield (
                f"The target group with targetGroupArn {arn} does not have an associated load "
                "balancer."
            )
        if used is None:
            continue
        name, port = target.get("containerName"), target.get("containerPort")
        found = [one for one in used if one.get("name") == name]
        if not found:
            yield f"The container {name} does not exist in the task definition."
        elif port not in listed(found[0], "portMappings[].containerPort"):
            yield f"The container {name} did not have a container port {port} defined."
