import type { Command } from "commander";
import { planAndApply } from "../../operations/apply";
import { openEnvironment, type Environment } from "../../operations/environment";
import { CliError } from "../../process/errors";
import { runMigration } from "../../operations/migration";
import { components, migrate, services } from "../../names";
import {
  collect,
  environmentArgument,
  jsonOption,
  timeoutOption,
  variableOptions,
  yesOption,
  type Configure,
} from "../options";
import { data, json, next, say, table } from "../../terminal/output";
import type { PlannedAction } from "../../terraform/plan";
import { waitUntilStable } from "../../operations/service";
import { Terraform, type VariableOptions } from "../../terraform/terraform";
import type { Output } from "../../operations/local/deploy";
import type { EnvironmentSettings } from "../../environments/settings";

/** The options of `plue deploy`; `plue plan` shares some. */
export interface DeployOptions extends VariableOptions {
  readonly tag?: string;
  readonly targetModule?: readonly string[];
  readonly migrate?: boolean;
  readonly yes?: boolean;
  readonly wait: boolean;
  readonly timeout: number;
  readonly json?: boolean;
}

/** The modules that a migration needs and that no running service depends on the state of. */
const MIGRATION_MODULES = ["network", "database", "ecs_cluster", migrate.module];

/** The options that say what to deploy. */
export function targetOptions(command: Command): Command {
  return command
    .option("--tag <tag>", "image tag to deploy, of all three images")
    .option("--target-module <module>", "only this module (repeatable)", collect);
}

/** The variables that the options stand for; a `--var` goes before `--tag`. */
export function deployVariables({ tag, var: given = [], varFile }: DeployOptions): VariableOptions {
  const tags = tag ? components.map(({ tagVariable }) => `${tagVariable}=${tag}`) : [];
  return { var: [...tags, ...given], varFile };
}

/** `plue deploy`. */
export const configure: Configure = (command, { projectDir }) => {
  targetOptions(variableOptions(command.addArgument(environmentArgument())))
    .description(
      "Plan, show the plan by module, ask, apply that very plan, and wait until the services are stable. Prints the stack's outputs.",
    )
    .option("--migrate", "run the migrations before the services change")
    .option("--no-wait", "do not wait for the services")
    .addOption(timeoutOption(1200, "longest wait for the services and for the migration"))
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (settings: EnvironmentSettings, options: DeployOptions) => {
      const environment = await openEnvironment(settings, projectDir);
      const code = await deploy(environment, options);
      process.exitCode = code;
    });
};

async function deploy(environment: Environment, options: DeployOptions): Promise<number> {
  const { name } = environment;
  const { yes = false, timeout } = options;
  const terraform = await Terraform.open(environment);
  const variables = deployVariables(options);
  const targets = terraform.stack.addressesOf(options.targetModule ?? []);

  if (options.migrate) {
    say("\nFirst what the migration needs, while the services stay as they are.");
    const before = terraform.stack.addressesOf(MIGRATION_MODULES);
    await planAndApply(environment, terraform, { variables, targets: before, yes });
    const code = await runMigration(environment, await terraform.outputs(), timeout);
    if (code !== 0) {
      next(
        "correct the migration, push its image, and deploy again with --migrate.",
        "The services were not touched.",
      );
      return code;
    }
    say("\nNow all the rest.");
  }

  const actions = await planAndApply(environment, terraform, { variables, targets, yes });
  await waitForServices(environment, actions, options);
  print(await terraform.outputs(), options.json);
  next(
    ...(options.migrate || !changes(actions, migrate.module)
      ? []
      : [`\`plue migrate ${name}\` brings the database up to date.`]),
    `\`plue status ${name}\` shows how everything is.`,
  );
  return 0;
}

async function waitForServices(
  environment: Environment,
  actions: readonly PlannedAction[],
  { wait, timeout }: DeployOptions,
): Promise<void> {
  const deployed = services.filter(({ module }) => changes(actions, module));
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
    const reasons = failed.map(({ reason }) => reason as CliError);
    throw new CliError(reasons.map(({ message }) => message).join("\n"), {
      advice: reasons.flatMap(({ advice = [] }) => advice),
    });
  }
}

/** Whether a service or task definition of the module is among the actions. */
function changes(actions: readonly PlannedAction[], module: string): boolean {
  return actions.some(
    (one) => one.module === module && /^aws_ecs_(service|task_definition)\./.test(one.address),
  );
}

function print(outputs: Record<string, Output>, asJson = false): void {
  const values = Object.entries(outputs).map(
    ([name, { value, sensitive }]) => [name, sensitive ? "(sensitive)" : value] as const,
  );
  if (asJson) json(Object.fromEntries(values));
  else
    data(
      table(
        ["output", "value"],
        values.map(([name, value]) => [name, text(value)]),
      ),
    );
}

const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
