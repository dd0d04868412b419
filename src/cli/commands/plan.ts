import { openEnvironment } from "../../operations/environment";
import { next, json, data } from "../../terminal/output";
import { environmentArgument, jsonOption, variableOptions, type Configure } from "../options";
import { plannedActions, summarize } from "../../terraform/plan";
import { Terraform } from "../../terraform/terraform";
import { deployVariables, targetOptions, type DeployOptions } from "./deploy";
import type { EnvironmentSettings } from "../../environments/settings";

/** `plue plan`. */
export const configure: Configure = (command, { projectDir }) => {
  targetOptions(variableOptions(command.addArgument(environmentArgument())))
    .description("Show what a deploy would change, by module. Nothing is changed.")
    .addOption(jsonOption())
    .action(async (settings: EnvironmentSettings, options: DeployOptions) => {
      const environment = await openEnvironment(settings, projectDir);
      const terraform = await Terraform.open(environment);
      const { plan } = await terraform.plan({
        variables: deployVariables(options),
        targets: terraform.stack.addressesOf(options.targetModule ?? []),
      });
      const actions = plannedActions(plan, terraform.stack);
      if (options.json) json(actions);
      else data(summarize(actions));
      next(
        actions.length > 0
          ? `\`plue deploy ${environment.name}\` with the same options applies this.`
          : `nothing to deploy; \`plue status ${environment.name}\` shows how it is.`,
      );
    });
};
