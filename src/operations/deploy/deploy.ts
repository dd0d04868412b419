import { components, migrate, services } from "../../names";
import { PlueError } from "../../process/errors";
import { say } from "../../terminal/output";
import type { PlannedAction } from "../../terraform/plan";
import type { Output } from "../../terraform/terraform";
import type { VariableOptions } from "../../terraform/variables";
import { planAndApply } from "./apply";
import type { Environment } from "../environment";
import { runMigration } from "./migration";
import { readReview, refuseUnreviewed } from "./review";
import { waitUntilStable } from "../service";
import { openTerraform } from "../terraform";

/** What a plan is about; `plue plan` and `plue deploy` share it. */
export interface PlanOptions extends VariableOptions {
  /** Image tag of all three images. @default the one deployed last */
  readonly tag?: string;
  /** Modules that the plan is limited to. @default everything */
  readonly targetModule?: readonly string[];
}

/** How to deploy. */
export interface DeployOptions extends PlanOptions {
  /** Run the migrations before the services change. @default false */
  readonly migrate?: boolean;
  /** Answers every question. @default false */
  readonly yes?: boolean;
  /**
   * File with what was reviewed: nothing but that is applied, and without asking.
   * @default none: the user is asked
   */
  readonly reviewed?: string;
  /** Wait until the services are stable. */
  readonly wait: boolean;
  /** Longest wait for the services and for the migration, in seconds. */
  readonly timeout: number;
}

/** What became of a deployment. */
export interface Deployed {
  /** The stack's outputs; undefined if the migration failed and the services were not touched. */
  readonly outputs?: Record<string, Output>;
  /** The migration's exit code; 0 where none ran. */
  readonly migrationExitCode: number;
  /** Whether the migration task changed and was not run. */
  readonly migrationIsDue: boolean;
}

/** The modules that a migration needs and that no running service depends on the state of. */
const MIGRATION_MODULES = ["network", "database", "ecs_cluster", migrate.module];

/** The variables that the options stand for; a `--var` goes before `--tag`. */
export function planVariables({ tag, var: given = [], varFile }: PlanOptions): VariableOptions {
  const tags = tag ? components.map(({ tagVariable }) => `${tagVariable}=${tag}`) : [];
  return { var: [...tags, ...given], varFile };
}

/** Plans, asks, applies that very plan, and waits until the services are stable. */
export async function deploy(environment: Environment, options: DeployOptions): Promise<Deployed> {
  const { yes = false, timeout } = options;
  const terraform = await openTerraform(environment);
  const variables = planVariables(options);
  const targets = terraform.stack.addressesOf(options.targetModule ?? []);
  const reviewed = options.reviewed ? readReview(options.reviewed, environment.name) : undefined;
  if (reviewed) refuseUnreviewed(reviewed, (await terraform.plan({ variables, targets })).plan);

  if (options.migrate) {
    say("\nFirst what the migration needs, while the services stay as they are.");
    const before = terraform.stack.addressesOf(MIGRATION_MODULES);
    await planAndApply(environment, terraform, { variables, targets: before, yes, reviewed });
    const exitCode = await runMigration(environment, await terraform.outputs(), timeout);
    if (exitCode !== 0) return { migrationExitCode: exitCode, migrationIsDue: true };
    say("\nNow all the rest.");
  }

  const actions = await planAndApply(environment, terraform, { variables, targets, yes, reviewed });
  await waitForServices(environment, actions, options);
  return {
    outputs: await terraform.outputs(),
    migrationExitCode: 0,
    migrationIsDue: !options.migrate && startsTasks(actions, migrate.module),
  };
}

async function waitForServices(
  environment: Environment,
  actions: readonly PlannedAction[],
  { wait, timeout }: DeployOptions,
): Promise<void> {
  const deployed = services.filter(({ module }) => startsTasks(actions, module));
  if (deployed.length === 0 || !wait) return;
  if (environment.embedded) {
    say("An embedded AWS runs no tasks: not waiting for the services.");
    return;
  }
  const results = await Promise.allSettled(
    deployed.map((service) => waitUntilStable(environment, service, timeout)),
  );
  const failed = results.filter((result) => result.status === "rejected");
  if (failed.length > 0) {
    const reasons = failed.map(({ reason }) => reason as PlueError);
    throw new PlueError(reasons.map(({ message }) => message).join("\n"), {
      advice: reasons.flatMap(({ advice = [] }) => advice),
    });
  }
}

/** Whether a service or task definition of the module is among the actions. */
function startsTasks(actions: readonly PlannedAction[], module: string): boolean {
  return actions.some(
    (one) => one.module === module && /^aws_ecs_(service|task_definition)\./.test(one.address),
  );
}
