import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import { client } from "../aws/client";
import type { Environment } from "./environment";
import { CliError, NeedsPerson, type AwsError } from "../process/errors";
import { onInterrupt } from "../terminal/interrupt";
import { lastLines } from "../aws/logs";
import { names, type Component } from "../names";
import { say } from "../terminal/output";
import { tagOf } from "./images";
import { waitFor } from "../terminal/wait";

/**
 * A service as ECS describes it.
 * @throws NeedsPerson if the environment has none
 */
export async function describeService(
  environment: Environment,
  component: Component,
): Promise<Service> {
  const { name } = environment;
  const service = names.task(name, component);
  const missing = () =>
    new NeedsPerson(
      `${name} has no service ${service} in ${environment.region}`,
      `Deploy the environment first: \`plue deploy ${name}\`.`,
    );
  try {
    const { services = [] } = await client(ECSClient, environment).send(
      new DescribeServicesCommand({ cluster: names.cluster(name), services: [service] }),
    );
    const found = services.find(({ status }) => status === "ACTIVE");
    if (!found) throw missing();
    return found;
  } catch (error) {
    throw (error as AwsError).name === "ClusterNotFoundException" ? missing() : error;
  }
}

/** The image tag in a task definition. */
export async function tagOfTaskDefinition(
  environment: Environment,
  taskDefinition: string,
): Promise<string> {
  const { taskDefinition: found } = await client(ECSClient, environment).send(
    new DescribeTaskDefinitionCommand({ taskDefinition }),
  );
  return tagOf(found?.containerDefinitions?.[0]?.image ?? "");
}

/** The tasks of a service, or of a family that is no service. */
export async function listTasks(
  environment: Environment,
  of: { readonly serviceName: string } | { readonly family: string },
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<Task[]> {
  const ecs = client(ECSClient, environment);
  const cluster = names.cluster(environment.name);
  const { taskArns: tasks = [] } = await ecs.send(
    new ListTasksCommand({ cluster, desiredStatus, ...of }),
  );
  if (tasks.length === 0) return [];
  const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  return described.tasks ?? [];
}

/** What a service's deployment is about, in one line. */
export function deploymentState({ deployments = [], runningCount, desiredCount }: Service): string {
  const old = deployments.length - 1;
  const leaving = old > 0 ? `, ${old} older deployment${old > 1 ? "s" : ""} still there` : "";
  return `${runningCount} of ${desiredCount} running${leaving}`;
}

/**
 * Waits until the newest deployment of a service is stable: all of its tasks run, and none of an
 * older one.
 * @throws CliError with the reason, the last events and the last log lines, if it is given up
 */
export async function waitUntilStable(
  environment: Environment,
  component: Component,
  timeout: number,
): Promise<void> {
  const { title, key } = component;
  onInterrupt(
    `ECS goes on with the deployment of the ${title} by itself: see \`plue status ${environment.name}\`.`,
  );
  const ours = (await describeService(environment, component)).deployments?.find(isPrimary)?.id;
  try {
    await waitFor({
      what: `The ${title}'s deployment`,
      timeout,
      advice: [],
      look: async () => {
        const service = await describeService(environment, component);
        const { deployments = [], runningCount, desiredCount } = service;
        const primary = deployments.find(isPrimary);
        const own = deployments.find(({ id }) => id === ours);
        if (own?.rolloutState === "FAILED" || primary?.id !== ours) {
          const reason = own?.rolloutStateReason ?? primary?.rolloutStateReason;
          throw new CliError(
            `the ${title}'s deployment failed: ${reason ?? "another replaced it"}`,
          );
        }
        return deployments.length === 1 && runningCount === desiredCount
          ? { done: undefined }
          : { waiting: deploymentState(service) };
      },
    });
    say(`The ${title} is stable.`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    say(await findings(environment, component));
    throw new CliError(error.message, {
      advice: [
        `Look further: \`plue doctor ${environment.name}\`, \`plue logs ${environment.name} ${key}\`.`,
        `Go back: \`plue rollback ${environment.name} ${key}\`.`,
      ],
    });
  }
}

const isPrimary = ({ status }: { status?: string }) => status === "PRIMARY";

/** What ECS and the containers say of a service that does not get healthy. */
async function findings(environment: Environment, component: Component): Promise<string> {
  const serviceName = names.task(environment.name, component);
  const [{ events = [] }, stopped] = await Promise.all([
    describeService(environment, component),
    listTasks(environment, { serviceName }, "STOPPED"),
  ]);
  const group = names.logGroup(environment.name, component);
  const lines = await lastLines(environment, group, 20);
  return [
    "",
    ...section(
      "The service's last events",
      events.slice(0, 5).map(({ message }) => message ?? ""),
    ),
    ...section("Why tasks stopped", [...new Set(stopped.slice(0, 5).map(whyStopped))]),
    ...section(`The last lines in ${group}`, lines),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...(lines.length > 0 ? lines : ["(none)"]).map((line) => `  ${line}`), ""];
}

/** Why a task stopped: ECS's reason, and each container's exit code or reason. */
export function whyStopped({ stoppedReason, containers = [] }: Task): string {
  const details = containers.flatMap(({ name, exitCode, reason }) =>
    reason || exitCode
      ? [`${name}: ${[reason, exitCode && `exit code ${exitCode}`].filter(Boolean).join(", ")}`]
      : [],
  );
  return [stoppedReason || "ECS gives no reason", ...details].join("; ");
}
