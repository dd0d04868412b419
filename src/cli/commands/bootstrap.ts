import { argument, Command, option, type Context } from "../command";
import { bootstrap } from "../../operations/setup/bootstrap";
import { openEnvironment } from "../../operations/environment";
import { synthesizeStack } from "../../operations/terraform";
import { data, json, next, table } from "../../terminal/output";

/** `plue bootstrap`. */
export const command = ({ projectDir }: Context) =>
  new Command("bootstrap")
    .summary("create or repair the state's bucket and lock table")
    .description(
      "Create the bucket of Terraform's state (versioned, encrypted, not public, TLS only, old versions expire) and its lock table (on demand, point-in-time recovery, deletion protection). If they exist, report and repair differences. The command never reads or writes a state.",
    )
    .addArgument(argument.environment())
    .option("--check", "only report; exit code 1 if something is missing or wrong")
    .addOption(option.json())
    .action(async (settings, { check = false, json: asJson }) => {
      const environment = await openEnvironment(settings, projectDir);
      const { name, accountId } = environment;
      const { backend } = await synthesizeStack(environment);
      const findings = await bootstrap(backend, { accountId, check });
      if (asJson) json(findings);
      else {
        const rows = findings.map(({ object, property, result }) => [object, property, result]);
        data(table(["object", "property", "result"], rows));
      }
      const wrong = findings.some(({ result }) => result === "missing" || result === "wrong");
      next(
        wrong
          ? `\`plue bootstrap ${name}\` without --check creates and repairs this.`
          : `\`plue images ${name} --source PATH\` builds the images.`,
      );
      if (wrong) process.exitCode = 1;
    });
