"""What WAF refuses of web ACLs."""

from .registry import DOCS, Rules, matches, unique

API = f"{DOCS}/waf/latest/APIReference"
GUIDE = f"{DOCS}/waf/latest/developerguide"

waf = Rules("wafv2", "WAFInvalidParameterException")
EXACTLY = (
    "Error reason: You have used none or multiple values for a field that requires exactly one "
    "value., field: {}, parameter: {}"
)


@waf.rule("CreateWebACL UpdateWebACL", f"{API}/API_CreateWebACL.html")
def scope(p, call):
    if p.get("Scope") == "CLOUDFRONT" and call.region != "us-east-1":
        yield "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT"


@waf.rule("CreateWebACL UpdateWebACL", f"{API}/API_Rule.html")
def rules(p, _call):
    given = p.get("Rules") or []
    for member, plural in (("Priority", "priorities"), ("Name", "names")):
        message = f"Error reason: Rule {plural} must be unique., field: RULE, parameter: {{}}"
        yield from unique((rule.get(member) for rule in given), message)
    if len(p.get("DefaultAction") or {}) != 1:
        yield EXACTLY.format("DEFAULT_ACTION", "DefaultAction")
    for rule in given:
        statement = rule.get("Statement") or {}
        grouped = {"ManagedRuleGroupStatement", "RuleGroupReferenceStatement"} & set(statement)
        if ("Action" in rule) == ("OverrideAction" in rule):
            yield EXACTLY.format("RULE", "Rule")
        if ("Action" if grouped else "OverrideAction") in rule:
            yield EXACTLY.format("RULE_ACTION", "RuleAction")
        for name in ("Action", "OverrideAction"):
            if name in rule and len(rule[name] or {}) != 1:
                yield EXACTLY.format("RULE_ACTION", "RuleAction")
        yield from statement_faults(statement)


def statement_faults(statement: dict):
    if len(statement) != 1:
        yield EXACTLY.format("STATEMENT", "Statement")
        return
    [(kind, body)] = statement.items()
    body = body or {}
    inner = body.get("Statements") or []
    if kind in ("AndStatement", "OrStatement") and len(inner) < 2:
        yield (
            "Error reason: You haven't met a minimum requirement for a threshold setting., field: "
            f"{kind}, parameter: {kind}"
        )
    for item in [*inner, body.get("Statement"), body.get("ScopeDownStatement")]:
        if item:
            yield from statement_faults(item)
    if body.get("EvaluationWindowSec") not in (None, 60, 120, 300, 600):
        yield "Error reason: EvaluationWindowSec must be 60, 120, 300 or 600., field: RULE"
    if "FieldToMatch" in body and len(body["FieldToMatch"] or {}) != 1:
        yield EXACTLY.format("FIELD_TO_MATCH", "FieldToMatch")


DESTINATION = (
    "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information "
    "separated by colons or slashes., field: LOG_DESTINATION, parameter: {}"
)
waf.values(
    "PutLoggingConfiguration",
    f"{GUIDE}/logging.html",
    {
        "LoggingConfiguration.LogDestinationConfigs[]": matches(
            r".*[:/]aws-waf-logs-.*", DESTINATION
        )
    },
)
