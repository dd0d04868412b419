import {
  Command,
  environmentArgument,
  jsonOption,
  varFileOption,
  varOption,
  type Context,
} from "../command";
import { checkAdoption } from "../../operations/setup/adopt";
import { report } from "../../operations/setup/adopt/report";
import { openEnvironment } from "../../operations/environment";
import { data, json, next } from "../../terminal/output";

/** `plue adopt`. */
export const command = ({ projectDir }: Context) =>
  new Command("adopt")
    .summary("check whether the old state can be adopted safely")
    .description(
      "Plan on the state of the old Terraform project and check the plan. Nothing is changed. " +
        "Exit code 0: safe; 2: a person must decide.",
    )
    .addArgument(environmentArgument())
    .addOption(varOption())
    .addOption(varFileOption())
    .addOption(jsonOption())
    .action(async (settings, { json: asJson, ...variables }) => {
      const environment = await openEnvironment(settings, projectDir, variables);
      const verdict = await checkAdoption(environment, variables);
      if (asJson) json(verdict);
      else data(report(settings.name, verdict));
      process.exitCode = verdict.safe ? 0 : 2;
      next(
        verdict.safe
          ? "build and push the images, then apply: docs/adopting.md goes through it."
          : "docs/adopting.md explains what each of these can mean.",
      );
    });
