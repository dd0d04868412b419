import type { Usage } from "../environments/usage";
import { count } from "../terminal/output";
import {
  byModule,
  byUsage,
  HOURS_PER_MONTH,
  list,
  number,
  text,
  type Rule,
  type Charge,
  type RuleContext,
} from "./charges";
import type { PricedResource } from "./resources";

/** Alarms that a target-tracking policy makes: one to scale out, one to scale in. */
const ALARMS_PER_POLICY = 2;

/** What tasks, their cluster and their images cost. */
export const computeRules: Readonly<Record<string, Rule>> = {
  aws_ecs_service: (services, context) =>
    services.flatMap((service) => serviceCharges(service, context)),
  aws_ecs_task_definition: (definitions, { usage, of }) =>
    // Those of services are counted by how many tasks run; a task without a service is a migration.
    definitions
      .filter(({ values }) => !of("aws_ecs_service").some((one) => runs(one, values.family)))
      .flatMap((definition) =>
        taskCharges(definition, "FARGATE", `${usage.migrationMinutes} min of migrations`, {
          hours: usage.migrationMinutes / 60,
        }),
      ),
  aws_ecs_cluster: (clusters, { usage }) =>
    clusters
      .filter(({ values }) =>
        list(values.setting).some(
          ({ name, value }) => name === "containerInsights" && value !== "disabled",
        ),
      )
      .map(({ module: part }) => ({
        part,
        what: `Container Insights, about ${usage.containerInsightsMetrics} metrics`,
        price: "metric.month",
        quantity: usage.containerInsightsMetrics,
      })),
  aws_appautoscaling_policy: (policies) =>
    byModule(policies.filter(({ values }) => values.policy_type === "TargetTrackingScaling")).map(
      ([part, own]) => ({
        part,
        what: `${count(own.length * ALARMS_PER_POLICY, "alarm")} of autoscaling's own`,
        price: "alarm.month",
        quantity: own.length * ALARMS_PER_POLICY,
      }),
    ),
  aws_ecr_repository: byUsage("image.gigabyteMonth", "images", (usage) => usage.imageGigabytes),
};

/** A service and the family of its tasks have one name. */
function runs(service: PricedResource, family: unknown): boolean {
  return service.values.name === family;
}

const averages = (usage: Usage): Readonly<Record<string, number | undefined>> => ({
  api_server: usage.apiServerTasks,
  web_app: usage.webAppTasks,
});

function serviceCharges(service: PricedResource, { usage, of }: RuleContext): Charge[] {
  const definition = of("aws_ecs_task_definition").find(({ values }) =>
    runs(service, values.family),
  );
  if (definition === undefined) return [];
  const scaling = of("aws_appautoscaling_target").find(({ values }) =>
    String(values.resource_id).endsWith(`/${text(service.values.name)}`),
  );
  const fewest = number(scaling?.values.min_capacity ?? service.values.desired_count);
  const tasks = averages(usage)[service.module] ?? fewest;
  const most = Math.max(tasks, number(scaling?.values.max_capacity));
  const usual = share(tasks, service);
  const largest = share(most, service);
  // Of a share of a task the whole one may run on the dearer side.
  const largestOnDemand = Math.min(most, Math.ceil(largest.onDemand));
  const name = (tasks: number, atMost: number) =>
    `${count(+tasks.toFixed(2), "task")}, ${atMost} at most`;
  const own = { ...definition, module: service.module };
  return [
    ...taskCharges(own, "FARGATE", name(usual.onDemand, largestOnDemand), {
      hours: usual.onDemand * HOURS_PER_MONTH,
      atMost: largestOnDemand * HOURS_PER_MONTH,
    }),
    ...taskCharges(own, "FARGATE_SPOT", `${name(usual.spot, most - largestOnDemand)}, on Spot`, {
      hours: usual.spot * HOURS_PER_MONTH,
      atMost: (most - largestOnDemand) * HOURS_PER_MONTH,
    }),
  ];
}

/** How many of some tasks the service's capacity provider strategy puts on FARGATE and on Spot. */
function share(tasks: number, { values }: PricedResource): { onDemand: number; spot: number } {
  const strategy = list(values.capacity_provider_strategy);
  if (strategy.length === 0) return { onDemand: tasks, spot: 0 };
  const base = strategy.reduce((most, one) => Math.max(most, number(one.base)), 0);
  const weight = (provider: string) =>
    strategy
      .filter(({ capacity_provider: name }) => name === provider)
      .reduce((total, one) => total + number(one.weight), 0);
  const [fargate, spot] = [weight("FARGATE"), weight("FARGATE_SPOT")];
  const baseOnSpot = strategy.some(
    (one) => one.capacity_provider === "FARGATE_SPOT" && number(one.base) > 0,
  );
  const first = Math.min(base, tasks);
  const rest = fargate + spot > 0 ? ((tasks - first) * spot) / (fargate + spot) : 0;
  const onSpot = (baseOnSpot ? first : 0) + rest;
  return { onDemand: tasks - onSpot, spot: onSpot };
}

/** What tasks of a definition cost, by vCPU and by memory. */
function taskCharges(
  { module: part, values }: PricedResource,
  provider: "FARGATE" | "FARGATE_SPOT",
  what: string,
  { hours, atMost = hours }: { readonly hours: number; readonly atMost?: number },
): Charge[] {
  const vcpus = number(values.cpu) / 1024;
  const gigabytes = number(values.memory) / 1024;
  const arm = list(values.runtime_platform).some(
    ({ cpu_architecture: architecture }) => architecture === "ARM64",
  );
  const kind = provider === "FARGATE_SPOT" ? "fargateSpot" : arm ? "fargateArm" : "fargate";
  return [
    {
      part,
      what: `${what}: ${vcpus} vCPU`,
      price: `${kind}.vcpuHour`,
      quantity: hours * vcpus,
      atMost: atMost * vcpus,
    },
    {
      part,
      what: `${what}: ${gigabytes} GB`,
      price: `${kind}.gigabyteHour`,
      quantity: hours * gigabytes,
      atMost: atMost * gigabytes,
    },
  ];
}
