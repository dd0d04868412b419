"""What KMS refuses of keys and aliases."""

import re

from .policy_documents import policy_faults, statements
from .registry import DOCS, Rules, aslist, between

API = f"{DOCS}/kms/latest/APIReference"

kms = Rules("kms", "ValidationException")

kms.values(
    "ScheduleKeyDeletion",
    f"{API}/API_ScheduleKeyDeletion.html",
    {"PendingWindowInDays": between(7, 30, "PendingWindowInDays")},
)


@kms.rule(
    "CreateKey PutKeyPolicy",
    f"{DOCS}/kms/latest/developerguide/key-policy-default.html",
    "MalformedPolicyDocumentException",
)
def key_policy(p, _call):
    text = p.get("Policy")
    if text is None:
        return
    yield from policy_faults(text, principal=True)
    if p.get("BypassPolicyLockoutSafetyCheck"):
        return
    granted = [
        str(action).lower()
        for statement in statements(text)
        if statement.get("Effect") == "Allow"
        for action in ("*" if "NotAction" in statement else aslist(statement.get("Action")))
    ]
    patterns = (re.escape(action).replace(r"\*", ".*") for action in granted)
    if not any(re.fullmatch(pattern, "kms:putkeypolicy") for pattern in patterns):
        yield "The new key policy will not allow you to update the key policy in the future."


@kms.rule("CreateAlias UpdateAlias", f"{API}/API_CreateAlias.html")
def key_alias(p, _call):
    name = p.get("AliasName") or ""
    if not name.startswith("alias/"):
        yield 'Alias must start with the prefix "alias/".'
    if name.startswith("alias/aws/"):
        yield "NotAuthorizedException", "Aliases that begin with alias/aws/ are reserved."
