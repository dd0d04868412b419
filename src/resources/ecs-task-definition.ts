import { blocks, type Resource, type Stack } from "../terraform/stack";
import { number, type Charge, type PricedResource } from "./charges";
import { after, card, noSearch, passRole, resourceKind, shown, strings } from "./kind";

/** CPU units in a vCPU. */
const CPU_UNITS = 1024;
const MIB_IN_GIB = 1024;

/** A task definition; the card of a service includes the one that it runs. */
export const ecsTaskDefinition = resourceKind({
  type: "aws_ecs_task_definition",
  words: "task definition",
  drawing: card("compute", "play", "Task", {
    into: { type: /^aws_ecs_service$/ },
    runsTasks: true,
    facts: (_, { resource }) => [taskSize(resource), "on demand"],
  }),
  cost: (definitions, { usage, of }) =>
    // The tasks of a service are priced with the service; a task without one is a migration.
    definitions
      .filter(
        ({ values }) => !of("aws_ecs_service").some((one) => one.values.name === values.family),
      )
      .flatMap((definition) =>
        taskCharges(definition, "FARGATE", `${usage.migrationMinutes} min of migrations`, {
          hours: usage.migrationMinutes / 60,
        }),
      ),
  existing: noSearch.newId,
  remaining: {
    "ecs:task-definition/": () => ({ reason: "revision of a task definition: costs nothing" }),
  },
  permissions: {
    names: {
      "ecs:task": (p) => (p.cluster ? `task/${shown(p.cluster)?.split("/").at(-1)}/*` : []),
      "ecs:task-definition": (p) =>
        after(
          "task-definition/",
          p.family ? `${shown(p.family)}:*` : strings(p.taskDefinition).map(revision),
        ),
    },
    also: {
      "ecs:RegisterTaskDefinition": (p) => [
        passRole([p.taskRoleArn, p.executionRoleArn], "ecs-tasks.amazonaws.com"),
      ],
      "ecs:RunTask": (p) => [
        passRole(
          strings(p.taskDefinition).map((name) => `iam:role/${revision(name).split(":")[0]!}-*`),
          "ecs-tasks.amazonaws.com",
        ),
      ],
    },
  },
});

function revision(definition: string): string {
  const [family = "", number = "*"] = definition.split("/").at(-1)!.split(":");
  return `${family}:${number}`;
}

/** The task definition that a service runs; a task definition itself. */
export function taskDefinitionOf(resource: Resource, stack: Stack): Resource | undefined {
  if (resource.type === ecsTaskDefinition.type) return resource;
  return stack
    .references(resource.attributes.task_definition)
    .find(({ type }) => type === ecsTaskDefinition.type);
}

/** CPU and memory of a task definition, in words. */
export function taskSize(definition: Resource | undefined): string | undefined {
  if (definition === undefined) return undefined;
  const { cpu, memory } = definition.values;
  return `${Number(cpu) / CPU_UNITS} vCPU, ${Number(memory) / MIB_IN_GIB} GiB`;
}

/** Processors of a task. */
export const vcpusOf = ({ values }: Pick<PricedResource, "values">) =>
  number(values.cpu) / CPU_UNITS;

/** The charges for vCPUs and memory of the tasks of a definition. */
export function taskCharges(
  task: PricedResource,
  provider: "FARGATE" | "FARGATE_SPOT",
  what: string,
  { hours, atMost = hours }: { readonly hours: number; readonly atMost?: number },
): Charge[] {
  const { module: part, values } = task;
  const vcpus = vcpusOf(task);
  const gigabytes = number(values.memory) / MIB_IN_GIB;
  const arm = blocks(values.runtime_platform).some(
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
