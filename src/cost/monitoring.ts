import { count } from "../terminal/output";
import { byModule, each, list, number, type Rule } from "./charges";

/** Size at which CloudWatch Logs keeps a GB that it took in. Source: AWS Pricing Calculator. */
const LOG_COMPRESSION = 0.15;

/** What logs, alarms and dashboards cost. */
export const monitoringRules: Readonly<Record<string, Rule>> = {
  aws_cloudwatch_log_group: (groups, { usage }) => {
    const logs = groups.filter(({ module }) => module !== "network");
    const days = Math.max(0, ...logs.map(({ values }) => number(values.retention_in_days)));
    return [
      {
        part: "logs",
        what: "logs taken in",
        price: "logs.gigabyte",
        quantity: usage.logGigabytes,
      },
      {
        part: "logs",
        what: `logs and flow logs kept, ${days} days`,
        price: "logs.gigabyteMonth",
        quantity:
          (usage.logGigabytes + usage.flowLogGigabytes) * LOG_COMPRESSION * (days / (365 / 12)),
      },
    ];
  },
  aws_cloudwatch_metric_alarm: (alarms) =>
    byModule(alarms).map(([part, own]) => {
      // An alarm on an expression costs one price for each metric in it. A plan has an empty list where a
      // query has no metric.
      const metrics = own.reduce(
        (total, { values }) =>
          total +
          Math.max(
            1,
            list(values.metric_query).filter(({ metric }) => list(metric).length > 0).length,
          ),
        0,
      );
      return { part, what: count(metrics, "alarm"), price: "alarm.month", quantity: metrics };
    }),
  aws_cloudwatch_dashboard: each("dashboard.month", "dashboard"),
};
