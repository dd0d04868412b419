import { argument, Command, option, region as regionCode, type Context } from "../command";
import { planRecovery } from "../../operations/recovery/plan";
import { planText } from "../../operations/recovery/report";
import { data, json, next } from "../../terminal/output";
import { showIfSlow } from "../../terminal/steps";

/** `plue dr`. */
export const command = ({ projectDir }: Context) =>
  new Command("dr")
    .summary("plan recovery in another region")
    .description(
      "List the copies that the second region has of the environment, and print the steps that rebuild it there, with RPO, RTO and the monthly price. Changes nothing. Exit code 1 if a copy is missing.",
    )
    .addArgument(argument.action(["plan"]))
    .addArgument(argument.environment())
    .option(
      "--region <region>",
      "the second region (default: disasterRecovery.region in the settings)",
      regionCode,
    )
    .addOption(option.json())
    .action(async (_action, settings, { json: asJson, region }) => {
      const plan = await showIfSlow(
        `Looking for the copies of ${settings.name}`,
        planRecovery(settings, { projectDir, region }),
      );
      if (asJson) json(plan);
      else data(planText(plan));
      if (plan.missing.length > 0) {
        process.exitCode = 1;
        return next(
          `if ${plan.region} answers and no copy is in use yet, \`plue deploy ${settings.name}\` with disasterRecovery creates the missing copies; the first one takes hours.`,
        );
      }
      next("keep this output: its values are hard to find once the region is gone.");
    });
