import { costChange, costOfPlan, type CostChange } from "../../cost/change";
import { estimate, type Estimate } from "../../cost/estimate";
import { readPrices, regionsOf } from "../../cost/prices";
import { budgetText, changeText, dollars, pricesText } from "../../cost/report";
import { resourcesOfStack } from "../../cost/resources";
import { suppose, type Supposed } from "../../cost/what-if";
import type { PriceSection } from "../../diagram/plan-page";
import type { BudgetSettings, EnvironmentSettings } from "../../environments/settings";
import { usageOf } from "../../environments/usage";
import { ActionRequired } from "../../process/errors";
import { templateOf } from "../../stack/synthesize";
import { valuesIn, type PlanJson } from "../../terraform/plan";
import { readStack, Stack } from "../../terraform/stack";
import { regionOf, type Environment } from "../environment";

/** A month's bill, with its notes. */
export interface WithRemarks<T> {
  /** The bill, or its change. */
  readonly cost: T;
  /** One line each on the budget, if there is one, and on the prices. */
  readonly remarks: readonly string[];
}

interface Synthesized {
  readonly template: string;
  readonly bill: Estimate;
}

/** Estimates the monthly cost of an environment. It needs no AWS. */
export async function costOf(
  settings: EnvironmentSettings,
  projectDir: string,
): Promise<WithRemarks<Estimate>> {
  const { bill } = synthesizedBill(
    suppose(settings, []),
    await regionOf(settings, projectDir),
    projectDir,
  );
  return { cost: bill, remarks: remarks(bill, settings.budget, projectDir) };
}

/**
 * Estimates the monthly cost with other settings.
 *
 * @param changes `apiServer.minCapacity=4`, `usage.natGigabytes=500`
 * @throws ActionRequired if a change has no effect, or AWS would refuse it
 */
export async function costIf(
  settings: EnvironmentSettings,
  changes: readonly string[],
  projectDir: string,
): Promise<WithRemarks<CostChange>> {
  const asIs = suppose(settings, []);
  const supposed = suppose(settings, changes);
  const region = await regionOf(settings, projectDir);
  const elsewhere =
    supposed.settings.region === settings.region ? region : (supposed.settings.region ?? region);
  const before = synthesizedBill(asIs, region, projectDir);
  const after = synthesizedBill(supposed, elsewhere, projectDir);
  const { budget } = supposed.settings;
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  if (
    before.template === after.template &&
    same(asIs.usage, supposed.usage) &&
    same(settings.budget, budget)
  ) {
    throw new ActionRequired(
      `${changes.join(", ")} changes nothing in ${settings.name}`,
      "Is each the name of a setting in src/environments/settings.ts or src/environments/usage.ts,",
      "with another value than it has?",
    );
  }
  return {
    cost: costChange(before.bill, after.bill),
    remarks: remarks(after.bill, budget, projectDir),
  };
}

/** The properties of an environment that determine the price of its plan. */
export type PricedEnvironment = Pick<Environment, "settings" | "region" | "projectDir">;

/** Estimates how a plan of everything changes the monthly cost, for `plue plan`. */
export function planCost(environment: Environment, plan: PlanJson): WithRemarks<CostChange> {
  const stack = readStack(environment.stackDir).withValues(valuesIn(plan));
  return planCostOf(stack, environment, plan);
}

/** {@link planCost} for a stack with the values of the plan. */
export function planCostOf(
  stack: Stack,
  { settings, region, projectDir }: PricedEnvironment,
  plan: PlanJson,
): WithRemarks<CostChange> {
  const cost = costOfPlan(plan, stack, {
    region,
    usage: usageOf(settings.recovery?.of ?? settings.name),
    prices: readPrices(projectDir),
  });
  return { cost, remarks: remarks(cost.after, settings.budget, projectDir) };
}

/** {@link planCost} for a person. */
export function planCostText({ cost, remarks }: WithRemarks<CostChange>): string {
  return [changeText(cost), ...remarks].join("\n");
}

/** {@link planCost} for the page of a plan. */
export function priceSection({ cost, remarks }: WithRemarks<CostChange>): PriceSection {
  const { before, after, parts, difference } = cost;
  const unpriced = after.notPriced.map(({ what, why }) => `Not priced: ${what} (${why}).`);
  return {
    summary: `A month costs ${dollars(after.monthly)}, at most ${dollars(after.atMost)} when everything has scaled out; before, it cost ${dollars(before.monthly)}.`,
    head: ["Part", "Before, $", "After, $", "Difference, $"],
    rows: [
      ...parts.map((one) => [one.part, one.before, one.after, one.after - one.before]),
      ["Total", before.monthly, after.monthly, difference],
    ],
    notes: [...remarks, ...unpriced],
  };
}

function synthesizedBill(
  { settings, usage }: Supposed,
  region: string,
  projectDir: string,
): Synthesized {
  const template = templateOf(settings);
  const prices = readPrices(projectDir);
  if (!regionsOf(prices).includes(region)) {
    throw new ActionRequired(
      `there are no prices of ${region}`,
      `\`plue prices --region ${region}\` asks AWS for them.`,
    );
  }
  const bill = estimate(resourcesOfStack(new Stack(template)), { region, usage, prices });
  return { template: JSON.stringify(template), bill };
}

function remarks(
  bill: Estimate,
  budget: BudgetSettings | undefined,
  projectDir: string,
): readonly string[] {
  const line = budgetText(bill, budget);
  return [...(line ? [line] : []), pricesText(readPrices(projectDir), bill.region)];
}
