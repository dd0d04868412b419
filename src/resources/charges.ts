import type { Usage } from "../environments/usage";
import { count } from "../terminal/output";
import type { Resource } from "../terraform/stack";

/** A resource, as far as its price depends on it. */
export type PricedResource = Pick<Resource, "address" | "type" | "module" | "region" | "values">;

/** A charge, before its price is looked up. */
export interface Charge {
  /** The construct that it is for. */
  readonly part: string;
  /** The charge, in words. */
  readonly what: string;
  /** The key of its price in src/cost/prices.json. */
  readonly price: string;
  /** How many units a month. */
  readonly quantity: number;
  /** How many at most, when everything that scales by itself has scaled out. @default quantity */
  readonly atMost?: number;
}

/** The data that a rule can use beside the resources of its type. */
export interface RuleContext {
  /** The usage that no setting defines. */
  readonly usage: Usage;
  /** All resources of another type in the same region. */
  readonly of: (type: string) => readonly PricedResource[];
}

/** The charges for all resources of a type in one region. */
export type Rule = (
  resources: readonly PricedResource[],
  context: RuleContext,
) => readonly Charge[];

/** Hours of a month, as AWS Pricing Calculator counts them. */
export const HOURS_PER_MONTH = 730;

/** An argument as a number; 0 if there is none. */
export const number = (value: unknown): number => Number(value ?? 0) || 0;

/** An argument as a text. */
export const text = (value: unknown, fallback = ""): string =>
  typeof value === "string" ? value : fallback;

/** The construct that holds resources which are charged together. */
export const partOf = (resources: readonly PricedResource[]): string =>
  resources[0]?.module ?? "stack";

/** One price for each resource and month. */
export const each =
  (price: string, thing: string, perMonth = 1, things = `${thing}s`) =>
  (resources: readonly PricedResource[]): readonly Charge[] =>
    byModule(resources).map(([part, own]) => ({
      part,
      what: count(own.length, thing, things),
      price,
      quantity: own.length * perMonth,
    }));

/** One price for what is used of all resources together. */
export const byUsage =
  (price: string, what: string, quantity: (usage: Usage) => number): Rule =>
  (resources, { usage }) => [{ part: partOf(resources), what, price, quantity: quantity(usage) }];

/** The charges of several rules, in their order. */
export const allOf =
  (...rules: readonly Rule[]): Rule =>
  (resources, context) =>
    rules.flatMap((rule) => rule(resources, context));

/** Resources by the construct that holds them. */
export function byModule(resources: readonly PricedResource[]): [string, PricedResource[]][] {
  const modules = new Map<string, PricedResource[]>();
  for (const resource of resources) {
    modules.set(resource.module, [...(modules.get(resource.module) ?? []), resource]);
  }
  return [...modules];
}
