import { argument, Command, option, type Context } from "../command";
import { destroy } from "../../operations/deploy/destroy";
import { openEnvironment } from "../../operations/environment";
import { data, json, next, table } from "../../terminal/output";

/** `plue destroy`. */
export const command = ({ projectDir }: Context) =>
  new Command("destroy")
    .summary("delete the environment and its data")
    .description(
      "List the data that will be lost, ask for the name of the environment, remove the deletion protections, destroy everything, and report remaining resources.",
    )
    .addArgument(argument.environment())
    .addOption(option.var())
    .addOption(option.varFile())
    .addOption(option.verbose())
    .addOption(option.yes())
    .addOption(option.json())
    .action(async (settings, options) => {
      const environment = await openEnvironment(settings, projectDir, options);
      const left = await destroy(environment, options);
      if (options.json) json(left);
      else if (left.length > 0) {
        const rows = left.map(({ arn, reason }) => [arn, reason]);
        data(table(["left on purpose", "why"], rows));
      }
      next(`\`plue deploy ${environment.name}\` creates the environment again.`);
    });
