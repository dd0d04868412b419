"""What Secrets Manager refuses of replicas."""

from .registry import Rules, listed

secrets = Rules("secretsmanager", "InvalidParameterException")


@secrets.rule("CreateSecret")
def replicas(p, call):
    if call.region in listed(p, "AddReplicaRegions[].Region"):
        yield "Invalid replica region."
