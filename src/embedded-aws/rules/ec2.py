"""What EC2 refuses of networks and security groups."""

import re

from .registry import Rules, listed, network, unique, values
from .values import EC2_TEXT

ec2 = Rules("ec2", "InvalidParameterValue")


@ec2.rule("AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress ModifySecurityGroupRules")
def security_group_rules(p, _call):
    permissions = listed(p, "IpPermissions[]")
    for permission in permissions + listed(p, "SecurityGroupRules[].SecurityGroupRule"):
        for port in (permission.get("FromPort"), permission.get("ToPort")):
            if port is not None and not -1 <= port <= 65535:
                yield f"Invalid value '{port}' for portRange. Must be from 0 to 65535."
        for member in ("IpRanges", "UserIdGroupPairs"):
            for text in values(permission, f"{member}[].Description"):
                if not re.fullmatch(EC2_TEXT, text):
                    yield (
                        "Invalid rule description. Valid descriptions are strings less than 256 "
                        "characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
                    )
        cidrs = listed(permission, "IpRanges[].CidrIp") + listed(permission, "CidrIpv4")
        for cidr in cidrs:
            if network(cidr) is None:
                yield f"CIDR block {cidr} is malformed"
        yield from unique(cidrs, "The same permission must not appear twice: {}")


# Ranges that no VPC can have, since hosts treat their addresses specially (RFC 6890).
RESERVED = [network(cidr) for cidr in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")]


def size_faults(p: dict):
    cidr = p.get("CidrBlock")
    found = network(cidr)
    if cidr and (found is None or found.version != 4):
        yield (
            "InvalidParameterValue",
            f"Value ({cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        )
    elif found and any(map(found.overlaps, RESERVED)):
        yield f"The CIDR '{cidr}' is invalid: it is in a reserved range."
    elif found and not 16 <= found.prefixlen <= 28:
        yield f"The CIDR '{cidr}' is invalid."


@ec2.rule("CreateVpc", code="InvalidVpc.Range")
def vpc_range(p, _call):
    yield from size_faults(p)


@ec2.rule("CreateSubnet", code="InvalidSubnet.Range")
def subnet_range(p, _call):
    yield from size_faults(p)
