import {
  byAge,
  deploymentState,
  describeService,
  listTasks,
  newest,
  newestServiceDeployment,
  primaryDeployment,
  whyStopped,
} from "../aws/ecs";
import { lastLines } from "../aws/logs";
import type { Service } from "@aws-sdk/client-ecs";
import type { DeploymentSettings } from "../environments/options";
import { names, type Component } from "../names";
import { ActionRequired, PlueError } from "../process/errors";
import { onInterrupt } from "../process/interrupt";
import { say } from "../terminal/output";
import { waitFor, type Look } from "../terminal/wait";
import type { Environment } from "./environment";

/**
 * A service as ECS describes it.
 * @throws ActionRequired if the environment has none
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

/** The strategy of a service's deployments, where it is not rolling. */
export function strategyOf(
  { settings }: Environment,
  { setting }: Component,
): DeploymentSettings | undefined {
  return setting === "migration" ? undefined : settings[setting].deployment;
}

/** How many target groups a service has: a second one where deployments go from one to the other. */
export function targetGroups(environment: Environment, component: Component): 1 | 2 {
  return strategyOf(environment, component) ? 2 : 1;
}

/**
 * Waits until the newest deployment of a service is stable: all of its tasks run, and none of an
 * older one.
 * @param timeout longest wait, in seconds; the minutes for which blue/green and canary deployments wait
 * by their settings come on top
 * @throws PlueError with the reason, the last events and the last log lines, if it is given up
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
  const strategy = strategyOf(environment, component);
  const { bakeTimeMinutes = 0, canaryBakeTimeMinutes = 10 } = strategy ?? {};
  const canaryMinutes = strategy?.strategy === "canary" ? canaryBakeTimeMinutes : 0;
  try {
    await waitFor({
      what: `The ${title}'s deployment`,
      timeout: timeout + 60 * (bakeTimeMinutes + canaryMinutes),
      advice: [],
      look: strategy
        ? () => lookAtShift(environment, component)
        : await rolling(environment, component),
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

/** Looks at the rolling deployment that is the newest now. */
async function rolling(
  environment: Environment,
  component: Component,
): Promise<() => Promise<Look<undefined>>> {
  const { title } = component;
  const ours = primaryDeployment(await requireService(environment, component))?.id;
  return async () => {
    const service = await requireService(environment, component);
    const { deployments = [], runningCount, desiredCount } = service;
    const primary = primaryDeployment(service);
    const own = deployments.find(({ id }) => id === ours);
    if (own?.rolloutState === "FAILED" || primary?.id !== ours) {
      const reason = own?.rolloutStateReason ?? primary?.rolloutStateReason;
      throw new PlueError(`the ${title}'s deployment failed: ${reason ?? "another replaced it"}`);
    }
    // In a crash loop as many tasks run as should, for a moment.
    const complete = own?.rolloutState === "COMPLETED" && deployments.length === 1;
    return complete && runningCount === desiredCount
      ? { done: undefined }
      : { waiting: `${deploymentState(service)}, ${own?.rolloutState ?? "no rollout state"}` };
  };
}

/** Looks at a blue/green or canary deployment, which ECS turns back by making the old one the newest. */
async function lookAtShift(
  environment: Environment,
  component: Component,
): Promise<Look<undefined>> {
  const [service, deployment] = await Promise.all([
    requireService(environment, component),
    newestServiceDeployment(environment, component),
  ]);
  const { status = "PENDING", statusReason, lifecycleStage } = deployment ?? {};
  // As long as there are two, the newest that is listed may be the one before ours.
  const alone = service.deployments?.length === 1;
  const turnedBack = status === "ROLLBACK_SUCCESSFUL" && alone;
  if (turnedBack || status === "ROLLBACK_FAILED" || status === "STOPPED") {
    throw new PlueError(
      `the ${component.title}'s deployment failed: ${statusReason ?? "ECS gives no reason"}` +
        (turnedBack ? "; the tasks from before serve" : ""),
    );
  }
  const { runningCount, desiredCount } = service;
  return status === "SUCCESSFUL" && alone && runningCount === desiredCount
    ? { done: undefined }
    : {
        waiting: [deploymentState(service), status, lifecycleStage].filter(Boolean).join(", "),
      };
}

/** What ECS and the containers say of a service that does not get healthy. */
async function failureReport(environment: Environment, component: Component): Promise<string> {
  const serviceName = names.task(environment.name, component);
  const [{ events = [] }, stopped] = await Promise.all([
    requireService(environment, component),
    listTasks(environment, { serviceName }, "STOPPED"),
  ]);
  const group = names.logGroup(environment.name, component);
  // Of a task that was stopped, or, where none was, of the newest that runs and is not healthy.
  const task = newest(stopped) ?? newest(await listTasks(environment, { serviceName }, "RUNNING"));
  const id = task?.taskArn?.split("/").at(-1);
  const stream = id === undefined ? undefined : names.logStream(component, id);
  const lines = stream === undefined ? [] : await lastLines(environment, group, stream, 20);
  return [
    "",
    ...section(
      "The service's last events",
      events.slice(0, 5).map(({ message }) => message ?? ""),
    ),
    ...section("Why tasks stopped", [...new Set(byAge(stopped).slice(0, 5).map(whyStopped))]),
    ...section(`The last lines in ${group}${stream === undefined ? "" : `, ${stream}`}`, lines),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...(lines.length > 0 ? lines : ["(none)"]).map((line) => `  ${line}`), ""];
}
