"""Alarms that measure: moto keeps an alarm's state as it was set.

Nothing measures by itself. `POST /embedded-aws/metrics` publishes a value as AWS would, and answers 400 for what
AWS does not publish:

    {"namespace": "AWS/RDS", "metric": "CPUUtilization", "dimensions": {"DBInstanceIdentifier": "plue"}, "value": 90}

The alarms on it are evaluated at once, as if it had had that value for all of their periods; null ends
the data. `region` is optional.
"""

import ast
import json
import operator
from pathlib import Path

from extensions import replaces, serves
from moto.backends import get_backend
from moto.cloudwatch.models import CloudWatchBackend
from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Request, Response

from .registry import gap, store

METRICS = json.loads((Path(__file__).parents[1] / "metrics.json").read_text())

# The objects that each dimension can name, from the backend of its service.
OBJECTS = {
    "BackupVaultName": ("backup", lambda b: b.vaults),
    "CacheClusterId": ("elasticache", lambda b: b.cache_clusters),
    "CertificateArn": ("acm", lambda b: b._certificates),
    "ClusterName": ("ecs", lambda b: b.clusters),
    "DBInstanceIdentifier": ("rds", lambda b: b.databases),
    "FileSystemId": ("efs", lambda b: b.file_systems_by_id),
    "LoadBalancer": (
        "elbv2",
        lambda b: [arn.split(":loadbalancer/")[1] for arn in b.load_balancers],
    ),
    "NatGatewayId": ("ec2", lambda b: b.nat_gateways),
    "ServiceName": ("ecs", lambda b: [service.name for service in b.services.values()]),
    "TargetGroup": ("elbv2", lambda b: [arn.split(":")[-1] for arn in b.target_groups]),
    "WebACL": ("wafv2", lambda b: [acl.visibility_config["MetricName"] for acl in b.wacls.values()]),
    "clusterId": ("elasticache", lambda b: store(b, "serverless_caches")),
}

COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
MISSING = {"breaching": "ALARM", "notBreaching": "OK", "missing": "INSUFFICIENT_DATA"}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def unpublished(namespace: str, metric: str, dimensions: dict, region: str) -> str | None:
    """Why AWS does not publish a metric; None for one that it publishes, and for a user's own."""
    if namespace not in METRICS:
        return f"AWS has no namespace {namespace}" if namespace.startswith("AWS/") else None
    names = " ".join(sorted(dimensions))
    groups = [group for group in METRICS[namespace]["published"] if metric in group["metrics"]]
    if not any(names in group["dimensions"] for group in groups):
        return f"AWS does not publish {namespace} {metric} by {names or 'no dimension'}"
    for name, value in dimensions.items():
        service, objects = OBJECTS.get(name, (None, None))
        if service and value not in objects(get_backend(service)[DEFAULT_ACCOUNT_ID][region]):
            return f"there is no {name} {value}"
    if metric == "BurstCreditBalance":
        efs = get_backend("efs")[DEFAULT_ACCOUNT_ID][region].file_systems_by_id
        if efs[dimensions["FileSystemId"]].throughput_mode != "bursting":
            return "only file systems with bursting throughput have burst credits"
    if namespace == "ECS/ContainerInsights":
        settings = get_backend("ecs")[DEFAULT_ACCOUNT_ID][region].clusters[dimensions["ClusterName"]].settings
        if not any(one["name"] == "containerInsights" and one["value"] != "disabled" for one in settings or []):
            return f"Container Insights is off in {dimensions['ClusterName']}"
    return None


def key_of(namespace: str, metric: str, dimensions: dict) -> tuple:
    return (namespace, metric, *sorted(dimensions.items()))


def key_of_watched(one) -> tuple:
    """The key of the metric that an alarm, or a metric of its expression, watches."""
    dimensions = {each.name: each.value for each in one.dimensions}
    return key_of(one.namespace, one.metric_name, dimensions)


@serves("metrics")
def publish(request: Request) -> Response:
    given = request.get_json()
    region = given.get("region", "us-east-1")
    metric = (given["namespace"], given["metric"], given.get("dimensions", {}))
    fault = unpublished(*metric, region)
    if fault:
        return Response(json.dumps({"error": fault}), status=400, mimetype="application/json")
    backend = get_backend("cloudwatch")[DEFAULT_ACCOUNT_ID][region]
    published = store(backend, "published")
    published[key_of(*metric)] = given["value"]
    states = {}
    for alarm in backend.alarms.values():
        queries = [query.metric_stat for query in alarm.metric_data_queries if query.metric_stat]
        if key_of(*metric) in [key_of_watched(query.metric) for query in queries] or (
            alarm.metric_name and key_of(*metric) == key_of_watched(alarm)
        ):
            evaluate(alarm, published)
            states[alarm.name] = alarm.state_value
    return Response(json.dumps(states), mimetype="application/json")


def evaluate(alarm, published: dict) -> None:
    value = measured(alarm, published)
    if value is not None:
        breached = COMPARISONS[alarm.comparison_operator](value, float(alarm.threshold))
        state = "ALARM" if breached else "OK"
    else:
        state = MISSING.get(alarm.treat_missing_data or "missing", alarm.state_value)
    if state != alarm.state_value:
        shown = "no data" if value is None else f"the value {value}"
        alarm.update_state(f"Threshold Crossed: {shown}, threshold {alarm.threshold}", "{}", state)


def measured(alarm, published: dict) -> float | None:
    """The value of each period of an alarm; None without data."""
    if alarm.metric_name:
        value = published.get(key_of_watched(alarm))
        return statistic(alarm.statistic or alarm.extended_statistic, int(alarm.period), value)
    values, result = {}, None
    for query in alarm.metric_data_queries:
        if (stat := query.metric_stat) is not None:
            value = published.get(key_of_watched(stat.metric))
            values[query.id] = statistic(stat.stat, int(stat.period), value)
    for query in alarm.metric_data_queries:
        if query.return_data in (True, "true", None):
            result = computed(query.expression, values) if query.expression else values[query.id]
    return result


def statistic(stat: str, period: int, value: float | None) -> float | None:
    """The statistic of a period in which AWS published a value each minute."""
    if value is None:
        return None
    return {"Sum": value * period / 60, "SampleCount": period / 60}.get(stat, value)


def computed(expression: str, values: dict) -> float | None:
    """The result of metric math: of arithmetic, or of the sum over all metrics."""
    if expression == "SUM(METRICS())":
        known = [value for value in values.values() if value is not None]
        return sum(known) if known else None

    def result(node):
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.Constant):
            return node.value
        left, right = result(node.left), result(node.right)
        return None if left is None or right is None else OPERATORS[type(node.op)](left, right)

    return result(ast.parse(expression, mode="eval").body)


@gap
def cloudwatch_tags_of_deleted_alarms():
    """DeleteAlarms: in moto the tags stay, and the next alarm of that name has them."""

    @replaces(CloudWatchBackend)
    def delete_alarms(delete, self, alarm_names):
        for name in alarm_names:
            if name in self.alarms:
                self.tagger.delete_all_tags_for_resource(self.alarms[name].alarm_arn)
        delete(self, alarm_names)
