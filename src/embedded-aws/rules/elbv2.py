"""What Elastic Load Balancing refuses of application load balancers."""

import re

from .registry import (
    DOCS,
    Rules,
    aslist,
    duplicates,
    listed,
    listeners,
    required,
    state,
    subnet_zones,
    unique,
    value,
    values,
)

API = f"{DOCS}/elasticloadbalancing/latest/APIReference"
GUIDE = f"{DOCS}/elasticloadbalancing/latest/application"

elb = Rules("elbv2", "ValidationError")


def named(what: str, reserved: str = ""):
    def wrong(name: str) -> str | None:
        if len(name) > 32:
            return f"The {what} name '{name}' cannot be longer than '32' characters"
        if not re.fullmatch(r"[a-zA-Z0-9-]+", name):
            return (
                f"The {what} name '{name}' can only contain characters that are alphanumeric "
                "characters and hyphens(-)"
            )
        if name.startswith("-") or name.endswith("-"):
            return f"The {what} name '{name}' cannot begin or end with a hyphen(-)"
        if reserved and name.lower().startswith(reserved):
            return f"The {what} name '{name}' cannot begin with '{reserved}'"
        return None

    return wrong


for operation, wrong in (
    ("CreateLoadBalancer", named("load balancer", "internal-")),
    ("CreateTargetGroup", named("target group")),
):
    elb.values(operation, f"{API}/API_{operation}.html", {"Name": wrong})


@elb.rule("CreateLoadBalancer SetSubnets", f"{API}/API_CreateLoadBalancer.html")
def balancer_zones(p, call):
    mapped = listed(p, "SubnetMappings[].SubnetId")
    subnets = p.get("Subnets") or mapped
    if p.get("Subnets") and mapped:
        yield "Only one of Subnets and SubnetMappings can be specified."
    if not subnets:
        yield "At least one of Subnets and SubnetMappings must be specified."
    yield from unique(subnets, "A subnet can be specified only once: {}")
    zones = subnet_zones(call, subnets)
    if len(zones) < len(subnets):
        return
    if duplicates(zones):
        yield (
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    made = state(call, "elbv2").load_balancers
    wanted = (p.get("Scheme", "internet-facing"), set(subnets))
    for one in made.values():
        if one.name == p.get("Name") and (one.scheme, {s.id for s in one.subnets}) != wanted:
            yield (
                "DuplicateLoadBalancerName",
                "A load balancer with the same name exists, but with different settings",
            )
    balancer = made.get(p.get("LoadBalancerArn"))
    kind = p.get("Type", "application") if balancer is None else balancer.type
    if kind == "application" and len(set(zones)) < 2:
        yield "At least two subnets in two different Availability Zones must be specified"


@elb.rule("CreateTargetGroup ModifyTargetGroup", f"{GUIDE}/target-group-health-checks.html")
def health_check(p, call):
    group = state(call, "elbv2").target_groups.get(p.get("TargetGroupArn"))

    def current(parameter: str, attribute: str, default: int) -> int:
        given = p.get(parameter)
        given = getattr(group, attribute, None) if given is None else given
        return default if given in (None, "None") else int(given)

    interval = current("HealthCheckIntervalSeconds", "healthcheck_interval_seconds", 30)
    timeout = current("HealthCheckTimeoutSeconds", "healthcheck_timeout_seconds", 5)
    given = p.get("HealthCheckIntervalSeconds") or p.get("HealthCheckTimeoutSeconds")
    if given and p.get("TargetType") != "lambda" and timeout >= interval:
        yield "Health check interval must be greater than the timeout."
    path = p.get("HealthCheckPath")
    if path is not None and not path.startswith("/") and p.get("ProtocolVersion") != "GRPC":
        yield f"Health check path '{path}' must begin with a '/' character"
    codes = value(p, "Matcher.HttpCode", "200")
    if not re.fullmatch(r"[2-5]\d\d(-[2-5]\d\d)?(,[2-5]\d\d(-[2-5]\d\d)?)*", codes):
        yield f"Health check matcher HTTP code '{codes}' must be within '200-499' inclusive"


@elb.rule("CreateTargetGroup", f"{API}/API_CreateTargetGroup.html")
def target_group(p, _call):
    if p.get("TargetType") != "lambda":
        yield from required(p, "Protocol", "Port", "VpcId", message="{} must be specified")


# Values of an attribute, or its least and greatest number; None if any will do.
BOOLEAN = ("true", "false")
TARGET_GROUP_ATTRIBUTES = {
    "deregistration_delay.timeout_seconds": (0, 3600),
    "stickiness.enabled": BOOLEAN,
    "stickiness.type": ("lb_cookie", "app_cookie"),
    "stickiness.lb_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.cookie_name": None,
    "load_balancing.cross_zone.enabled": (*BOOLEAN, "use_load_balancer_configuration"),
    "load_balancing.algorithm.type": (
        "round_robin",
        "least_outstanding_requests",
        "weighted_random",
    ),
    "load_balancing.algorithm.anomaly_mitigation": ("on", "off"),
    "slow_start.duration_seconds": (0, 900),
}
LOAD_BALANCER_ATTRIBUTES = {
    "idle_timeout.timeout_seconds": (1, 4000),
    "client_keep_alive.seconds": (60, 604800),
    "routing.http.desync_mitigation_mode": ("monitor", "defensive", "strictest"),
    "routing.http.xff_header_processing.mode": ("append", "preserve", "remove"),
    **dict.fromkeys(
        (
            "access_logs.s3.enabled",
            "connection_logs.s3.enabled",
            "deletion_protection.enabled",
            "load_balancing.cross_zone.enabled",
            "routing.http.drop_invalid_header_fields.enabled",
            "routing.http.preserve_host_header.enabled",
            "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
            "routing.http.xff_client_port.enabled",
            "routing.http2.enabled",
            "waf.fail_open.enabled",
            "zonal_shift.config.enabled",
        ),
        BOOLEAN,
    ),
}


def attribute_faults(p: dict, what: str, known: dict, others: str):
    """Faults of attributes: `others` matches the keys that exist and are not in the table."""
    keys = values(p, "Attributes[].Key")
    yield from unique(keys, "Attribute key '{}' is specified more than once")
    for attribute in values(p, "Attributes[]"):
        key, text = attribute.get("Key") or "", attribute.get("Value") or ""
        if key not in known and not re.match(others, key):
            yield f"{what} attribute key '{key}' is not recognized"
        allowed = known.get(key)
        if allowed is None or attribute.get("Value") is None:
            continue
        if not isinstance(allowed[0], int):
            if text not in allowed:
                yield f"'{key}' must be one of '{', '.join(allowed)}'"
        elif not re.fullmatch(r"-?\d+", text) or not allowed[0] <= int(text) <= allowed[1]:
            yield f"The value of '{key}' must be between '{allowed[0]}' and '{allowed[1]}' inclusive"


@elb.rule("ModifyTargetGroupAttributes", f"{API}/API_TargetGroupAttribute.html")
def target_group_attributes(p, _call):
    others = (
        r"(target_group_health|target_health_state|target_failover|proxy_protocol|"
        r"preserve_client_ip|lambda\.|deregistration_delay\.connection)"
    )
    yield from attribute_faults(p, "Target group", TARGET_GROUP_ATTRIBUTES, others)


@elb.rule("ModifyLoadBalancerAttributes", f"{API}/API_LoadBalancerAttribute.html")
def load_balancer_attributes(p, call):
    others = (
        r"(access_logs|connection_logs|health_check_logs|deletion_protection|idle_timeout|"
        r"client_keep_alive|routing|waf|ipv6|dns_record|load_balancing|zonal_shift|secondary_ips)\."
    )
    yield from attribute_faults(p, "Load balancer", LOAD_BALANCER_ATTRIBUTES, others)
    given = {one.get("Key"): one.get("Value") for one in values(p, "Attributes[]")}
    for kind in ("access_logs", "connection_logs"):
        if given.get(f"{kind}.s3.enabled") == "true":
            bucket = given.get(f"{kind}.s3.bucket")
            if not bucket:
                yield f"The value of '{kind}.s3.bucket' cannot be empty"
            if bucket not in state(call, "s3").buckets:
                yield (
                    "InvalidConfigurationRequest",
                    f"Access Denied for bucket: {bucket}. Please check S3bucket permission",
                )


@elb.rule("CreateListener ModifyListener", f"{API}/API_CreateListener.html")
def listener(p, call):
    before = next((one for one in listeners(call) if one.arn == p.get("ListenerArn")), None)
    protocol = p.get("Protocol") or getattr(before, "protocol", None)
    certificates = p.get("Certificates") or getattr(before, "certificates", None)
    if call.name == "CreateListener":
        yield from required(p, "Protocol", "Port", message="{} must be specified")
    if protocol not in (None, "HTTP", "HTTPS"):
        yield f"Listener protocol '{protocol}' must be one of 'HTTPS, HTTP'"
    if protocol == "HTTPS" and not certificates:
        yield "A certificate must be specified for HTTPS listeners"
    for name in ("Certificates", "SslPolicy"):
        if protocol == "HTTP" and p.get(name):
            yield f"{name} cannot be specified for HTTP listeners"
    for certificate in values(p, "Certificates[].CertificateArn"):
        parts = certificate.split(":")
        if len(parts) < 6 or parts[2] == "acm" and parts[3] != call.region:
            yield f"Certificate ARN '{certificate}' is not valid"
    policy = p.get("SslPolicy")
    known = r"ELBSecurityPolicy-((TLS|FS|TLS13)[A-Za-z0-9-]*-)?\d{4}-\d\d"
    if policy and protocol == "HTTPS" and not re.fullmatch(known, policy):
        yield "SSLPolicyNotFound", f"SSL policy '{policy}' not found"


@elb.rule("CreateListener ModifyListener CreateRule ModifyRule", f"{API}/API_Action.html")
def actions(p, call):
    given = p.get("DefaultActions") or p.get("Actions") or []
    if call.name.startswith("Create") and not given:
        yield "At least one action must be specified"
    ends = [one for one in given if one.get("Type") in ("forward", "redirect", "fixed-response")]
    if given and len(ends) != 1:
        yield "Exactly one action must be of type forward, redirect or fixed-response"
    for action in given:
        kind = action.get("Type")
        if kind == "forward":
            groups = listed(action, "ForwardConfig.TargetGroups[].TargetGroupArn")
            groups += aslist(action.get("TargetGroupArn"))
            if not groups:
                yield "A target group ARN must be specified"
            for group in groups:
                if group not in state(call, "elbv2").target_groups:
                    yield "TargetGroupNotFound", f"Target groups '{group}' not found"
        elif kind == "redirect":
            config = action.get("RedirectConfig") or {}
            yield from required(config, "StatusCode", message="A redirect must have a status code")
            same = {"#{protocol}", "#{host}", "#{port}", "/#{path}", "#{query}", None}
            if {config.get(k) for k in ("Protocol", "Host", "Port", "Path", "Query")} <= same:
                yield (
                    "InvalidLoadBalancerAction",
                    "The redirect configuration is not valid because it creates a loop.",
                )


@elb.rule("CreateRule ModifyRule", f"{API}/API_RuleCondition.html")
def conditions(p, call):
    fields = (
        "host-header http-header http-request-method path-pattern query-string source-ip"
    ).split()
    if call.name == "CreateRule" and not p.get("Conditions"):
        yield "A condition must be specified"
    total = 0
    for condition in values(p, "Conditions[]"):
        field = condition.get("Field")
        if field not in fields:
            yield f"Condition field '{field}' must be one of '{', '.join(fields)}'"
        parts = [condition, *(one for one in condition.values() if isinstance(one, dict))]
        found = [one for part in parts for one in values(part, "Values[]")]
        total += len(found)
        for text in (one for one in found if isinstance(one, str)):
            if len(text) > 128:
                yield "A condition value cannot be longer than '128' characters"
            if field == "path-pattern" and not re.fullmatch(
                r"[A-Za-z0-9_\-.$/~\"'@:+&()!,;=*?%]+", text
            ):
                yield f"The path pattern '{text}' is not valid"
    if total > 5:
        yield "A rule can only have '5' condition values"
