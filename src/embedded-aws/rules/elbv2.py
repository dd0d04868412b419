"""What Elastic Load Balancing refuses of application load balancers."""

from .registry import Rules, duplicates, listeners, state, subnet_zones, values

elb = Rules("elbv2", "ValidationError")


@elb.rule("CreateLoadBalancer SetSubnets")
def balancer_zones(p, call):
    subnets = p.get("Subnets") or []
    zones = subnet_zones(call, subnets)
    if not subnets or len(zones) < len(subnets):
        return
    if duplicates(zones):
        yield (
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    wanted = (p.get("Scheme", "internet-facing"), set(subnets))
    for one in state(call, "elbv2").load_balancers.values():
        if one.name == p.get("Name") and (one.scheme, {s.id for s in one.subnets}) != wanted:
            yield (
                "DuplicateLoadBalancerName",
                "A load balancer with the same name exists, but with different settings",
            )
    if len(zones) < 2:
        yield "At least two subnets in two different Availability Zones must be specified"


@elb.rule("ModifyLoadBalancerAttributes")
def load_balancer_attributes(p, call):
    given = {one.get("Key"): one.get("Value") or "" for one in values(p, "Attributes[]")}
    timeout = given.get("idle_timeout.timeout_seconds", "60")
    if not timeout.isdecimal() or not 1 <= int(timeout) <= 4000:
        yield "The value of 'idle_timeout.timeout_seconds' must be between '1' and '4000' inclusive"
    bucket = given.get("access_logs.s3.bucket")
    if given.get("access_logs.s3.enabled") == "true" and bucket not in state(call, "s3").buckets:
        yield (
            "InvalidConfigurationRequest",
            f"Access Denied for bucket: {bucket}. Please check S3bucket permission",
        )


@elb.rule("CreateListener ModifyListener")
def listener(p, call):
    before = next((one for one in listeners(call) if one.arn == p.get("ListenerArn")), None)
    protocol = p.get("Protocol") or getattr(before, "protocol", None)
    certificates = p.get("Certificates") or getattr(before, "certificates", None)
    if protocol == "HTTPS" and not certificates:
        yield "A certificate must be specified for HTTPS listeners"
    for certificate in values(p, "Certificates[].CertificateArn"):
        parts = certificate.split(":")
        if len(parts) < 6 or parts[2] == "acm" and parts[3] != call.region:
            yield f"Certificate ARN '{certificate}' is not valid"
