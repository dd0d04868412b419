import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPrices } from "../../../src/cost/prices";
import { billTable, pricesTable, totalsTable } from "../../../src/cost/tables";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import { costOf } from "../../../src/operations/cost";

const project = join(__dirname, "../../..");
const [devBill, productionBill] = [dev, production].map(
  (settings) => costOf({ ...settings, region: "us-east-1" }, project).cost,
);

/** What stands between `<!-- costs: NAME -->` and `<!-- /costs -->`. */
const blocks: Readonly<Record<string, string>> = {
  totals: totalsTable({ dev: devBill!, production: productionBill! }),
  dev: billTable(devBill!),
  production: billTable(productionBill!),
  prices: pricesTable(readPrices(project)),
};

test.each(["docs/costs.md", "README.md"])(
  "the tables of costs in %s are those of today",
  (page) => {
    const file = join(project, page);
    const text = readFileSync(file, "utf8");
    const renewed = text.replace(
      /(<!-- costs: (\w+) -->\n)[^]*?(<!-- \/costs -->)/g,
      (block, start: string, name: string, end: string) =>
        name in blocks ? `${start}\n${blocks[name]}\n\n${end}` : block,
    );
    if (process.env.WRITE_DOCS) writeFileSync(file, renewed);
    else expect(text).toBe(renewed);
  },
);

test("docs/costs.md has every table", () => {
  const text = readFileSync(join(project, "docs/costs.md"), "utf8");
  const found = [...text.matchAll(/<!-- costs: (\w+) -->/g)].map(([, name]) => name);
  expect(found.sort()).toEqual(Object.keys(blocks).sort());
});
