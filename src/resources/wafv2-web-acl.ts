import { aws } from "../aws/services";
import { count } from "../terminal/output";
import { blocks } from "../terraform/stack";
import { ask, search, existing } from "./ask";
import { after, card, linkedRole, partBy, resourceKind, settingOf, shown, withId } from "./kind";

// Source: "AWS managed rule groups in policies", AWS WAF Developer Guide.
const managedRules = (action: string) => () => [
  { action, on: ["wafv2:regional/managedruleset/*/*"] },
];

/** A web ACL. */
export const wafv2WebAcl = resourceKind({
  type: "aws_wafv2_web_acl",
  words: "web ACL",
  drawing: card("security", "shield", "Web ACL (WAF)", {
    facts: ({ rule }) => blocks(rule).map(({ name }) => shown(name)),
  }),
  cost: (acls, { usage }) =>
    acls.flatMap(({ module: part, values }) => [
      { part, what: "web ACL", price: "webAcl.month", quantity: 1 },
      {
        part,
        what: count(blocks(values.rule).length, "rule"),
        price: "webAclRule.month",
        quantity: blocks(values.rule).length,
      },
      {
        part,
        what: "requests looked at",
        price: "webAcl.request",
        quantity: usage.requestMillions * 1e6,
      },
    ]),
  existing: search(aws.wafv2, async (wafv2, { name }) => {
    const { WebACLs = [] } = await wafv2.listWebACLs({ Scope: "REGIONAL", Limit: 100 });
    const found = WebACLs.find(({ Name }) => Name === name);
    if (!found) return undefined;
    const { TagInfoForResource: tags } = await wafv2.listTagsForResource({
      ResourceARN: found.ARN,
    });
    return existing(`${found.Id}/${name}/REGIONAL`, tags?.TagList);
  }),
  remaining: {
    "wafv2:regional/webacl/": ask(aws.wafv2, (wafv2, id) => {
      const [Name, Id] = id.split("/");
      return wafv2.getWebACL({ Name, Id, Scope: "REGIONAL" });
    }),
  },
  permissions: {
    names: {
      "wafv2:webacl": (p) => after("regional/webacl/", withId(p.Name ?? aclOf(p.ResourceArn))),
    },
    tagging: "wafv2:TagResource",
    also: {
      "wafv2:CreateWebACL": managedRules("wafv2:CreateWebACL"),
      "wafv2:UpdateWebACL": managedRules("wafv2:UpdateWebACL"),
    },
  },
});

/** A web ACL's association with a load balancer. */
export const wafv2WebAclAssociation = settingOf("aws_wafv2_web_acl", {
  type: "aws_wafv2_web_acl_association",
  words: "web ACL association",
  drawing: partBy("web_acl_arn"),
});

// Source: "Permissions to publish logs to CloudWatch Logs", AWS WAF Developer Guide.
/** The name of the web ACL of a load balancer, by the latter's ARN. */
const aclOf = (arn: unknown) => /\/app\/(.+-plue)-alb\//.exec(shown(arn) ?? "")?.[1];

const logDelivery = () => [
  linkedRole("wafv2.amazonaws.com"),
  ...[
    "CreateLogDelivery",
    "DeleteLogDelivery",
    "DescribeLogGroups",
    "DescribeResourcePolicies",
    "PutResourcePolicy",
  ].map((operation) => ({ action: `logs:${operation}`, on: ["*"] })),
];

/** A web ACL's log. */
export const wafv2WebAclLoggingConfiguration = settingOf("aws_wafv2_web_acl", {
  type: "aws_wafv2_web_acl_logging_configuration",
  words: "web ACL logging configuration",
  drawing: partBy("resource_arn"),
  permissions: {
    also: {
      "wafv2:PutLoggingConfiguration": logDelivery,
      "wafv2:DeleteLoggingConfiguration": logDelivery,
    },
  },
});
