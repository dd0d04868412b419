import { forceNewDeployment } from "../../aws/ecs";
import type { Component } from "../../names";
import { say } from "../../terminal/output";
import { requireTasks, type Environment } from "../environment";
import { requireService, waitUntilStable } from "../service";

/**
 * Replaces all tasks of a service with new tasks of the same task definition, and waits until it is stable.
 * @param timeout longest wait, in seconds
 */
export async function restart(
  environment: Environment,
  component: Component,
  timeout: number,
): Promise<void> {
  await requireService(environment, component);
  requireTasks(environment);
  await forceNewDeployment(environment, component);
  say(`A new deployment of the ${component.title} has started.`);
  await waitUntilStable(environment, component, timeout);
}
