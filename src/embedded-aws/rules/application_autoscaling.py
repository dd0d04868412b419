"""What Application Auto Scaling refuses of the capacity of services."""

from .registry import Rules, state, value
from .schedules import is_schedule

scaling = Rules("application-autoscaling", "ValidationException")


@scaling.rule("RegisterScalableTarget")
def scalable_target(p, call):
    targets = state(call, "application-autoscaling").targets
    before = targets.get(p.get("ScalableDimension"), {}).get(p.get("ResourceId"))
    least = p.get("MinCapacity", getattr(before, "min_capacity", 0)) or 0
    most = p.get("MaxCapacity", getattr(before, "max_capacity", least))
    if most is not None and least > most:
        yield "Maximum capacity cannot be less than minimum capacity"


@scaling.rule("PutScalingPolicy")
def target_value(p, _call):
    target = value(p, "TargetTrackingScalingPolicyConfiguration.TargetValue")
    if target is not None and target <= 0:
        yield f"TargetValue must be positive: {target}"


@scaling.rule("PutScheduledAction")
def scheduled_action(p, _call):
    text = p.get("Schedule")
    if text is not None and not is_schedule(text):
        yield f"The schedule expression is not valid: {text}"
    action = p.get("ScalableTargetAction") or {}
    least, most = action.get("MinCapacity"), action.get("MaxCapacity")
    if least is not None and most is not None and least > most:
        yield "Maximum capacity cannot be less than minimum capacity"
