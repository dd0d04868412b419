import { readPrices } from "../../src/cost/prices";
import { dev } from "../../src/environments/dev";
import { production } from "../../src/environments/production";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { costOf } from "../../src/operations/inspect/cost";
import { billTable, notPricedTable, pricesTable, totalsTable } from "./cost-tables";

/** The tables of docs/costs.md, for us-east-1, and the first of them in whole dollars for the README. */
export async function costTables(
  project: string,
): Promise<{ readonly page: ReadonlyMap<string, string>; readonly readme: string }> {
  const billOf = async (settings: EnvironmentSettings) =>
    (await costOf({ ...settings, region: "us-east-1" }, project)).cost;
  const [devBill, productionBill] = [await billOf(dev), await billOf(production)];
  const bills = { dev: devBill, production: productionBill };
  const prices = readPrices(project);
  const readme = `${totalsTable(bills, (amount) => `$${Math.round(amount)}`)}

Prices of us-east-1, ${prices.date}.`;
  const page = new Map([
    ["costs", totalsTable(bills)],
    ["not in it", notPricedTable([devBill, productionBill])],
    ["costs of dev", billTable(devBill)],
    ["costs of production", billTable(productionBill)],
    ["prices", pricesTable(prices)],
  ]);
  return { page, readme };
}
