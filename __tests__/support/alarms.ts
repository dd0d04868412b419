import {
  CloudWatchClient,
  GetDashboardCommand,
  paginateDescribeAlarms,
  type Metric,
  type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import type { EmbeddedAws } from "./embedded-aws";

/** Value that AWS publishes each minute, by the id of the metric in the alarm's expression; null is no data. */
type Values = Readonly<Record<string, number | null>>;

/** For each expression of the alarms, values at which the alarm rings and at which it ends. */
const expressions: Readonly<Record<string, readonly [ring: Values, end: Values]>> = {
  "SUM(METRICS())": [
    { group1: null, group2: 0 },
    { group1: 9, group2: null },
  ],
  "desired - running": [
    { desired: 2, running: 1 },
    { desired: 2, running: 2 },
  ],
  "100 * errors / requests": [
    { errors: 60, requests: 100 },
    { errors: 0, requests: 100 },
  ],
};

/** Publishes a metric as AWS would, and returns the states of the alarms that watch it. */
export async function publish(
  { endpoint }: EmbeddedAws,
  { Namespace: namespace, MetricName: metric, Dimensions = [] }: Metric,
  value: number | null,
): Promise<Readonly<Record<string, string>>> {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  const response = await fetch(`${endpoint}/embedded-aws/metrics`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ namespace, metric, dimensions, value }),
  });
  const answer = (await response.json()) as Record<string, string>;
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Makes every alarm ring and end again; returns the states that each had. */
export async function ringAll(aws: EmbeddedAws): Promise<Readonly<Record<string, string[]>>> {
  const states: Record<string, string[]> = {};
  const client = new CloudWatchClient(aws.client);
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, {})) {
    for (const alarm of MetricAlarms) {
      const name = alarm.AlarmName!;
      states[name] = [];
      for (const values of ringAndEnd(alarm)) {
        let state = "";
        for (const [metric, value] of values) {
          state = (await publish(aws, metric, value))[name] ?? "not evaluated";
        }
        states[name].push(state);
      }
    }
  }
  return states;
}

function ringAndEnd(alarm: MetricAlarm): [metric: Metric, value: number | null][][] {
  const { Metrics = [], Threshold = 0 } = alarm;
  const math = Metrics.find(({ Expression }) => Expression)?.Expression;
  if (math === undefined) {
    const isLow = alarm.ComparisonOperator!.startsWith("LessThan");
    const isMissing = alarm.Statistic === "SampleCount";
    const [ring, end] = isLow ? [isMissing ? null : 0, Threshold + 1] : [Threshold + 1, 0];
    return [[[alarm, ring]], [[alarm, end]]];
  }
  return expressions[math]!.map((values) =>
    Metrics.filter(({ MetricStat }) => MetricStat).map(({ Id = "", MetricStat }) => [
      MetricStat!.Metric!,
      values[Id] ?? null,
    ]),
  );
}

/** Every metric of a dashboard's widgets. */
export async function metricsOfDashboard(aws: EmbeddedAws, name: string): Promise<Metric[]> {
  const client = new CloudWatchClient(aws.client);
  const { DashboardBody = "" } = await client.send(
    new GetDashboardCommand({ DashboardName: name }),
  );
  const { widgets } = JSON.parse(DashboardBody) as { widgets: Widget[] };
  return widgets.flatMap(({ properties }) => (properties.metrics ?? []).map(metricOf));
}

/** A widget of a dashboard's body. */
export interface Widget {
  readonly properties: { readonly metrics?: readonly (readonly unknown[])[] };
}

/** The metric that a row of a widget names. */
export function metricOf(row: readonly unknown[]): Metric {
  const [Namespace = "", MetricName = "", ...names] = row.filter(
    (one): one is string => typeof one === "string",
  );
  const Dimensions = names.flatMap((Name, index) =>
    index % 2 === 0 ? [{ Name, Value: names[index + 1] }] : [],
  );
  return { Namespace, MetricName, Dimensions };
}
