import { components, migrate, services } from "../../names";
import { PlueError } from "../../process/errors";
import { say } from "../../terminal/output";
import type { PlannedAction } from "../../terraform/plan";
import type { Output } from "../../terraform/terraform";
import type { VariableOptions } from "../../terraform/variables";
import { planAndApply } from "./apply";
import { requireTasks, runsTasks, type Environment } from "../environment";
import { runMigration } from "./migration";
import { readReview, refuseUnreviewed } from "./review";
import { waitUntilStable } from "../service";
import { openTerraform } from "../terraform";

/** Options that `plue plan` and `plue deploy` share. */
export interface PlanOptions extends VariableOptions {
  /** Tag of all three images. @default the tag that was deployed last */
  readonly tag?: string;
  /** Modules to plan. @default everything */
  readonly targetModule?: readonly string[];
  /** Show all that Terraform prints. @default false */
  readonly verbose?: boolean;
}

/** Options of a deployment. */
export interface DeployOptions extends PlanOptions {
  /** Runs the migrations before the services change. @default false */
  readonly migrate?: boolean;
  /** Answers every prompt with yes. @default false */
  readonly yes?: boolean;
  /**
   * File with the reviewed plan: only the same plan is applied, without a prompt.
   * @default none: a prompt asks the user
   */
  readonly reviewed?: string;
  /** Waits until the services are stable. */
  readonly wait: boolean;
  /** Longest wait for the services and for the migration, in seconds. */
  readonly timeout: number;
}

/** Result of a deployment. */
export interface Deployed {
  /** The stack's outputs; undefined if the migration failed, so that the services did not change. */
  readonly outputs?: Record<string, Output>;
  /** The migration's exit code; 0 if none ran. */
  readonly migrationExitCode: number;
  /** True if the migration task changed and was not run. */
  readonly migrationIsDue: boolean;
}

/** Modules that a migration needs, and whose changes do not affect running services. */
const MIGRATION_MODULES = ["network", "database", "ecs_cluster", migrate.module];

/** Variables that the options set; `--var` has precedence over `--tag`. */
export function planVariables({ tag, var: given = [], varFile }: PlanOptions): VariableOptions {
  const tags = tag ? components.map(({ tagVariable }) => `${tagVariable}=${tag}`) : [];
  return { var: [...tags, ...given], varFile };
}

/** Plans, asks for confirmation, applies exactly that plan, and waits until the services are stable. */
export async function deploy(environment: Environment, options: DeployOptions): Promise<Deployed> {
  const { yes = false, timeout } = options;
  if (options.migrate) requireTasks(environment);
  const variables = planVariables(options);
  const { targetModule, verbose } = options;
  const terraform = await openTerraform(environment, { ...variables, targetModule, verbose });
  const targets = terraform.stack.addressesOf(targetModule ?? []);
  const reviewed = options.reviewed ? readReview(options.reviewed, environment.name) : undefined;
  if (reviewed) refuseUnreviewed(reviewed, (await terraform.plan({ variables, targets })).plan);

  if (options.migrate) {
    say("\nFirst step: the resources that the migration needs. The services do not change.");
    const before = terraform.stack.addressesOf(MIGRATION_MODULES);
    await planAndApply(environment, terraform, { variables, targets: before, yes, reviewed });
    const exitCode = await runMigration(environment, await terraform.outputs(), timeout);
    if (exitCode !== 0) return { migrationExitCode: exitCode, migrationIsDue: true };
    say("\nSecond step: everything else.");
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
  if (!runsTasks(environment)) {
    say(
      "No Docker engine runs the tasks of this embedded AWS, so there are no services to wait for.",
    );
    return;
  }
  const results = await Promise.allSettled(
    deployed.map((service) => waitUntilStable(environment, service, timeout, { applied: true })),
  );
  const failed = results.filter((result) => result.status === "rejected");
  if (failed.length > 0) {
    const reasons = failed.map(({ reason }) => reason as PlueError);
    throw new PlueError(reasons.map(({ message }) => message).join("\n"), {
      advice: reasons.flatMap(({ advice = [] }) => advice),
    });
  }
}

/** True if the actions contain a service or task definition of the module. */
function startsTasks(actions: readonly PlannedAction[], module: string): boolean {
  return actions.some(
    (one) => one.module === module && /^aws_ecs_(service|task_definition)\./.test(one.address),
  );
}
