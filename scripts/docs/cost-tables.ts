import type { Estimate } from "../../src/cost/estimate";
import { regionsOf, type Prices } from "../../src/cost/prices";
import { dollars } from "../../src/cost/report";

/** A table in Markdown; columns of amounts are aligned at the right. */
function markdown(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => (right.includes(index) ? "--:" : "---"));
  return [head, rule, ...rows].map(line).join("\n");
}

const number = (value: number) => String(+value.toFixed(value < 1 ? 3 : 1));

/** A bill, line by line: how much of what at which price. */
export function billTable({ lines, monthly, atMost }: Estimate): string {
  return markdown(
    ["part", "what", "quantity", "unit", "price", "a month", "at most"],
    [
      ...lines.map((line) => [
        `\`${line.part}\``,
        line.what,
        number(line.quantity),
        line.unit,
        `$${line.price}`,
        dollars(line.monthly),
        dollars(line.atMost),
      ]),
      ["**total**", "", "", "", "", `**${dollars(monthly)}**`, `**${dollars(atMost)}**`],
    ],
    [2, 4, 5, 6],
  );
}

/** The charges that bills leave out, and why. */
export function notPricedTable(bills: readonly Estimate[]): string {
  const all = new Map(
    bills.flatMap(({ notPriced }) => notPriced.map(({ what, why }) => [what, why])),
  );
  return markdown(["charge", "why"], [...all], []);
}

/**
 * Bills side by side, by part.
 * @param show amount as text. @default with cents
 */
export function totalsTable(
  bills: Readonly<Record<string, Estimate>>,
  show: (amount: number) => string = dollars,
): string {
  const all = Object.values(bills);
  const parts = [...new Set(all.flatMap(({ lines }) => lines.map(({ part }) => part)))].sort();
  const of = ({ lines }: Estimate, wanted: string) =>
    lines.reduce((sum, { part, monthly }) => (part === wanted ? sum + monthly : sum), 0);
  return markdown(
    ["part", ...Object.keys(bills)],
    [
      ...parts.map((part) => [`\`${part}\``, ...all.map((bill) => show(of(bill, part)))]),
      ["**total**", ...all.map(({ monthly }) => `**${show(monthly)}**`)],
      ["with all that scales by itself", ...all.map(({ atMost }) => show(atMost))],
    ],
    all.map((_, index) => index + 1),
  );
}

/** Every price by region; those that AWS's price list has not confirmed are marked. */
export function pricesTable(prices: Prices): string {
  const regions = regionsOf(prices);
  return markdown(
    ["price", "unit", "usage type in the price list", ...regions],
    Object.entries(prices.prices).map(([id, { unit, usageType, usd, listed = {} }]) => [
      `\`${id}\``,
      unit,
      usageType === undefined ? "not in it" : `\`${usageType}\``,
      ...regions.map((region) => {
        const price = usd[region];
        return price === undefined ? "" : `${price}${region in listed ? "" : " ?"}`;
      }),
    ]),
    regions.map((_, index) => index + 3),
  );
}
