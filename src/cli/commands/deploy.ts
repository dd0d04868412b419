import { argument, Command, existingFile, option, type Context } from "../command";
import { deploy } from "../../operations/deploy/deploy";
import { openEnvironment } from "../../operations/environment";
import { data, json, next, table } from "../../terminal/output";
import { shownOutputs } from "../../terraform/terraform";

/** `plue deploy`. */
export const command = ({ projectDir }: Context) =>
  new Command("deploy")
    .summary("plan, ask, apply")
    .description(
      "Plan, show the plan by module, ask, apply that very plan, and wait until the services are stable. Prints the stack's outputs.",
    )
    .addArgument(argument.environment())
    .addOption(option.var())
    .addOption(option.varFile())
    .addOption(option.verbose())
    .addOption(option.tag())
    .addOption(option.targetModule())
    .option("--migrate", "run the migrations before the services change")
    .option(
      "--reviewed <file>",
      "apply without a prompt, only if the plan matches the review file",
      existingFile,
    )
    .option("--no-wait", "do not wait for the services")
    .addOption(option.timeout(1200, "longest wait for the services and for the migration"))
    .addOption(option.yes())
    .addOption(option.json())
    .action(async (settings, options) => {
      const environment = await openEnvironment(settings, projectDir, options);
      const { name } = environment;
      const { outputs, migrationExitCode, migrationIsDue } = await deploy(environment, options);
      if (!outputs) {
        process.exitCode = migrationExitCode;
        return next(
          "correct the migration, push its image, and deploy again with --migrate.",
          "The services were not touched.",
        );
      }
      const shown = shownOutputs(outputs);
      if (options.json) json(shown);
      else {
        const text = (value: unknown) =>
          typeof value === "string" ? value : JSON.stringify(value);
        const rows = Object.entries(shown).map(([name, value]) => [name, text(value)]);
        data(table(["output", "value"], rows));
      }
      next(
        ...(migrationIsDue ? [`\`plue migrate ${name}\` brings the database up to date.`] : []),
        ...(environment.embedded?.urls.slice(0, 1) ?? []).map((url) => `Plue answers at ${url}.`),
        `\`plue status ${name}\` shows the state of all parts.`,
      );
    });
