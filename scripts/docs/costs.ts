import { readPrices } from "../../src/cost/prices";
import { billTable, notPricedTable, pricesTable, totalsTable } from "../../src/cost/tables";
import { dev } from "../../src/environments/dev";
import { production } from "../../src/environments/production";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { costOf } from "../../src/operations/inspect/cost";

/** The tables of docs/costs.md, for us-east-1. The README contains the first of them too. */
export async function costTables(project: string): Promise<ReadonlyMap<string, string>> {
  const billOf = async (settings: EnvironmentSettings) =>
    (await costOf({ ...settings, region: "us-east-1" }, project)).cost;
  const [devBill, productionBill] = [await billOf(dev), await billOf(production)];
  return new Map([
    ["costs", totalsTable({ dev: devBill, production: productionBill })],
    ["not in it", notPricedTable([devBill, productionBill])],
    ["costs of dev", billTable(devBill)],
    ["costs of production", billTable(productionBill)],
    ["prices", pricesTable(readPrices(project))],
  ]);
}
