import { Argument } from "@commander-js/extra-typings";
import { Command, jsonOption, type Context } from "../command";
import { checkSource, zigVersionOf } from "../../operations/setup/check-source";
import { showChecks } from "../show-checks";

/** `plue check-source`. */
export const command = ({ projectDir }: Context) =>
  new Command("check-source")
    .summary("look whether Plue's source has what images and stacks need")
    .description(
      "Read a tree of Plue's source, without running any of it, and say what it lacks of what images and stacks need, with the line and the fix. Needs no login; exit code 1 if something is lacking.",
    )
    .addArgument(new Argument("<path>", "Plue's source"))
    .addOption(jsonOption())
    .action((path, { json: asJson }) => {
      showChecks(
        checkSource(path, zigVersionOf(projectDir)),
        asJson,
        "mend them before you build; docs/plue.md says what each is for.",
        `\`plue images ENV --source ${path}\` builds and pushes the images.`,
      );
    });
