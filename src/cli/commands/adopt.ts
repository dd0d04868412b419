import { report } from "../../operations/adopt/report";
import { adoptedIn, judge } from "../../operations/adopt/verdict";
import { openEnvironment } from "../../operations/environment";
import { NeedsPerson } from "../../process/errors";
import { environmentArgument, jsonOption, variableOptions, type Configure } from "../options";
import { data, json, next } from "../../terminal/output";
import { Terraform, type VariableOptions } from "../../terraform/terraform";
import type { EnvironmentSettings } from "../../environments/settings";

/** `plue adopt`. */
export const configure: Configure = (command, { projectDir }) => {
  variableOptions(command.addArgument(environmentArgument()))
    .description(
      "Plan on the state of the old Terraform project and judge the plan. Nothing is changed. " +
        "Exit code 0: safe; 2: a person must look.",
    )
    .addOption(jsonOption())
    .action(
      async (
        settings: EnvironmentSettings,
        options: VariableOptions & { readonly json?: boolean },
      ) => {
        const { name, adopts } = settings;
        if (adopts === undefined) {
          throw new NeedsPerson(
            `${name} takes over no state of the old project`,
            `Set adopts in src/environments/${name}.ts if it should.`,
          );
        }
        const environment = await openEnvironment(settings, projectDir);
        const terraform = await Terraform.open(environment);
        const { plan } = await terraform.plan({ variables: options });
        const isAdopted = adoptedIn(terraform.stack, adopts);
        const verdict = judge(plan.resource_changes ?? [], isAdopted);
        if (options.json) json(verdict);
        else data(report(name, verdict));
        process.exitCode = verdict.safe ? 0 : 2;
        next(
          verdict.safe
            ? "build and push the images, then apply: docs/adopting.md goes through it."
            : "docs/adopting.md tells what each of these can mean.",
        );
      },
    );
};
