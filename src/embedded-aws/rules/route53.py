"""What Route 53 refuses of records."""

from .registry import Rules, state, values

route53 = Rules("route53", "InvalidChangeBatch")


@route53.rule("ChangeResourceRecordSets")
def record_sets(p, call):
    zone = state(call, "route53").zones.get((p.get("HostedZoneId") or "").split("/")[-1])
    apex = zone.name.rstrip(".").lower() if zone is not None else ""
    for record in values(p, "ChangeBatch.Changes[].ResourceRecordSet"):
        name = (record.get("Name") or "").rstrip(".").lower()
        if apex and name != apex and not name.endswith(f".{apex}"):
            yield f"[RRSet with DNS name {name}. is not permitted in zone {apex}.]"
