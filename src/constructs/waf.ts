import type { Lb } from "@cdktf/provider-aws/lib/lb";
import { Wafv2WebAcl } from "@cdktf/provider-aws/lib/wafv2-web-acl";
import { Wafv2WebAclAssociation } from "@cdktf/provider-aws/lib/wafv2-web-acl-association";
import { Wafv2WebAclLoggingConfiguration } from "@cdktf/provider-aws/lib/wafv2-web-acl-logging-configuration";
import { Construct } from "constructs";
import { managedRuleGroups, type WafExclusion, type WafSettings } from "../environments/options";
import { names } from "../names";
import type { PartProps } from "./context";
import { logGroup } from "./log-group";
import { metricAlarm } from "./metric-alarm";

/** Properties of the web ACL. */
export interface WafProps extends PartProps<WafSettings> {
  /** Load balancer to protect. */
  readonly loadBalancer: Lb;
}

/**
 * Rules that only count. A git push has a large body, and this rule would block every body larger than
 * the 8 KiB that WAF inspects for a load balancer.
 */
const alwaysCounted: readonly WafExclusion[] = [{ group: "common", rule: "SizeRestrictions_BODY" }];

/**
 * AWS WAF in front of the load balancer: AWS's managed rules against bad addresses, known exploits and
 * common attacks, and a rate limit for each address.
 *
 * Cost: $5 a month, $1 for each of the four rules, $0.60 for a million requests.
 */
export class Waf extends Construct {
  /** The web ACL. */
  readonly webAcl: Wafv2WebAcl;

  /** Creates the web ACL, its log and its alarm. */
  constructor(scope: Construct, id: string, props: WafProps) {
    super(scope, id);
    const { environment, settings } = props;
    const name = names.webAcl(environment);
    const block = settings.mode === "block";
    const metricOf = (part: string) => `${name}-${part}`;
    const visibility = (part: string) => ({
      cloudwatchMetricsEnabled: true,
      metricName: metricOf(part),
      sampledRequestsEnabled: true,
    });

    const managed = Object.entries(managedRuleGroups).map(([group, awsName], index) => ({
      name: group,
      priority: index + 1,
      overrideAction: block ? { none: {} } : { count: {} },
      // No version and no capacity of the group: AWS changes them, and every plan would show that.
      statement: {
        managed_rule_group_statement: {
          vendor_name: "AWS",
          name: awsName,
          rule_action_override: [...alwaysCounted, ...(settings.exclusions ?? [])]
            .filter((exclusion) => exclusion.group === group)
            .map(({ rule }) => ({ name: rule, action_to_use: { count: {} } })),
        },
      },
      visibilityConfig: visibility(group),
    }));
    this.webAcl = new Wafv2WebAcl(this, "aws_wafv2_web_acl.main", {
      name,
      description: `What reaches the load balancer of ${environment}`,
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      rule: [
        {
          name: "rate",
          priority: 0,
          action: block ? { block: {} } : { count: {} },
          statement: {
            rate_based_statement: { limit: settings.rateLimit, aggregate_key_type: "IP" },
          },
          visibilityConfig: visibility("rate"),
        },
        ...managed,
      ],
      visibilityConfig: visibility("all"),
    });
    new Wafv2WebAclAssociation(this, "aws_wafv2_web_acl_association.main", {
      resourceArn: props.loadBalancer.arn,
      webAclArn: this.webAcl.arn,
    });

    const log = logGroup(
      this,
      "waf",
      props,
      names.wafLogGroup(environment),
      settings.logRetentionDays,
    );
    new Wafv2WebAclLoggingConfiguration(this, "aws_wafv2_web_acl_logging_configuration.main", {
      resourceArn: this.webAcl.arn,
      logDestinationConfigs: [log.arn],
      // The log contains only requests that match a rule, without credentials.
      loggingFilter: {
        defaultBehavior: "DROP",
        filter: [
          {
            behavior: "KEEP",
            requirement: "MEETS_ANY",
            condition: ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"].map((action) => ({
              actionCondition: { action },
            })),
          },
        ],
      },
      redactedFields: ["authorization", "cookie"].map((header) => ({
        singleHeader: { name: header },
      })),
    });

    const most = settings.blockedRequestsAlarm;
    metricAlarm(this, "waf_blocked", "waf-blocked", props, {
      alarmDescription: `WAF blocked more than ${most} requests in five minutes`,
      namespace: "AWS/WAFV2",
      metricName: "BlockedRequests",
      statistic: "Sum",
      period: 300,
      evaluationPeriods: 1,
      threshold: most,
      treatMissingData: "notBreaching",
      // WebACL is the metric name of the web ACL, not its name.
      // Source: "AWS WAF metrics and dimensions", AWS WAF developer guide.
      dimensions: { WebACL: metricOf("all"), Region: props.region, Rule: "ALL" },
    });
  }
}
