"""What CloudWatch refuses of alarms and dashboards."""

import re

from .registry import DOCS, Rules, json_object, listed, required, unique, values

API = f"{DOCS}/AmazonCloudWatch/latest/APIReference"

cloudwatch = Rules("cloudwatch", "ValidationError")


@cloudwatch.rule("PutMetricAlarm", f"{API}/API_PutMetricAlarm.html")
def alarm(p, _call):
    period, count = p.get("Period") or 0, p.get("EvaluationPeriods") or 0
    if p.get("Period") is not None and period not in (10, 20, 30) and (period <= 0 or period % 60):
        yield "Period must be 10, 20, 30 or a multiple of 60."
    if period >= 3600 and period * count > 604_800:
        yield (
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be "
            "<= 604800) for alarms using period >= 3600"
        )
    if period < 3600 and period * count > 86_400:
        yield (
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be "
            "<= 86400)."
        )
    if count and (p.get("DatapointsToAlarm") or 0) > count:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods."
    yield from metric_faults(p)
    treat = p.get("TreatMissingData")
    if treat not in (None, "breaching", "notBreaching", "ignore", "missing"):
        yield f"TreatMissingData must be breaching, notBreaching, ignore or missing: {treat}"
    extended = p.get("ExtendedStatistic")
    if extended and not re.fullmatch(
        r"(p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)|IQM|(TM|TC|TS|WM|PR)\([0-9.:%]+\)", extended
    ):
        yield f"Invalid ExtendedStatistic: {extended}"
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        actions = p.get(name) or []
        for arn in actions:
            if not re.fullmatch(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[a-z0-9-]*:.+", arn):
                yield f"Invalid arn syntax: {arn}"
        if len(actions) > 5:
            yield f"{name} can have at most 5 items."
        yield from unique(actions, f"{name} must not name an action twice: {{}}")
    yield from unique(values(p, "Dimensions[].Name"), "Duplicate dimension: {}")


def metric_faults(p: dict):
    """Faults of the metric, or of the expression over several, that an alarm watches."""
    metrics = p.get("Metrics")
    if metrics:
        for name in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period"):
            if p.get(name) is not None:
                yield f"{name} must not be specified together with Metrics."
        if sum(1 for metric in metrics if metric.get("ReturnData", True)) != 1:
            yield "Exactly one element of the metrics list should return data."
        for metric in metrics:
            if bool(metric.get("Expression")) == bool(metric.get("MetricStat")):
                yield "Each metric must have either an Expression or a MetricStat."
        ids = listed(p, "Metrics[].Id")
        yield from unique(ids, "The ids of metrics must be unique: {}")
        for name in ids:
            if not re.fullmatch(r"[a-z][a-zA-Z0-9_]*", name):
                yield f"The id of a metric must begin with a lower-case letter: {name}"
    else:
        names = ("MetricName", "Namespace", "Period")
        yield from required(p, *names, message="The parameter {} is required.")
        if bool(p.get("Statistic")) == bool(p.get("ExtendedStatistic")):
            yield "Exactly one of Statistic and ExtendedStatistic must be specified."
    if p.get("Threshold") is None and not p.get("ThresholdMetricId"):
        yield "Exactly one of threshold and threshold metric id should be specified."


@cloudwatch.rule(
    "PutDashboard", f"{API}/CloudWatch-Dashboard-Body-Structure.html", "InvalidParameterInput"
)
def dashboard(p, _call):
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", p.get("DashboardName") or ""):
        yield (
            "InvalidParameterValue",
            "The value for field DashboardName contains invalid characters. It can only contain "
            "alphanumerics, dash (-) and underscore (_).",
        )
    body = json_object(p.get("DashboardBody"))
    if body is None:
        yield "The field DashboardBody must be a valid JSON object"
        return
    widgets = body.get("widgets")
    if not isinstance(widgets, list):
        yield "The dashboard body must have a list of widgets: Should have property 'widgets'"
        return
    for index, widget in enumerate(one if isinstance(one, dict) else {} for one in widgets):
        path, kind = f"/widgets/{index}", widget.get("type")
        if kind not in ("metric", "text", "log", "alarm", "explorer", "custom"):
            yield f"{path}/type: Should be one of the allowed types, and is {kind}"
        for name, least, most in (("x", 0, 23), ("width", 1, 24), ("height", 1, 1000)):
            size = widget.get(name, least)
            if not (isinstance(size, int) and least <= size <= most):
                yield f"{path}/{name}: Should be from {least} to {most}"
        properties = widget.get("properties")
        if not isinstance(properties, dict):
            yield f"{path}: Should have property 'properties'"
        elif kind == "text" and "markdown" not in properties:
            yield f"{path}/properties: Should have property 'markdown'"
        elif kind == "metric" and not {"metrics", "annotations"} & set(properties):
            yield f"{path}/properties: Should have property 'metrics'"
