"""What EFS refuses of file systems and mount targets."""

from .policy_documents import policy_faults
from .registry import DOCS, Rules, unique, values

API = f"{DOCS}/efs/latest/ug"

efs = Rules("efs", "BadRequest")


@efs.rule("CreateFileSystem UpdateFileSystem", f"{API}/API_CreateFileSystem.html")
def file_system(p, call):
    mode, given = p.get("ThroughputMode"), p.get("ProvisionedThroughputInMibps")
    if mode == "provisioned" and given is None:
        yield "You must specify a ProvisionedThroughputInMibps value with provisioned throughput."
    # An update may leave out the mode.
    update = call.name == "UpdateFileSystem"
    if given is not None and mode != "provisioned" and not (update and mode is None):
        yield "ProvisionedThroughputInMibps is only valid with ThroughputMode provisioned."
    if p.get("KmsKeyId") and not p.get("Encrypted"):
        yield "KmsKeyId is only valid when the file system is encrypted."


@efs.rule("PutLifecycleConfiguration", f"{API}/API_LifecyclePolicy.html")
def lifecycle(p, _call):
    policies = list(values(p, "LifecyclePolicies[]"))
    if any(len(policy) != 1 for policy in policies):
        yield "Each lifecycle policy must have exactly one transition."
    kinds = (kind for policy in policies for kind in policy)
    yield from unique(kinds, "There can be only one lifecycle policy with {}.")


@efs.rule("PutFileSystemPolicy", f"{API}/API_PutFileSystemPolicy.html", "InvalidPolicyException")
def file_system_policy(p, _call):
    for fault in policy_faults(p.get("Policy"), principal=True):
        yield f"The policy is not valid: {fault}"


@efs.rule(
    "CreateMountTarget", f"{API}/API_CreateMountTarget.html", "SecurityGroupLimitExceeded"
)
def mount_target(p, _call):
    if len(p.get("SecurityGroups") or []) > 5:
        yield "A mount target can have at most five security groups."
