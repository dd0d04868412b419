import { aws } from "../aws/services";
import { listed, search } from "./ask";
import { number } from "./charges";
import { after, card, resourceKind, shown } from "./kind";

/** Size at which CloudWatch Logs keeps a GB that it took in. Source: AWS Pricing Calculator. */
const LOG_COMPRESSION = 0.15;

/** A log group. */
export const cloudwatchLogGroup = resourceKind({
  type: "aws_cloudwatch_log_group",
  words: "log group",
  drawing: card("management", "lines", "CloudWatch Logs", {
    together: "CloudWatch Logs",
    facts: ({ name, retention_in_days: days }) => [
      `${logName(shown(name) ?? "")}, ${shown(days)} days`,
    ],
  }),
  cost: (groups, { usage }) => {
    const logs = groups.filter(({ module }) => module !== "network");
    const days = Math.max(0, ...logs.map(({ values }) => number(values.retention_in_days)));
    return [
      { part: "logs", what: "logs taken in", price: "logs.gigabyte", quantity: usage.logGigabytes },
      {
        part: "logs",
        what: `logs and flow logs kept, ${days} days`,
        price: "logs.gigabyteMonth",
        quantity:
          (usage.logGigabytes + usage.flowLogGigabytes) * LOG_COMPRESSION * (days / (365 / 12)),
      },
    ];
  },
  existing: search(aws.logs, async (logs, { name }) => {
    const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: name });
    const group = logGroups.find(({ logGroupName }) => logGroupName === name);
    // The one of its two ARNs that does not end in :*.
    const resourceArn = group?.logGroupArn ?? group?.arn?.replace(/:\*$/, "");
    if (!name || !resourceArn) return undefined;
    const { tags = {} } = await logs.listTagsForResource({ resourceArn });
    return { id: name, tags };
  }),
  remaining: {
    "logs:log-group:": listed(
      aws.logs,
      "logGroups",
      (logs, name) => logs.describeLogGroups({ logGroupNamePrefix: name }),
      ({ logGroupName }, name) => logGroupName === name,
    ),
  },
  loses: "the log",
  permissions: {
    names: {
      "logs:log-group": (p) =>
        after("log-group:", p.logGroupName ?? p.logGroupIdentifier ?? p.logGroupIdentifiers),
      "logs:log-stream": (p) =>
        after(`log-group:${shown(p.logGroupName) ?? ""}:log-stream:`, p.logStreamName ?? "*"),
    },
    tagging: "logs:TagResource",
  },
});

/** `/ecs/dev/plue-web-app` is `web-app`; what is not a task's is named by its service. */
function logName(name: string): string {
  if (name.startsWith("aws-waf-logs-")) return "WAF";
  const [, service, ...rest] = name.split("/");
  if (service === "aws" && rest[0] === "vpc") return "flow logs";
  return (rest.at(-1) ?? "").replace(/^plue-/, "");
}
