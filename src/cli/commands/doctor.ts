import { argument, Command, option, type Context } from "../command";
import { runChecks } from "../../operations/inspect/doctor";
import { openEnvironment } from "../../operations/environment";
import { showIfSlow } from "../../terminal/steps";
import { showChecks } from "../show-checks";

/** `plue doctor`. */
export const command = ({ projectDir }: Context) =>
  new Command("doctor")
    .summary("find out why something fails")
    .description(
      "Check what can keep Plue from running: quotas, images, log groups, security groups, roles, secret, database, file system, services, targets. Print each check with the fix. Exit code 1 if a check fails.",
    )
    .addArgument(argument.environment())
    .addOption(option.json())
    .action(async (settings, { json: asJson }) => {
      const environment = await openEnvironment(settings, projectDir);
      showChecks(
        await showIfSlow(`Checking ${environment.name}`, runChecks(environment)),
        asJson,
        "begin with the first failure: it may explain the others.",
        `\`plue status ${environment.name}\` shows how it runs.`,
      );
    });
