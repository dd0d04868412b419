"""What Application Auto Scaling refuses of the capacity of services."""

import re

from .registry import DOCS, Rules, required, state, value
from .schedules import is_schedule

API = f"{DOCS}/autoscaling/application/APIReference"

scaling = Rules("application-autoscaling", "ValidationException")


def target_of(call):
    """The target that a request names, if it was registered."""
    p = call.parameters
    targets = state(call, "application-autoscaling").targets
    return targets.get(p.get("ScalableDimension"), {}).get(p.get("ResourceId"))


@scaling.rule(
    "RegisterScalableTarget PutScalingPolicy PutScheduledAction",
    f"{API}/API_RegisterScalableTarget.html",
)
def identity(p, _call):
    namespace, dimension = p.get("ServiceNamespace"), p.get("ScalableDimension") or ""
    if not dimension.startswith(f"{namespace}:"):
        yield f"Scalable dimension {dimension} does not belong to the namespace {namespace}"
    # AWS accepts a cluster's ARN instead of its name: such targets exist, and never scale.
    service = r"service/(arn:[^/]+/)?[^/]+/[^/]+"
    if namespace == "ecs" and not re.fullmatch(service, p.get("ResourceId") or ""):
        yield (
            "Unsupported service namespace, resource type or scalable dimension: "
            f"{p.get('ResourceId')}"
        )


@scaling.rule("RegisterScalableTarget", f"{API}/API_RegisterScalableTarget.html")
def scalable_target(p, call):
    before = target_of(call)
    if before is None:
        message = "MinCapacity and MaxCapacity must be specified for a new scalable target"
        yield from required(p, "MinCapacity", "MaxCapacity", message=message)
    for name in ("Min", "Max"):
        if (p.get(f"{name}Capacity") or 0) < 0:
            yield f"{name}imum capacity must not be negative: {p[f'{name}Capacity']}"
    least = p.get("MinCapacity", getattr(before, "min_capacity", 0)) or 0
    most = p.get("MaxCapacity", getattr(before, "max_capacity", least))
    if most is not None and least > most:
        yield "Maximum capacity cannot be less than minimum capacity"


@scaling.rule("PutScalingPolicy", f"{API}/API_TargetTrackingScalingPolicyConfiguration.html")
def scaling_policy(p, call):
    if target_of(call) is None:
        yield (
            "ObjectNotFoundException",
            f"No scalable target registered for service namespace: {p.get('ServiceNamespace')}, "
            f"resource ID: {p.get('ResourceId')}, scalable dimension: {p.get('ScalableDimension')}",
        )
    tracking = p.get("TargetTrackingScalingPolicyConfiguration")
    kind = p.get("PolicyType") or ("TargetTrackingScaling" if tracking else "StepScaling")
    if f"{kind}PolicyConfiguration" not in p:
        yield f"{kind}PolicyConfiguration must be specified for {kind}"
    if tracking:
        yield from tracking_faults(tracking, p.get("ServiceNamespace"))


def tracking_faults(tracking: dict, namespace: str | None):
    predefined = tracking.get("PredefinedMetricSpecification")
    if bool(predefined) == bool(tracking.get("CustomizedMetricSpecification")):
        yield "Exactly one of the predefined and the customized metric must be specified"
    target = tracking.get("TargetValue")
    if target is not None and target <= 0:
        yield f"TargetValue must be positive: {target}"
    for name in ("ScaleInCooldown", "ScaleOutCooldown"):
        if (tracking.get(name) or 0) < 0:
            yield f"{name} must not be negative"
    if not predefined:
        return
    metric = predefined.get("PredefinedMetricType") or ""
    if namespace == "ecs" and not metric.startswith(("ECS", "ALBRequestCountPerTarget")):
        yield f"Predefined metric {metric} cannot be used with the namespace ecs"
    label = value(predefined, "ResourceLabel", "")
    if metric != "ALBRequestCountPerTarget":
        if label:
            yield f"A resource label is not valid with the metric {metric}"
    elif not re.fullmatch(r"app/[^/]+/[^/]+/targetgroup/[^/]+/[^/]+", label):
        yield f"The resource label must be of the form app/NAME/ID/targetgroup/NAME/ID: {label}"


@scaling.rule("PutScheduledAction", f"{API}/API_PutScheduledAction.html")
def scheduled_action(p, _call):
    text = p.get("Schedule")
    if text is not None and not is_schedule(text):
        yield f"The schedule expression is not valid: {text}"
    action = p.get("ScalableTargetAction") or {}
    least, most = action.get("MinCapacity"), action.get("MaxCapacity")
    if text and least is None and most is None:
        yield "A scheduled action must set the minimum or the maximum capacity"
    if least is not None and most is not None and least > most:
        yield "Maximum capacity cannot be less than minimum capacity"
    if p.get("StartTime") and p.get("EndTime") and p["StartTime"] >= p["EndTime"]:
        yield "The end time must be after the start time"
