import { InvalidArgumentError } from "commander";
import {
  actionArgument,
  Command,
  environmentArgument,
  jsonOption,
  Option,
  type Context,
} from "../command";
import { patterns } from "../../environments/patterns";
import { drill } from "../../operations/recovery/drill";
import { planRecovery } from "../../operations/recovery/plan";
import { drillText, planText } from "../../operations/recovery/report";
import { data, json, next } from "../../terminal/output";

/** `plue dr`. */
export const command = ({ projectDir }: Context) =>
  new Command("dr")
    .summary("tell or try the way back after the loss of a region")
    .description(
      "plan: ask the second region what it has of the environment, and tell how it would be rebuilt there, with RPO, RTO and the monthly price; changes nothing; exit code 1 if a copy is missing. drill: do it on an embedded AWS of its own, and remove that again; needs no AWS account.",
    )
    .addArgument(actionArgument(["plan", "drill"]))
    .addArgument(environmentArgument())
    .addOption(
      new Option(
        "--region <region>",
        "the second region (default: disasterRecovery.region in the settings)",
      ).argParser((given) => {
        if (!new RegExp(patterns.region).test(given)) {
          throw new InvalidArgumentError("Write the code of a region such as us-west-2.");
        }
        return given;
      }),
    )
    .addOption(jsonOption())
    .action(async (action, settings, { json: asJson, region }) => {
      if (action === "drill") {
        const done = await drill(settings, { projectDir, region });
        if (asJson) return json(done);
        data(drillText(done));
        return next(`\`plue dr plan ${settings.name}\` tells how it is done on AWS.`);
      }
      const plan = await planRecovery(settings, { projectDir, region });
      if (asJson) json(plan);
      else data(planText(plan));
      if (plan.missing.length > 0) {
        process.exitCode = 1;
        return next(
          `if ${plan.region} answers and nothing was taken over yet, \`plue deploy ${settings.name}\` with disasterRecovery makes what is missing; a first copy takes hours.`,
        );
      }
      next("keep this: it holds what is hard to find once the region is gone.");
    });
