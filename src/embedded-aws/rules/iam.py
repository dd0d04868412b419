"""What IAM refuses of policies: their length and their number."""

import re

from .registry import Rules, state

QUOTAS = "IAM/latest/UserGuide/reference_iam-quotas.html"
iam = Rules("iam", "LimitExceeded")


@iam.rule("CreatePolicy CreatePolicyVersion PutRolePolicy", QUOTAS)
def policy_size(p, call):
    limit = 6144 if call.name.startswith("CreatePolicy") else 10240
    # White space does not count.
    if len(re.sub(r"\s", "", p.get("PolicyDocument") or "")) > limit:
        yield f"Cannot exceed quota for PolicySize: {limit}"


@iam.rule("AttachRolePolicy", QUOTAS)
def attached_policies(p, call):
    for role in state(call, "iam").roles.values():
        if role.name == p.get("RoleName"):
            if p.get("PolicyArn") not in role.managed_policies and len(role.managed_policies) >= 10:
                yield "Cannot exceed quota for PoliciesPerRole: 10"
