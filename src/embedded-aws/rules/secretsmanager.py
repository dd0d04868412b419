"""What Secrets Manager refuses."""

from .registry import DOCS, LIMITS, Rules, between, duplicates, listed, matches

API = f"{DOCS}/secretsmanager/latest/apireference"

secrets = Rules("secretsmanager", "InvalidParameterException")
NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
    "-/_+=.@!"
)

secrets.values(
    "CreateSecret",
    f"{API}/API_CreateSecret.html",
    {"Name": matches(r"[A-Za-z0-9/_+=.@!-]{1,512}", NAME)},
    "ValidationException",
)


@secrets.rule("CreateSecret UpdateSecret PutSecretValue", f"{API}/API_CreateSecret.html")
def secret_values(p, call):
    if p.get("SecretString") is not None and p.get("SecretBinary") is not None:
        yield (
            "You can't specify both a binary secret value and a string secret value in the same "
            "secret."
        )
    regions = listed(p, "AddReplicaRegions[].Region")
    if call.region in regions or duplicates(regions):
        yield "Invalid replica region."


@secrets.rule("DeleteSecret", f"{API}/API_DeleteSecret.html")
def recovery_window(p, _call):
    days, force = p.get("RecoveryWindowInDays"), p.get("ForceDeleteWithoutRecovery")
    if days is not None:
        if force:
            yield (
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
            )
        fault = between(*LIMITS["secretRecoveryDays"], "The RecoveryWindowInDays value")(days)
        yield from [fault] if fault else []
