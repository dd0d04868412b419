import { openEnvironment } from "../../operations/environment";
import { runMigration } from "../../operations/migration";
import { environmentArgument, timeoutOption, type Configure } from "../options";
import { next } from "../../terminal/output";
import { Terraform } from "../../terraform/terraform";
import type { EnvironmentSettings } from "../../environments/settings";

/** `plue migrate`. */
export const configure: Configure = (command, { projectDir }) => {
  command
    .addArgument(environmentArgument())
    .description(
      "Run the migration task in the private subnets, print its log, wait for its end, and exit with the exit code of its container.",
    )
    .addOption(timeoutOption(1800))
    .action(async (settings: EnvironmentSettings, { timeout }: { timeout: number }) => {
      const environment = await openEnvironment(settings, projectDir);
      const terraform = await Terraform.open(environment);
      const code = await runMigration(environment, await terraform.outputs(), timeout);
      next(
        code === 0
          ? `\`plue status ${environment.name}\` shows how everything is.`
          : "correct the migration, push its image, deploy it with --migrate.",
      );
      process.exitCode = code;
    });
};
