import type { Service } from "@aws-sdk/client-ecs";
import { aws } from "../aws/services";
import type { Usage } from "../environments/usage";
import { count } from "../terminal/output";
import { blocks, type Attributes } from "../terraform/stack";
import { listed, search, existing } from "./ask";
import {
  HOURS_PER_MONTH,
  number,
  text,
  type Charge,
  type PricedResource,
  type RuleContext,
} from "./charges";
import { taskCharges, taskDefinitionOf, taskSize, vcpusOf } from "./ecs-task-definition";
import {
  after,
  card,
  lastParts,
  passRole,
  resourceKind,
  rolesIn,
  type Also,
  type Parameters,
} from "./kind";

/** A service. */
export const ecsService = resourceKind({
  type: "aws_ecs_service",
  words: "ecs service",
  drawing: card("compute", "stack", "ECS service", {
    runsTasks: true,
    facts: (_, { resource, stack }) => {
      const target = stack
        .referrersOf(resource)
        .find(({ type }) => type === "aws_appautoscaling_target")?.values;
      return [
        taskSize(taskDefinitionOf(resource, stack)),
        target && `${Number(target.min_capacity)} to ${Number(target.max_capacity)} tasks`,
      ];
    },
  }),
  cost: (services, context) => services.flatMap((service) => serviceCharges(service, context)),
  existing: search(aws.ecs, async (ecs, { cluster = "", name = "" }) => {
    const call = { cluster, services: [name], include: ["TAGS" as const] };
    const { services = [] } = await ecs.describeServices(call);
    const found = services.find(({ status }) => status === "ACTIVE");
    if (!found) return undefined;
    const tags = found.tags?.map(({ key: Key, value: Value }) => ({ Key, Value }));
    return existing(`${cluster.split("/").at(-1)}/${name}`, tags);
  }),
  remaining: {
    // ECS shows services and tasks for about an hour after their end.
    "ecs:service/": listed(
      aws.ecs,
      "services",
      (ecs, _, arn) => ecs.describeServices({ cluster: arn.split("/")[1], services: [arn] }),
      ({ status }: Service) => status !== "INACTIVE",
    ),
    "ecs:task/": () => ({ gone: true }),
  },
  permissions: {
    names: {
      "ecs:service": (p) =>
        after(
          `service/${lastParts(p.cluster)[0] ?? ""}/`,
          lastParts(p.serviceName ?? p.service ?? p.services),
        ),
    },
    tagging: "ecs:TagResource",
    // The roles of blue/green and canary deployments.
    also: { "ecs:CreateService": roles, "ecs:UpdateService": roles },
  },
});

function roles(parameters: Parameters): readonly Also[] {
  return [passRole(rolesIn(parameters), "ecs.amazonaws.com")];
}

const averages = (usage: Usage): Readonly<Record<string, number | undefined>> => ({
  api_server: usage.apiServerTasks,
  web_app: usage.webAppTasks,
});

function serviceCharges(service: PricedResource, { usage, of }: RuleContext): Charge[] {
  const definition = of("aws_ecs_task_definition").find(
    ({ values }) => values.family === service.values.name,
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
  // A fraction of a task can be a whole task on the more expensive side.
  const largestOnDemand = Math.min(most, Math.ceil(largest.onDemand));
  const name = (tasks: number, atMost: number) =>
    `${count(+tasks.toFixed(2), "task")}, ${atMost} at most`;
  const own = { ...definition, values: definition.values, module: service.module };
  const hasAgent = of("aws_ecs_cluster").some(
    ({ values: { tags } }) => (tags as Attributes | undefined)?.GuardDutyManaged === "true",
  );
  return [
    ...(hasAgent
      ? [
          {
            part: service.module,
            what: "GuardDuty's agent in the tasks",
            price: "guardDuty.vcpuMonth",
            quantity: tasks * vcpusOf(own),
            atMost: most * vcpusOf(own),
          },
        ]
      : []),
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

/** How many tasks the service's capacity provider strategy puts on FARGATE and on Spot. */
function share(tasks: number, { values }: PricedResource): { onDemand: number; spot: number } {
  const strategy = blocks(values.capacity_provider_strategy);
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
