import { type Metric } from "@aws-sdk/client-cloudwatch";
import published from "../../../src/embedded-aws/metrics.json";
import { environments } from "../../../src/environments";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { Stack, type Attributes } from "../../../src/terraform/stack";
import { metricOf, type Widget } from "../../support/alarms";
import { examples } from "../../support/examples";
import { full } from "../../support/full";
import { synthesize } from "../../support/stack";

const table: Readonly<
  Record<string, { readonly published: readonly { metrics: string[]; dimensions: string[] }[] }>
> = published;

const nodes: EnvironmentSettings = {
  ...full,
  name: "nodes",
  cache: { kind: "nodes", nodeType: "cache.t4g.micro", replicas: 1 },
};
const canary: EnvironmentSettings = {
  ...full,
  name: "canary",
  apiServer: {
    ...full.apiServer,
    deployment: {
      strategy: "canary",
      bakeTimeMinutes: 5,
      canaryPercent: 10,
      canaryBakeTimeMinutes: 5,
    },
  },
};

const stacks = [
  ...[...environments, full, nodes, canary].map((settings) => [settings.name, settings] as const),
  ...examples,
];

/** Every metric that a stack's alarms, widgets and scaling policies name, with its user. */
function usedMetrics(settings: EnvironmentSettings): [user: string, metric: Metric][] {
  const stack = new Stack(synthesize(settings).template);
  const read = (one: Attributes): Metric => ({
    Namespace: one.namespace as string,
    MetricName: one.metric_name as string,
    Dimensions: Array.isArray(one.dimensions)
      ? one.dimensions.map(({ name }: { name: string }) => ({ Name: name, Value: "" }))
      : Object.keys(one.dimensions ?? {}).map((Name) => ({ Name, Value: "" })),
  });
  const inside = (value: unknown): Metric[] =>
    typeof value !== "object" || value === null
      ? []
      : "metric_name" in value && "namespace" in value
        ? [read(value)]
        : Object.values(value).flatMap(inside);
  const users = ["aws_cloudwatch_metric_alarm", "aws_appautoscaling_policy"].flatMap((type) =>
    stack.ofType(type),
  );
  const widgets = stack.ofType("aws_cloudwatch_dashboard").flatMap(({ address, values }) => {
    const body = JSON.parse(values.dashboard_body as string) as { widgets: Widget[] };
    return body.widgets.flatMap(({ properties }) =>
      (properties.metrics ?? []).map((row): [string, Metric] => [address, metricOf(row)]),
    );
  });
  return [
    ...users.flatMap(({ address, values }) =>
      inside(values).map((metric): [string, Metric] => [address, metric]),
    ),
    ...widgets,
  ];
}

/** A metric as `Namespace Name by Dimensions`. */
function shown({ Namespace = "", MetricName = "", Dimensions = [] }: Metric): string {
  const names = Dimensions.map(({ Name = "" }) => Name).sort();
  return `${Namespace} ${MetricName} by ${names.join(" ")}`;
}

const ofAws = new Set(
  Object.entries(table).flatMap(([namespace, group]) =>
    group.published.flatMap(({ metrics, dimensions }) =>
      metrics.flatMap((name) => dimensions.map((by) => `${namespace} ${name} by ${by}`)),
    ),
  ),
);

describe("metrics that AWS publishes", () => {
  test.each(stacks)("are the only ones of AWS that %s uses", (_name, settings) => {
    const used = usedMetrics(settings);
    const own = new Set(settings.apiServer.scaling?.customMetrics?.map((one) => one.namespace));
    const unknown = used.filter(
      ([, metric]) => !own.has(metric.Namespace!) && !ofAws.has(shown(metric)),
    );
    expect(used.length).toBeGreaterThan(0);
    expect(unknown.map(([user, metric]) => `${user}: ${shown(metric)}`)).toEqual([]);
  });

  test("each namespace has its source", () => {
    for (const { source } of Object.values(published)) {
      expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    }
  });
});
