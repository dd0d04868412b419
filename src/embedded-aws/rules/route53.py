"""What Route 53 refuses of records."""

import ipaddress
import re

from .registry import DOCS, Rules, listed, state, values

GUIDE = f"{DOCS}/Route53/latest/DeveloperGuide"

route53 = Rules("route53", "InvalidChangeBatch")
# What the records of a type look like, and Route 53's name for a fault.
TEXTS = {
    "TXT": (
        r'\s*"(?:[^"\\]|\\.)*"(\s+"(?:[^"\\]|\\.)*")*\s*',
        "InvalidCharacterString (Value should be enclosed in quotation marks)",
    ),
    "MX": (r"\d+\s+\S+", "MXRRDATANotTwoFields (Invalid MX record)"),
}


def is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def text_fault(kind: str | None, text: str) -> str | None:
    if kind in TEXTS:
        pattern, fault = TEXTS[kind]
        return None if re.fullmatch(pattern, text) else fault
    if kind in ("A", "AAAA") and not is_address(text, 4 if kind == "A" else 6):
        return "ARRDATAIllegalIPv4Address (Value is not a valid address)"
    return None


@route53.rule("ChangeResourceRecordSets", f"{GUIDE}/ResourceRecordTypes.html")
def record_sets(p, call):
    zone = state(call, "route53").zones.get((p.get("HostedZoneId") or "").split("/")[-1])
    apex = zone.name.rstrip(".").lower() if zone is not None else ""
    for change in values(p, "ChangeBatch.Changes[]"):
        record, delete = change.get("ResourceRecordSet") or {}, change.get("Action") == "DELETE"
        name, kind = (record.get("Name") or "").rstrip(".").lower(), record.get("Type")
        alias, texts = record.get("AliasTarget"), listed(record, "ResourceRecords[].Value")
        if alias and record.get("TTL") is not None:
            yield "InvalidInput", "Invalid request: an alias must not have a TTL"
        if not alias and not delete and (record.get("TTL") is None or not texts):
            yield (
                "InvalidInput",
                "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
                "ResourceRecords], or TrafficPolicyInstanceId], but found none in Change "
                f"with [Action={change.get('Action')}, Name={name}., Type={kind}]",
            )
        if apex and name != apex and not name.endswith(f".{apex}"):
            yield f"[RRSet with DNS name {name}. is not permitted in zone {apex}.]"
        if kind == "CNAME" and name == apex and not delete:
            yield (
                f"[RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone "
                f"{apex}.]"
            )
        if kind == "CNAME" and len(texts) > 1:
            yield (
                f"[Tried to create resource record set [name='{name}.', type='{kind}'] but CNAME "
                "must have exactly one value]"
            )
        for text in texts:
            if fault := text_fault(kind, text):
                message = f"FATAL problem: {fault} encountered with '{text}'"
                yield f"[Invalid Resource Record: '{message}']"
