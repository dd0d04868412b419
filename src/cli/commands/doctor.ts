import { Command, environmentArgument, jsonOption, type Context } from "../command";
import { runChecks } from "../../operations/doctor";
import { openEnvironment } from "../../operations/environment";
import { count, data, json, next } from "../../terminal/output";

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
      const checks = await runChecks(environment);
      if (asJson) json(checks);
      else {
        for (const { check, result, saw, fix } of checks) {
          data(`${result.padEnd(8)} ${check}: ${saw}`);
          if (fix) data(`${" ".repeat(9)}fix: ${fix}`);
        }
      }
      const failed = checks.filter(({ result }) => result === "failed");
      next(
        failed.length > 0
          ? `${count(failed.length, "check")} failed: begin with the fix of the first.`
          : `all is well; \`plue status ${environment.name}\` shows how it runs.`,
      );
      if (failed.length > 0) process.exitCode = 1;
    });
