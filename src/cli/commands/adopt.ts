import {
  Command,
  environmentArgument,
  jsonOption,
  varFileOption,
  varOption,
  type Context,
} from "../command";
import { judgeAdoption } from "../../operations/setup/adopt";
import { report } from "../../operations/setup/adopt/report";
import { openEnvironment } from "../../operations/environment";
import { data, json, next } from "../../terminal/output";

/** `plue adopt`. */
export const command = ({ projectDir }: Context) =>
  new Command("adopt")
    .summary("judge the take-over of the old project's state")
    .description(
      "Plan on the state of the old Terraform project and judge the plan. Nothing is changed. " +
        "Exit code 0: safe; 2: a person must look.",
    )
    .addArgument(environmentArgument())
    .addOption(varOption())
    .addOption(varFileOption())
    .addOption(jsonOption())
    .action(async (settings, { json: asJson, ...variables }) => {
      const environment = await openEnvironment(settings, projectDir, variables);
      const verdict = await judgeAdoption(environment, variables);
      if (asJson) json(verdict);
      else data(report(settings.name, verdict));
      process.exitCode = verdict.safe ? 0 : 2;
      next(
        verdict.safe
          ? "build and push the images, then apply: docs/adopting.md goes through it."
          : "docs/adopting.md tells what each of these can mean.",
      );
    });
