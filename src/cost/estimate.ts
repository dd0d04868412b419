import type { Usage } from "../environments/usage";
import type { Prices } from "./prices";
import type { PricedResource } from "../resources/charges";
import { kinds } from "../resources";

/** One line of a month's bill. */
export interface CostLine {
  /** The construct that it is for. */
  readonly part: string;
  /** The charge, in words. */
  readonly what: string;
  /** How much of it, in `unit`. */
  readonly quantity: number;
  /** For example `GB-month`. */
  readonly unit: string;
  /** US dollars for one unit. */
  readonly price: number;
  /** US dollars a month. */
  readonly monthly: number;
  /** US dollars a month when everything that scales by itself is at its largest. */
  readonly atMost: number;
}

/** A charge that is not in the bill. */
export interface NotPriced {
  /** A type of resource, or a kind of charge. */
  readonly what: string;
  /** The reason. */
  readonly why: string;
}

/** A month's bill. */
export interface Estimate {
  /** Region of the prices. */
  readonly region: string;
  /** The bill, by part. */
  readonly lines: readonly CostLine[];
  /** US dollars a month. */
  readonly monthly: number;
  /** US dollars a month when everything that scales by itself is at its largest. */
  readonly atMost: number;
  /** The charges that are not in the bill. */
  readonly notPriced: readonly NotPriced[];
}

/** The basis of an estimate. */
export interface EstimateOptions {
  /** Region of the prices. */
  readonly region: string;
  /** The usage that no setting defines. */
  readonly usage: Usage;
  /** The prices. */
  readonly prices: Prices;
}

/** Charges that a bill may contain and no estimate here does. */
const neverPriced: readonly NotPriced[] = [
  { what: "taxes, support plans", why: "they depend on the account" },
  { what: "free tiers, savings plans, credits", why: "they depend on the account; they lower it" },
  {
    what: "traffic between zones",
    why: "$0.01 a GB each way; nobody knows its volume before the first bill",
  },
  { what: "traffic between regions", why: "$0.02 a GB; only copies to a second region make it" },
  { what: "the state's bucket and lock table", why: "shared by all environments; cents" },
];

/** A month's bill for some resources. */
export function estimate(
  resources: readonly PricedResource[],
  { region, usage, prices }: EstimateOptions,
): Estimate {
  const lines: CostLine[] = [];
  const notPriced: NotPriced[] = [];
  for (const [where, own] of grouped(resources, (resource) => resource.region ?? region)) {
    const byType = grouped(own, ({ type }) => type);
    const of = (type: string) => byType.get(type) ?? [];
    for (const [type, ofType] of byType) {
      const rule = kinds.get(type)?.cost;
      if (rule === undefined) notPriced.push({ what: type, why: "src/resources has no such type" });
      if (typeof rule !== "function") continue;
      for (const charge of rule(ofType, { usage, of })) {
        const { part, what, price: id, quantity, atMost = quantity } = charge;
        if (quantity === 0 && atMost === 0) continue;
        const price = prices.prices[id];
        const usd = price?.usd[where];
        if (price === undefined || usd === undefined) {
          const why =
            price === undefined
              ? `src/cost/prices.json has no "${id}"`
              : `no price of ${where} yet: \`plue prices --region ${where}\` asks AWS`;
          notPriced.push({ what: `${part}: ${what}`, why });
          continue;
        }
        lines.push({
          part,
          what: where === region ? what : `${what} (${where})`,
          quantity,
          unit: price.unit,
          price: usd,
          monthly: quantity * usd,
          atMost: atMost * usd,
        });
      }
    }
  }
  lines.sort((a, b) => (a.part < b.part ? -1 : a.part > b.part ? 1 : 0));
  return {
    region,
    lines,
    monthly: sum(lines.map(({ monthly }) => monthly)),
    atMost: sum(lines.map(({ atMost }) => atMost)),
    notPriced: [...notPriced, ...neverPriced],
  };
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
