import { Command, environmentArgument, jsonOption, type Context } from "../command";
import { runChecks } from "../../operations/inspect/doctor";
import { openEnvironment } from "../../operations/environment";
import { showChecks } from "../show-checks";

/** `plue doctor`. */
export const command = ({ projectDir }: Context) =>
  new Command("doctor")
    .summary("find out why something does not work")
    .description(
      "Check what can keep Plue from running: images, log groups, security groups, roles, secret, database, file system, services, targets. Says what it saw and the fix; exit code 1 if a check fails.",
    )
    .addArgument(environmentArgument())
    .addOption(jsonOption())
    .action(async (settings, { json: asJson }) => {
      const environment = await openEnvironment(settings, projectDir);
      showChecks(
        await runChecks(environment),
        asJson,
        "begin with the fix of the first.",
        `all is well; \`plue status ${environment.name}\` shows how it runs.`,
      );
    });
