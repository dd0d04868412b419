import { Argument } from "@commander-js/extra-typings";
import { Command, option, type Context } from "../command";
import { checkSource, zigVersionOf } from "../../operations/setup/check-source";
import { showChecks } from "../show-checks";

/** `plue check-source`. */
export const command = ({ projectDir }: Context) =>
  new Command("check-source")
    .summary("check Plue's source for what the images and stacks need")
    .description(
      "Check Plue's source for what the images and stacks need, without running any of it. Print each check with the fix. Exit code 1 if a check fails. Needs no login.",
    )
    .addArgument(new Argument("<path>", "Plue's source"))
    .addOption(option.json())
    .action((path, { json: asJson }) => {
      showChecks(
        checkSource(path, zigVersionOf(projectDir)),
        asJson,
        "fix these before you build; docs/plue.md describes each.",
        `\`plue images ENV --source ${path}\` builds and pushes the images.`,
      );
    });
