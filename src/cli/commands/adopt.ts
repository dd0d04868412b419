import { argument, collect, Command, Option, option, type Context } from "../command";
import { adopt, checkAdoption, rollBackAdoption } from "../../operations/setup/adopt";
import { OLD_CODE_DESTROYS, report } from "../../operations/setup/adopt/report";
import { openEnvironment } from "../../operations/environment";
import { ActionRequired } from "../../process/errors";
import { data, json, next, say } from "../../terminal/output";

/** `plue adopt`. */
export const command = ({ projectDir }: Context) =>
  new Command("adopt")
    .summary("check, adopt, or give back the old project's state")
    .description(
      "Plan on the state of the old Terraform project and check the plan. Without --apply or --back " +
        "the command changes nothing. Exit code 0: safe; 2: a person must decide.",
    )
    .addArgument(argument.environment())
    .addOption(
      new Option(
        "--apply",
        "check, move the state to its own key, and apply; run it again after an interruption",
      ).conflicts("back"),
    )
    .option("--back", "return the state from before the adoption to the old project")
    .addOption(
      option.imageTag("--tag <tag>", "image tag of the API server and the web app, with --apply"),
    )
    .option(
      "--accept <address>",
      "agree to the unexpected changes of an object, with --apply (repeatable)",
      collect,
    )
    .addOption(option.var())
    .addOption(option.varFile())
    .addOption(option.yes())
    .addOption(option.json().conflicts(["apply", "back"]))
    .action(async (settings, { json: asJson, apply, back, ...options }) => {
      if (!apply && (options.tag ?? options.accept) !== undefined) {
        throw new ActionRequired("--tag and --accept need --apply");
      }
      const environment = await openEnvironment(settings, projectDir, options);
      const { name } = environment;
      if (back) {
        const { old, copy } = await rollBackAdoption(environment, options);
        return next(
          `the state is at ${old.key} as it was (copy: ${copy.key}). Plan and apply with the old code: docs/adopting.md, "Roll back".`,
        );
      }
      if (apply) {
        await adopt(environment, options);
        return next(
          `\`plue plan ${name}\` must be empty; then \`plue images ${name} --source PATH\`.`,
        );
      }
      const { verdict, sharesKey } = await checkAdoption(environment, options);
      if (asJson) json({ ...verdict, sharesKey });
      else {
        if (sharesKey) say(`\n${OLD_CODE_DESTROYS}`);
        data(report(name, verdict));
      }
      process.exitCode = verdict.safe ? 0 : 2;
      next(
        verdict.safe
          ? `build and push the images, then \`plue adopt ${name} --apply --tag TAG\`: docs/adopting.md.`
          : "docs/adopting.md explains what each of these can mean.",
      );
    });
