import type { Task } from "@aws-sdk/client-ecs";
import { listTasks } from "../../../aws/ecs";
import { names, services, type Component } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, unknown, type Check } from "./check";

/**
 * Beginning of the name of the container that GuardDuty adds to a task. Seen in `aws ecs describe-tasks`; AWS's
 * documentation does not give it.
 */
const AGENT = "aws-guardduty-agent-";

/** Checks that each running task has GuardDuty's agent, which a task gets only when it starts. */
export async function checkGuardDuty(environment: Environment): Promise<Check[]> {
  const { name, settings, embedded } = environment;
  if (!settings.ecsCluster.guardDutyAgent) return [];
  if (embedded) return [unknown("GuardDuty's agent", "the embedded AWS does not have it")];
  return Promise.all(
    services.map(async (component) => {
      const serviceName = names.task(name, component);
      return agentIn(await listTasks(environment, { serviceName }, "RUNNING"), name, component);
    }),
  );
}

/** Checks the tasks of a service. */
export function agentIn(tasks: readonly Task[], name: string, { key, title }: Component): Check {
  const watched = tasks.filter(({ containers = [] }) =>
    containers.some((one) => one.name?.startsWith(AGENT) && one.lastStatus === "RUNNING"),
  );
  const check = `GuardDuty's agent is in each task of the ${title}`;
  const saw = `in ${watched.length} of ${tasks.length}`;
  return watched.length === tasks.length
    ? ok(check, saw)
    : failed(check, saw, `switch on Runtime Monitoring in GuardDuty; plue restart ${name} ${key}`);
}
