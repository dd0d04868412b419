"""What IAM refuses of roles, policies and identity providers."""

import re

from .policy_documents import policy_faults, statements
from .registry import DOCS, Rules, aslist, matches, state

API = f"{DOCS}/IAM/latest/APIReference"
GUIDE = f"{DOCS}/IAM/latest/UserGuide"
ELEMENTS = f"{GUIDE}/reference_policies_elements.html"
QUOTAS = f"{GUIDE}/reference_iam-quotas.html"

iam = Rules("iam", "MalformedPolicyDocument")


@iam.rule("CreateRole UpdateAssumeRolePolicy", ELEMENTS)
def trust_policy(p, _call):
    text = p.get("AssumeRolePolicyDocument") or p.get("PolicyDocument")
    yield from policy_faults(text, principal=True, resource=False)
    for statement in statements(text):
        for action in aslist(statement.get("Action")):
            if not str(action).lower().startswith("sts:"):
                yield "AssumeRole policy may only specify STS AssumeRole actions."


@iam.rule("CreatePolicy CreatePolicyVersion PutRolePolicy", ELEMENTS)
def identity_policy(p, call):
    text = p.get("PolicyDocument") or ""
    yield from policy_faults(text, principal=False)
    # Characters without white space: {QUOTAS}
    limit = 6144 if call.name.startswith("CreatePolicy") else 10240
    if len(re.sub(r"\s", "", text)) > limit:
        yield "LimitExceeded", f"Cannot exceed quota for PolicySize: {limit}"


@iam.rule("AttachRolePolicy", QUOTAS, "LimitExceeded")
def attached_policies(p, call):
    for role in state(call, "iam").roles.values():
        if role.name == p.get("RoleName"):
            if p.get("PolicyArn") not in role.managed_policies and len(role.managed_policies) >= 10:
                yield "Cannot exceed quota for PoliciesPerRole: 10"


iam.values(
    "CreateOpenIDConnectProvider",
    f"{API}/API_CreateOpenIDConnectProvider.html",
    {
        "Url": matches(r"https://[^\s?#]+", "Invalid Open ID Connect Provider URL"),
        "ThumbprintList[]": matches(
            r"[0-9a-fA-F]{40}", "Thumbprint must be 40 hexadecimal characters: {}"
        ),
    },
    "ValidationError",
)
