"""What EC2 refuses of networks and security groups."""

import re

from .registry import (
    DOCS,
    Rules,
    aslist,
    duplicates,
    listed,
    network,
    one_of,
    state,
    subnet_zones,
    unique,
    values,
    with_code,
)

API = f"{DOCS}/AWSEC2/latest/APIReference"
GUIDE = f"{DOCS}/vpc/latest/userguide"

ec2 = Rules("ec2", "InvalidParameterValue")
GROUP_RULES = (
    "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress ModifySecurityGroupRules "
    "UpdateSecurityGroupRuleDescriptionsIngress UpdateSecurityGroupRuleDescriptionsEgress"
)
GROUP_TEXT = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}"
DESCRIPTION = (
    "Invalid {} description. Valid descriptions are strings less than 256 characters from the "
    "following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*"
)


def missing(p: dict, **names: str):
    """Faults for the members that are missing, each by EC2's own name for it."""
    return (
        ("MissingParameter", f"The request must contain the parameter {name}")
        for member, name in names.items()
        if not p.get(member)
    )


@ec2.rule("CreateSecurityGroup", f"{API}/API_CreateSecurityGroup.html")
def security_group(p, _call):
    yield from missing(p, GroupName="groupName", Description="GroupDescription")
    name = p.get("GroupName") or ""
    wrong = f"Value ({name}) for parameter GroupName is invalid."
    if name.lower().startswith("sg-"):
        yield f"{wrong} Group names may not be in the format sg-*."
    if name.lower() == "default":
        yield f"Cannot use reserved security group name: {name}"
    if not re.fullmatch(GROUP_TEXT, name):
        yield f"{wrong} Character sets beyond ASCII are not supported."
    if not re.fullmatch(GROUP_TEXT, p.get("Description") or ""):
        yield DESCRIPTION.format("security group")


@ec2.rule(GROUP_RULES, f"{API}/API_IpPermission.html")
def security_group_rules(p, _call):
    permissions = listed(p, "IpPermissions[]") + listed(p, "SecurityGroupRules[].SecurityGroupRule")
    for permission in permissions + ([p] if p.get("IpProtocol") else []):
        protocol = str(permission.get("IpProtocol") or "").lower()
        number = re.fullmatch(r"-1|\d+", protocol)
        if number and int(protocol) > 255 or not number and protocol not in PROTOCOLS:
            yield f"Invalid value '{protocol}' for IP protocol. Unknown protocol."
        ends = permission.get("FromPort"), permission.get("ToPort")
        if protocol in ("tcp", "udp", "6", "17"):
            name = protocol.upper()
            if None in ends:
                yield f"Invalid value 'Must specify both from and to ports with {name}.'"
            elif ends[0] > ends[1]:
                yield f"Invalid {name} port range: {ends[0]} is above {ends[1]}."
            for port in ends:
                if port is not None and not 0 <= port <= 65535:
                    yield f"Invalid value '{port}' for portRange. Must be from 0 to 65535."
        for member in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"):
            for text in values(permission, f"{member}[].Description"):
                if not re.fullmatch(GROUP_TEXT, text):
                    yield DESCRIPTION.format("rule")
        cidrs = listed(permission, "IpRanges[].CidrIp") + aslist(permission.get("CidrIpv4"))
        cidrs += listed(permission, "Ipv6Ranges[].CidrIpv6") + aslist(permission.get("CidrIp"))
        for cidr in cidrs:
            if network(cidr) is None:
                yield f"CIDR block {cidr} is malformed"
        yield from unique(cidrs, "The same permission must not appear twice: {}")


PROTOCOLS = ("", "tcp", "udp", "icmp", "icmpv6", "all")


def cidr_faults(p: dict, member: str = "CidrBlock", parameter: str = "cidrBlock"):
    cidr = p.get(member)
    if cidr and (network(cidr) is None or ":" in cidr):
        yield (
            "InvalidParameterValue",
            f"Value ({cidr}) for parameter {parameter} is invalid. This is not a valid CIDR block.",
        )


@ec2.rule("CreateVpc", f"{API}/API_CreateVpc.html", "InvalidVpc.Range")
def vpc_range(p, _call):
    if not p.get("Ipv4IpamPoolId"):
        yield from missing(p, CidrBlock="cidrBlock")
    yield from size_faults(p)


@ec2.rule("CreateSubnet", f"{GUIDE}/subnet-sizing.html", "InvalidSubnet.Range")
def subnet_range(p, _call):
    yield from size_faults(p)


# Ranges that no VPC can have, since hosts treat their addresses specially (RFC 6890).
RESERVED = [network(cidr) for cidr in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")]


def size_faults(p: dict):
    yield from cidr_faults(p)
    found = network(p.get("CidrBlock"))
    if found is not None and found.version == 4 and any(map(found.overlaps, RESERVED)):
        yield f"The CIDR '{p['CidrBlock']}' is invalid: it is in a reserved range."
    if found is not None and not 16 <= found.prefixlen <= 28:
        yield f"The CIDR '{p['CidrBlock']}' is invalid."


@ec2.rule("CreateNatGateway", f"{API}/API_CreateNatGateway.html")
def nat_gateway(p, _call):
    if p.get("ConnectivityType") != "private" and p.get("AvailabilityMode") != "regional":
        yield from missing(p, SubnetId="SubnetId", AllocationId="AllocationId")


# Members of a route that name no target.
ROUTE = ("RouteTableId", "DestinationPrefixListId")


@ec2.rule("CreateRoute", f"{API}/API_CreateRoute.html", "MissingParameter")
def route(p, _call):
    if not any(name.endswith(("Id", "Arn")) and name not in ROUTE for name in p):
        yield "The request must contain exactly one target of the route, such as gatewayId"
    if not p.get("DestinationIpv6CidrBlock") and not p.get("DestinationPrefixListId"):
        yield from missing(p, DestinationCidrBlock="destinationCidrBlock")
    yield from cidr_faults(p, "DestinationCidrBlock", "destinationCidrBlock")


@ec2.rule(
    "CreateVpcEndpoint",
    f"{DOCS}/vpc/latest/privatelink/create-interface-endpoint.html",
    "InvalidParameter",
)
def vpc_endpoint(p, call):
    service = p.get("ServiceName") or ""
    region = re.fullmatch(r"com\.amazonaws\.([a-z]{2}(-[a-z]+)+-\d)\..+", service)
    elsewhere = region and region[1] != call.region and not p.get("ServiceRegion")
    if elsewhere or service and not re.fullmatch(r"(com|cn\.com|aws)\.[A-Za-z0-9.\-]+", service):
        yield "InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist"
    if p.get("VpcEndpointType") != "Interface":
        return
    zones = subnet_zones(call, p.get("SubnetIds") or [])
    message = "Found another VPC endpoint subnet in the availability zone of {}."
    yield from with_code("DuplicateSubnetsInSameZone", unique(zones, message))
    vpc = state(call, "ec2").vpcs.get(p.get("VpcId"))
    names = ("enable_dns_support", "enable_dns_hostnames")
    if p.get("PrivateDnsEnabled") and vpc is not None:
        if not all(str(getattr(vpc, name)).lower() == "true" for name in names):
            yield (
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC "
                f"attributes set to true for {p['VpcId']}"
            )


ec2.values(
    "CreateFlowLogs",
    f"{API}/API_CreateFlowLogs.html",
    {"MaxAggregationInterval": one_of((60, 600), "MaxAggregationInterval")},
    "InvalidParameter",
)


@ec2.rule("CreateTags", f"{API}/API_CreateTags.html")
def tag_resources(p, _call):
    yield from missing(p, Resources="resourceIdSet", Tags="tagSet")
