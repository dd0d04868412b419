import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { describeTaskDefinition } from "../../../aws/ecs";
import { explain } from "../../../aws/errors";
import { components, names, type Component } from "../../../names";
import { ActionRequired } from "../../../process/errors";
import { runsTasks, type Environment } from "../../environment";
import { unknown, type Check, type Definitions } from "./check";
import { checkAccessLogs } from "./access-logs";
import { checkBackup } from "./backup";
import { checkCache } from "./cache";
import { checkCustomerKey } from "./customer-key";
import { checkDashboard } from "./dashboard";
import { checkDatabase } from "./database";
import { checkDisasterRecovery } from "./disaster-recovery";
import { checkFileSystem } from "./file-system";
import { checkGuardDuty } from "./guard-duty";
import { checkImages } from "./images";
import { checkLogGroups } from "./log-groups";
import { checkQuotas } from "./quotas";
import { checkRoles } from "./roles";
import { checkScaling } from "./scaling";
import { checkSecret } from "./secret";
import { checkSecurityGroups } from "./security-groups";
import { checkServices } from "./services";
import { checkTargets } from "./targets";
import { checkWaf } from "./waf";

/** All checks, ordered so that one failure explains the next. */
const CHECKS: readonly (readonly [
  what: string,
  run: (environment: Environment, definitions: Definitions) => Promise<Check[]>,
])[] = [
  ["quotas", checkQuotas],
  ["images", checkImages],
  ["log groups", checkLogGroups],
  ["security groups", checkSecurityGroups],
  ["roles", checkRoles],
  ["connection secret", checkSecret],
  ["database", checkDatabase],
  ["file system", checkFileSystem],
  ["services", checkServices],
  ["targets", checkTargets],
  // An option that is off has nothing to check.
  ["WAF", checkWaf],
  ["access logs", checkAccessLogs],
  ["scaling", checkScaling],
  ["customer key", checkCustomerKey],
  ["cache", checkCache],
  ["backups", checkBackup],
  ["disaster recovery", checkDisasterRecovery],
  ["dashboard", checkDashboard],
  ["GuardDuty", checkGuardDuty],
];

/** Checks that need running tasks, which an embedded AWS without a Docker engine does not have. */
const OF_TASKS = ["images", "services", "targets", "GuardDuty"];

/**
 * Runs every check.
 * @throws ActionRequired if the environment is not deployed
 */
export async function runChecks(environment: Environment): Promise<Check[]> {
  const definitions = await taskDefinitions(environment);
  const { name, region } = environment;
  if (definitions.size === 0) {
    const quotas = await checkQuotas(environment).catch(() => []);
    throw new ActionRequired(
      `${name} is not deployed in ${region}: there is no task definition`,
      ...quotas.flatMap(({ check, saw, fix }) =>
        fix ? [`The ${check} is ${saw}. Raise it first:`, `  ${fix}`] : [],
      ),
      `Deploy it: \`plue deploy ${name}\`.`,
    );
  }
  const results = await Promise.all(
    CHECKS.map(async ([what, run]) => {
      // A check that throws does not hide the others.
      const checks = await run(environment, definitions).catch((error: unknown) => [
        unknown(what, explain(error).message),
      ]);
      const withoutAny = !runsTasks(environment) && OF_TASKS.includes(what);
      return checks.map((check) => ({
        group: what,
        ...(withoutAny ? withoutTasks(check) : check),
      }));
    }),
  );
  return results.flat();
}

function withoutTasks(found: Check): Check {
  if (found.result !== "failed") return found;
  return unknown(found.check, `${found.saw}; no Docker engine runs this embedded AWS's tasks`);
}

async function taskDefinitions(environment: Environment): Promise<Definitions> {
  const found = new Map<Component, TaskDefinition>();
  for (const component of components) {
    const family = names.task(environment.name, component);
    const definition = await describeTaskDefinition(environment, family);
    if (definition) found.set(component, definition);
  }
  return found;
}
