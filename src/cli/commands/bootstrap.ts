import { makeLockTable } from "../../operations/bootstrap/lock-table";
import { openEnvironment } from "../../operations/environment";
import { environmentArgument, jsonOption, type Configure } from "../options";
import { data, json, next, table } from "../../terminal/output";
import { makeStateBucket } from "../../operations/bootstrap/state-bucket";
import { synthesize } from "../../terraform/stack";
import type { EnvironmentSettings } from "../../environments/settings";

interface BootstrapOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `plue bootstrap`. */
export const configure: Configure = (command, { projectDir }) => {
  command
    .addArgument(environmentArgument())
    .description(
      "Make what Terraform keeps its state in: the bucket (versioned, encrypted, not public, TLS only, old versions expire) and the lock table (on demand, recovery, deletion protection). Run again, it repairs what is not as it should be. It never touches a state.",
    )
    .option("--check", "only report; exit code 1 if something is missing or wrong")
    .addOption(jsonOption())
    .action(
      async (settings: EnvironmentSettings, { check = false, json: asJson }: BootstrapOptions) => {
        const environment = await openEnvironment(settings, projectDir);
        const { backend } = await synthesize(environment);
        const findings = [
          ...(await makeStateBucket(backend, environment.accountId, check)),
          ...(await makeLockTable(backend, check)),
        ];
        if (asJson) json(findings);
        else {
          data(
            table(
              ["object", "property", "result"],
              findings.map(({ object, property, result }) => [object, property, result]),
            ),
          );
        }
        const wrong = findings.some(({ result }) => result === "missing" || result === "wrong");
        next(
          wrong
            ? `\`plue bootstrap ${environment.name}\` without --check makes and repairs this.`
            : `\`plue images ${environment.name} --source PATH\` builds the images.`,
        );
        if (wrong) process.exitCode = 1;
      },
    );
};
