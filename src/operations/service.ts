import {
  byAge,
  deploymentState,
  describeService,
  describeTaskDefinition,
  listTasks,
  newest,
  newestServiceDeployment,
  primaryDeployment,
  whyStopped,
} from "../aws/ecs";
import { lastLines } from "../aws/logs";
import type { Service } from "@aws-sdk/client-ecs";
import type { DeploymentSettings } from "../environments/options";
import { complete } from "../environments/settings";
import { names, type Component } from "../names";
import { ActionRequired, PlueError } from "../process/errors";
import { onInterrupt } from "../process/interrupt";
import { say } from "../terminal/output";
import { waitFor, type Look } from "../terminal/wait";
import type { Environment } from "./environment";

/**
 * The description of a service by ECS.
 * @throws ActionRequired if the environment does not have the service
 */
export async function requireService(
  environment: Environment,
  component: Component,
): Promise<Service> {
  const { name, region } = environment;
  const service = await describeService(environment, component);
  if (service) return service;
  throw new ActionRequired(
    `${name} has no service ${names.task(name, component)} in ${region}`,
    `Deploy the environment first: \`plue deploy ${name}\`.`,
  );
}

/** Deployment strategy of a service; undefined if it is rolling. */
export function strategyOf(
  { settings }: Environment,
  { setting }: Component,
): DeploymentSettings | undefined {
  return setting === "migration" ? undefined : complete(settings)[setting].deployment;
}

/** Number of target groups of a service: two if its deployments move requests from one to the other. */
export function targetGroups(environment: Environment, component: Component): 1 | 2 {
  return strategyOf(environment, component) ? 2 : 1;
}

/**
 * Waits until the newest deployment of a service is stable: all of its tasks run, and no tasks of an older one.
 * @param timeout longest wait, in seconds, in addition to the bake times of blue/green and canary deployments
 * @param applied whether an apply has just registered the task definition that the service must run. @default false
 * @throws PlueError with the reason, the last events and the last log lines, if the deployment fails
 */
export async function waitUntilStable(
  environment: Environment,
  component: Component,
  timeout: number,
  { applied = false }: { readonly applied?: boolean } = {},
): Promise<void> {
  const { title, key } = component;
  onInterrupt(
    `ECS continues with the deployment of the ${title}: see \`plue status ${environment.name}\`.`,
  );
  const strategy = strategyOf(environment, component);
  const canaryMinutes = strategy?.strategy === "canary" ? strategy.canaryBakeTimeMinutes : 0;
  try {
    await waitFor({
      what: `The ${title}'s deployment`,
      timeout: timeout + 60 * ((strategy?.bakeTimeMinutes ?? 0) + canaryMinutes),
      advice: [],
      look: strategy
        ? () => lookAtShift(environment, component)
        : await rolling(environment, component, applied),
    });
    say(`The ${title} is stable.`);
  } catch (error) {
    if (!(error instanceof PlueError)) throw error;
    say(await failureReport(environment, component));
    throw new PlueError(error.message, {
      advice: [
        `Look further: \`plue doctor ${environment.name}\`, \`plue logs ${environment.name} ${key}\`.`,
        `Go back: \`plue rollback ${environment.name} ${key}\`.`,
      ],
    });
  }
}

/** Checks the newest rolling deployment. */
async function rolling(
  environment: Environment,
  component: Component,
  applied: boolean,
): Promise<() => Promise<Look<undefined>>> {
  const { title } = component;
  const ours = primaryDeployment(await requireService(environment, component))?.id;
  const family = names.task(environment.name, component);
  const registered = applied ? await describeTaskDefinition(environment, family) : undefined;
  return async () => {
    const service = await requireService(environment, component);
    const { deployments = [], runningCount, desiredCount } = service;
    const primary = primaryDeployment(service);
    const own = deployments.find(({ id }) => id === ours);
    // ECS may have rolled the deployment back while the apply waited for something else.
    const another = registered && primary?.taskDefinition !== registered.taskDefinitionArn;
    if (own?.rolloutState === "FAILED" || primary?.id !== ours || another) {
      // ECS drops a deployment that it has rolled back, but keeps its events.
      const event = service.events?.find(({ message }) =>
        another
          ? / deployment failed/.test(message ?? "")
          : message?.includes(`${ours}) deployment failed`),
      );
      const reason =
        (another ? undefined : own?.rolloutStateReason) ??
        event?.message ??
        primary?.rolloutStateReason;
      throw new PlueError(`the ${title}'s deployment failed: ${reason ?? "another replaced it"}`);
    }
    // In a crash loop all tasks run for a moment.
    const complete = own?.rolloutState === "COMPLETED" && deployments.length === 1;
    return complete && runningCount === desiredCount
      ? { done: undefined }
      : { waiting: `${deploymentState(service)}, ${own?.rolloutState ?? "no rollout state"}` };
  };
}

/** Checks a blue/green or canary deployment. ECS rolls it back by making the old deployment the newest. */
async function lookAtShift(
  environment: Environment,
  component: Component,
): Promise<Look<undefined>> {
  const [service, deployment] = await Promise.all([
    requireService(environment, component),
    newestServiceDeployment(environment, component),
  ]);
  const { status = "PENDING", statusReason, lifecycleStage } = deployment ?? {};
  // While there are two, the newest in the list may still be the previous one.
  const alone = service.deployments?.length === 1;
  const rolledBack = status === "ROLLBACK_SUCCESSFUL" && alone;
  if (rolledBack || status === "ROLLBACK_FAILED" || status === "STOPPED") {
    throw new PlueError(
      `the ${component.title}'s deployment failed: ${statusReason ?? "ECS gives no reason"}` +
        (rolledBack ? "; the previous tasks serve again" : ""),
    );
  }
  const { runningCount, desiredCount } = service;
  return status === "SUCCESSFUL" && alone && runningCount === desiredCount
    ? { done: undefined }
    : {
        waiting: [deploymentState(service), status, lifecycleStage].filter(Boolean).join(", "),
      };
}

/** Events, stop reasons and log lines that explain why a service does not become healthy. */
async function failureReport(environment: Environment, component: Component): Promise<string> {
  const serviceName = names.task(environment.name, component);
  const [{ events = [] }, stopped] = await Promise.all([
    requireService(environment, component),
    listTasks(environment, { serviceName }, "STOPPED"),
  ]);
  const group = names.logGroup(environment.name, component);
  // The log of a stopped task, or else of the newest running task that is not healthy.
  const task = newest(stopped) ?? newest(await listTasks(environment, { serviceName }, "RUNNING"));
  // ECS lists the stopped tasks of an hour, also those of earlier deployments.
  const alike = stopped.filter((one) => one.taskDefinitionArn === task?.taskDefinitionArn);
  const id = task?.taskArn?.split("/").at(-1);
  const stream = id === undefined ? undefined : names.logStream(component, id);
  const lines = stream === undefined ? [] : await lastLines(environment, group, stream, 20);
  return [
    "",
    ...section(
      "The service's last events",
      events.slice(0, 5).map(({ message }) => message ?? ""),
    ),
    ...section("Why tasks stopped", [...new Set(byAge(alike).slice(0, 5).map(whyStopped))]),
    ...section(`The last lines in ${group}${stream === undefined ? "" : `, ${stream}`}`, lines),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...(lines.length > 0 ? lines : ["(none)"]).map((line) => `  ${line}`), ""];
}
