import { billText, changeText } from "../../cost/report";
import { costIf, costOf } from "../../operations/inspect/cost";
import { data, json, next } from "../../terminal/output";
import { argument, collect, Command, option, type Context } from "../command";

/** `plue cost`. */
export const command = ({ projectDir }: Context) =>
  new Command("cost")
    .summary("show the monthly price, also with other settings")
    .description(
      "Show the monthly price of the environment by part, or with --if the price with other settings. The price is computed from the synthesized stack, the usage in src/environments/usage.ts and the prices in src/cost/prices.json. Needs no login.",
    )
    .addArgument(argument.environment())
    .option(
      "--if <setting=value>",
      "compute with another setting, such as apiServer.minCapacity=4 or usage.natGigabytes=500 (repeatable)",
      collect,
    )
    .addOption(option.json())
    .action(async (settings, { if: changes, json: asJson }) => {
      if (changes !== undefined) {
        const { cost, remarks } = await costIf(settings, changes, projectDir);
        if (asJson) return json(cost);
        return data([changeText(cost), "", ...remarks].join("\n"));
      }
      const { cost, remarks } = await costOf(settings, projectDir);
      if (asJson) return json(cost);
      data([billText(cost), "", ...remarks].join("\n"));
      const { name, apiServer } = settings;
      next(
        `\`plue cost ${name} --if apiServer.maxCapacity=${apiServer.maxCapacity + 2}\` shows what that would cost.`,
      );
    });
