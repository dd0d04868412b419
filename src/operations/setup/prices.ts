import { join } from "node:path";
import type { ListedPrice, PriceQuery } from "../../aws/price-list";
import { PRICES_FILE, type Price, type Prices } from "../../cost/prices";
import { writeWhole } from "../../process/files";

/** One price in one region, before and after the update. */
export interface PriceFinding {
  /** Name of the price in src/cost/prices.json. */
  readonly price: string;
  /** The region. */
  readonly region: string;
  /** US dollars in the file before. */
  readonly before?: number;
  /** US dollars in the price list; the value before, if the list does not have the price. */
  readonly now?: number;
  /** Result of the comparison. */
  readonly result: "same" | "changed" | "new" | "not listed" | "several prices";
}

/**
 * Updates prices from AWS's price list. A price that is not in the list does not change.
 *
 * @param ask function that queries the price list
 * @param today date, as `YYYY-MM-DD`
 */
export async function renewPrices(
  old: Prices,
  regions: readonly string[],
  ask: (query: PriceQuery) => Promise<ListedPrice>,
  today: string,
  progress: (done: number, all: number) => void = () => {},
): Promise<{ prices: Prices; findings: PriceFinding[] }> {
  const prices: Record<string, Price> = { ...old.prices };
  const findings: PriceFinding[] = [];
  const wanted = Object.keys(prices).flatMap((id) => regions.map((region) => ({ id, region })));
  for (const [index, { id, region }] of wanted.entries()) {
    progress(index, wanted.length);
    const price = prices[id]!;
    const { service, usageType, regionField, filters } = price;
    if (service === undefined || usageType === undefined) continue;
    const before = price.usd[region];
    const answer = await ask({ service, usageType, region, regionField, filters });
    if ("problem" in answer) {
      findings.push({ price: id, region, before, now: before, result: answer.problem });
      continue;
    }
    const { usd } = answer;
    const result = before === undefined ? "new" : before === usd ? "same" : "changed";
    findings.push({ price: id, region, before, now: usd, result });
    prices[id] = {
      ...price,
      usd: { ...price.usd, [region]: usd },
      listed: { ...price.listed, [region]: today },
    };
  }
  return { prices: { ...old, date: today, prices }, findings };
}

/** Writes the file of prices atomically. */
export function writePrices(projectDir: string, prices: Prices): void {
  writeWhole(join(projectDir, PRICES_FILE), `${JSON.stringify(prices, null, 2)}\n`);
}
