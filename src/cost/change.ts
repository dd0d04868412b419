import { estimate, type Estimate, type EstimateOptions } from "./estimate";
import type { PlanJson } from "../terraform/plan";
import type { Stack } from "../terraform/stack";
import { resourcesOfPlan } from "./resources";

/** The effect of a change on a month's bill. */
export interface CostChange {
  /** The bill before. */
  readonly before: Estimate;
  /** The bill after. */
  readonly after: Estimate;
  /** US dollars a month, by part; parts that cost the same before and after are left out. */
  readonly parts: readonly {
    readonly part: string;
    readonly before: number;
    readonly after: number;
  }[];
  /** US dollars a month: positive if it becomes dearer. */
  readonly difference: number;
}

/** Less than this is rounding. */
const CENT = 0.005;

/** Compares two bills. */
export function costChange(before: Estimate, after: Estimate): CostChange {
  const of = ({ lines }: Estimate, wanted: string) =>
    lines.reduce((total, { part, monthly }) => (part === wanted ? total + monthly : total), 0);
  const parts = [...new Set([...before.lines, ...after.lines].map(({ part }) => part))]
    .sort()
    .map((part) => ({ part, before: of(before, part), after: of(after, part) }))
    .filter((part) => Math.abs(part.after - part.before) >= CENT);
  return { before, after, parts, difference: after.monthly - before.monthly };
}

/** The effect of a stack's plan on a month's bill. */
export function costOfPlan(plan: PlanJson, stack: Stack, options: EstimateOptions): CostChange {
  return costChange(
    estimate(resourcesOfPlan(plan, "before", stack), options),
    estimate(resourcesOfPlan(plan, "after", stack), options),
  );
}
