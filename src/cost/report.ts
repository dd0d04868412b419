import { table } from "../terminal/output";
import type { CostChange } from "./change";
import type { Estimate } from "./estimate";
import type { Prices } from "./prices";

/** US dollars as a person writes them: `$12.50`. */
export function dollars(amount: number): string {
  const text = Math.abs(amount)
    .toFixed(2)
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${amount < 0 && text !== "0.00" ? "-" : ""}$${text}`;
}

/** A difference of US dollars, with its sign. */
function signed(amount: number): string {
  return amount >= 0 ? `+${dollars(amount)}` : dollars(amount);
}

/** A column of amounts, aligned at the right. */
function column(amounts: readonly string[]): string[] {
  const width = Math.max(...amounts.map(({ length }) => length));
  return amounts.map((amount) => amount.padStart(width));
}

/** A table whose last columns are amounts. */
function amounts(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  texts: number,
): string {
  const all = [head, ...rows];
  const columns = head.map((_, index) => {
    const cells = all.map((row) => row[index]!);
    return index < texts ? cells : column(cells);
  });
  const [first = [], ...rest] = all.map((_, row) => columns.map((cells) => cells[row]!));
  return table(first, rest);
}

/** A month's bill, line by line. */
export function billText({ lines, monthly, atMost, notPriced }: Estimate): string {
  return [
    amounts(
      ["part", "what", "a month", "at most"],
      [
        ...lines.map((line) => [line.part, line.what, dollars(line.monthly), dollars(line.atMost)]),
        ["total", "", dollars(monthly), dollars(atMost)],
      ],
      2,
    ),
    "",
    `A month costs ${dollars(monthly)}; what scales by itself adds ${dollars(atMost - monthly)} at most.`,
    "",
    "Not in it:",
    ...notPriced.map(({ what, why }) => `  ${what}: ${why}`),
  ].join("\n");
}

/** The effect of a change on a month's bill: before, after and the difference, by part. */
export function changeText({ before, after, parts, difference }: CostChange): string {
  const row = (part: string, from: number, to: number) => [
    part,
    dollars(from),
    dollars(to),
    signed(to - from),
  ];
  const known = new Set(before.notPriced.map(({ what }) => what));
  const unpriced = after.notPriced.filter(({ what }) => !known.has(what));
  return [
    ...(parts.length === 0
      ? []
      : [
          amounts(
            ["part", "before", "after", "difference"],
            [
              ...parts.map((part) => row(part.part, part.before, part.after)),
              row("total", before.monthly, after.monthly),
            ],
            1,
          ),
          "",
        ]),
    [
      parts.length === 0
        ? `Price: ${dollars(after.monthly)} a month, as before`
        : `Price: ${dollars(after.monthly)} a month, ${dollars(before.monthly)} before (${signed(difference)})`,
      `; what scales by itself adds ${dollars(after.atMost - after.monthly)} at most.`,
    ].join(""),
    ...unpriced.map(({ what, why }) => `Not priced: ${what}: ${why}`),
  ].join("\n");
}

/**
 * Compares a bill with an environment's budget, in words.
 *
 * @returns undefined where there is no budget
 */
export function budgetText(
  { monthly, atMost }: Estimate,
  budget: { readonly monthlyDollars: number } | undefined,
): string | undefined {
  if (budget === undefined) return undefined;
  const limit = dollars(budget.monthlyDollars);
  if (monthly > budget.monthlyDollars) {
    return `Budget: ${limit} a month is passed by ${dollars(monthly - budget.monthlyDollars)}.`;
  }
  if (atMost > budget.monthlyDollars) {
    return `Budget: within ${limit} a month; at its largest it passes it by ${dollars(atMost - budget.monthlyDollars)}.`;
  }
  return `Budget: within ${limit} a month, even at its largest.`;
}

/** How old the prices are, and which of them no price list has confirmed. */
export function pricesText({ date, prices }: Prices, region: string): string {
  const of = Object.values(prices).filter(({ usd }) => region in usd);
  const listed = of.filter(({ listed = {} }) => region in listed).length;
  const confirmed =
    listed === 0
      ? "none of them compared with AWS's price list"
      : listed === of.length
        ? "all from AWS's price list"
        : `${listed} of ${of.length} from AWS's price list`;
  return `List prices of ${region} in US dollars, as of ${date}, ${confirmed}; 730 hours a month.`;
}
