import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The file of prices, from the project's directory. */
export const PRICES_FILE = "src/cost/prices.json";

/** The price of one unit of something. */
export interface Price {
  /** The unit, for example `hour` or `GB-month`. */
  readonly unit: string;
  /** AWS's code of the service in its price list. */
  readonly service?: string;
  /** The usage type in the price list, without the prefix of a region such as `EUC1-`. */
  readonly usageType?: string;
  /** Attributes that distinguish it from others of the same usage type. */
  readonly filters?: Readonly<Record<string, string>>;
  /** The attribute that holds the region. @default regionCode */
  readonly regionField?: string;
  /** Why AWS's price list cannot give it. */
  readonly why?: string;
  /** US dollars, without tax, by region. Where there are steps: the first one that costs anything. */
  readonly usd: Readonly<Record<string, number>>;
  /** When AWS's price list confirmed it, by region. @default never: a price that nobody has compared */
  readonly listed?: Readonly<Record<string, string>>;
}

/** The file of prices. */
export interface Prices {
  /** When the file was last changed, as `YYYY-MM-DD`. */
  readonly date: string;
  /** Where the prices that no list has confirmed come from. */
  readonly source: string;
  /** The currency. */
  readonly currency: "USD";
  /** The prices, by what they are for. */
  readonly prices: Readonly<Record<string, Price>>;
}

/** Reads the file of prices. */
export function readPrices(projectDir: string): Prices {
  return JSON.parse(readFileSync(join(projectDir, PRICES_FILE), "utf8")) as Prices;
}

/** The regions that have a price. */
export function regionsOf({ prices }: Prices): string[] {
  return [...new Set(Object.values(prices).flatMap(({ usd }) => Object.keys(usd)))];
}
