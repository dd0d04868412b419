import { client } from "../aws/client";
import { count } from "../terminal/output";
import { blocks } from "../terraform/stack";
import { byModule } from "./charges";
import { after, any, noSearch, shortName, shown, type ResourceKind } from "./kind";

/** An alarm. */
export const cloudwatchMetricAlarm: ResourceKind = {
  type: "aws_cloudwatch_metric_alarm",
  words: "alarm",
  drawing: {
    as: "card",
    family: "management",
    glyph: "alarm",
    title: "CloudWatch alarm",
    together: "CloudWatch alarms",
    facts: ({ alarm_name: name }) => [shortName(name)],
  },
  cost: (alarms) =>
    byModule(alarms).map(([part, own]) => {
      // An alarm on an expression costs one price for each metric in it. A plan has an empty list where a
      // query has no metric.
      const metricsOf = (query: unknown) =>
        blocks(query).filter(({ metric }) => blocks(metric).length > 0).length;
      const metrics = own.reduce(
        (total, { values }) => total + Math.max(1, metricsOf(values.metric_query)),
        0,
      );
      return { part, what: count(metrics, "alarm"), price: "alarm.month", quantity: metrics };
    }),
  existing: noSearch.idempotent,
  remaining: {
    "cloudwatch:alarm:": async (to, name) => {
      const { CloudWatchClient, DescribeAlarmsCommand } =
        await import("@aws-sdk/client-cloudwatch");
      const call = new DescribeAlarmsCommand({ AlarmNames: [name] });
      return any((await client(CloudWatchClient, to).send(call)).MetricAlarms);
    },
  },
  loses: "none",
  permissions: {
    names: {
      "cloudwatch:alarm": (p) =>
        after("alarm:", p.AlarmName ?? p.AlarmNames ?? `${shown(p.AlarmNamePrefix) ?? ""}*`),
    },
    tagging: "cloudwatch:TagResource",
  },
};
