import { PriceList } from "../../aws/price-list";
import { PRICES_FILE, readPrices, regionsOf } from "../../cost/prices";
import { renewPrices, writePrices } from "../../operations/setup/prices";
import { count, data, json, next, table } from "../../terminal/output";
import { Steps } from "../../terminal/steps";
import { collect, Command, Option, option, region as regionCode, type Context } from "../command";

/** `plue prices`. */
export const command = ({ projectDir }: Context) =>
  new Command("prices")
    .summary("renew the prices from AWS's price list")
    .description(
      `Renew ${PRICES_FILE} from AWS's price list, and print what has changed. Needs credentials that may call pricing:GetProducts, which is free of charge.`,
    )
    .addOption(
      new Option(
        "--region <region>",
        "a region to ask for (repeatable; default: those in the file)",
      ).argParser((given, before?: string[]) => collect(regionCode(given), before)),
    )
    .option("--check", "only report; exit code 1 if a price has changed")
    .addOption(option.json())
    .action(async ({ region: given, check = false, json: asJson }) => {
      const old = readPrices(projectDir);
      const regions = [...new Set(given ?? regionsOf(old))];
      const list = new PriceList();
      const today = new Date().toISOString().slice(0, 10);
      const { prices, findings } = await new Steps().run(
        `Asking AWS for the prices of ${regions.join(", ")}`,
        (note) =>
          renewPrices(
            old,
            regions,
            (query) => list.priceOf(query),
            today,
            (done, all) => note(`${done} of ${all}`),
          ),
      );
      const notable = findings.filter(({ result }) => result !== "same");
      if (asJson) json(findings);
      else if (notable.length > 0) {
        data(
          table(
            ["price", "region", "before", "now", "result"],
            notable.map((one) => [one.price, one.region, one.before, one.now, one.result]),
          ),
        );
      }
      const changed = findings.filter(({ result }) => result === "changed" || result === "new");
      if (!check) writePrices(projectDir, prices);
      if (check && changed.length > 0) process.exitCode = 1;
      const what = count(changed.length, "price has", "prices have");
      next(
        check
          ? `${what} changed; \`plue prices\` writes them down.`
          : `${what} changed: see \`git diff ${PRICES_FILE}\`, then run \`npm run docs\`.`,
      );
    });
