"""What Systems Manager refuses of parameters."""

import re

from .registry import DOCS, Rules

ssm = Rules("ssm", "ValidationException")


@ssm.rule("PutParameter", f"{DOCS}/systems-manager/latest/APIReference/API_PutParameter.html")
def parameter(p, _call):
    name, text = p.get("Name") or "", p.get("Value") or ""
    if not re.fullmatch(r"[A-Za-z0-9_.\-/]+", name):
        yield (
            "Invalid parameter name. Please use correct syntax for referencing a version/label "
            " <name>:<version/label>: only a-zA-Z0-9_.-/ are allowed"
        )
    if reserved := re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        yield f'Parameter name: can\'t be prefixed with "{reserved[1].lower()}" (case-insensitive).'
    if "/" in name and not name.startswith("/"):
        yield "Parameter name must be a fully qualified name: it must begin with a slash."
    if name.count("/") > 15:
        message = "Hierarchy can have a maximum of 15 levels."
        yield "HierarchyLevelLimitExceededException", message
    limit = 8192 if p.get("Tier") in ("Advanced", "Intelligent-Tiering") else 4096
    if len(text.encode()) > limit:
        yield f"Standard tier parameters support a maximum parameter value of {limit} characters."
