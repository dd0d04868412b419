import { argument, Command, option, type Context } from "../command";
import { openEnvironment, requireTasks } from "../../operations/environment";
import { runMigration } from "../../operations/deploy/migration";
import { openTerraform } from "../../operations/terraform";
import { next } from "../../terminal/output";

/** `plue migrate`. */
export const command = ({ projectDir }: Context) =>
  new Command("migrate")
    .summary("run the database migrations")
    .description(
      "Run the migration task in the private subnets, print its log, wait until it has ended, and end with the exit code of its container.",
    )
    .addArgument(argument.environment())
    .addOption(option.timeout(1800))
    .action(async (settings, { timeout }) => {
      const environment = await openEnvironment(settings, projectDir);
      requireTasks(environment);
      const terraform = await openTerraform(environment);
      const code = await runMigration(environment, await terraform.outputs(), timeout);
      next(
        code === 0
          ? `\`plue status ${environment.name}\` shows the state of all parts.`
          : "correct the migration, push its image, deploy it with --migrate.",
      );
      process.exitCode = code;
    });
