import { runChecks } from "../../operations/doctor/checks";
import { openEnvironment } from "../../operations/environment";
import { environmentArgument, jsonOption, type Configure } from "../options";
import { count, data, json, next } from "../../terminal/output";
import type { EnvironmentSettings } from "../../environments/settings";

/** `plue doctor`. */
export const configure: Configure = (command, { projectDir }) => {
  command
    .addArgument(environmentArgument())
    .description(
      "Check what can keep Plue from running: images, log groups, security groups, roles, secret, database, file system, services, targets. Says what it saw and the fix; exit code 1 if a check fails.",
    )
    .addOption(jsonOption())
    .action(async (settings: EnvironmentSettings, { json: asJson }: { json?: boolean }) => {
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
};
