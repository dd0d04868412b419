import { aws } from "../aws/services";
import { count } from "../terminal/output";
import { blocks } from "../terraform/stack";
import { listed } from "./ask";
import { byModule } from "./charges";
import { after, card, noSearch, resourceKind, shortName } from "./kind";

/** An alarm. */
export const cloudwatchMetricAlarm = resourceKind({
  type: "aws_cloudwatch_metric_alarm",
  words: "alarm",
  drawing: card("management", "alarm", "CloudWatch alarm", {
    together: "CloudWatch alarms",
    facts: ({ alarm_name: name }) => [shortName(name)],
  }),
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
    "cloudwatch:alarm:": listed(aws.cloudwatch, "MetricAlarms", (cloudwatch, name) =>
      cloudwatch.describeAlarms({ AlarmNames: [name] }),
    ),
  },
  permissions: {
    names: {
      // AWS checks a search by a prefix against all alarms.
      "cloudwatch:alarm": (p) => after("alarm:", p.AlarmName ?? p.AlarmNames ?? "*"),
    },
    tagging: "cloudwatch:TagResource",
  },
});
