import { isDeepStrictEqual } from "node:util";
import { changedAttributes, type PlanJson, type ResourceChange } from "./plan";

/**
 * The meaning of a plan: its action on each resource, without secrets and without what differs between
 * two plans of the same. A reviewer approves one, and a later plan is held against it.
 */
export interface Review {
  /** Version of the format. */
  readonly format: 1;
  /** The environment. */
  readonly environment: string;
  /** The changed resources, in the order of the addresses. */
  readonly resources: readonly ReviewedResource[];
  /** The actions on outputs, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The change of one resource. */
export interface ReviewedResource {
  /** Its address. */
  readonly address: string;
  /** Terraform's actions, for example `delete, create`; `move` where only the address changes. */
  readonly actions: string;
  /** Its address before, where that is another. */
  readonly previousAddress?: string;
  /** The attributes that differ; of a new resource all of them, of one that goes its id. */
  readonly attributes: Readonly<Record<string, ReviewedAttribute>>;
}

/** One attribute before and after. */
export interface ReviewedAttribute {
  /** Before; missing for a new resource. */
  readonly before?: unknown;
  /** After; missing for a resource that goes. */
  readonly after?: unknown;
}

/** Stands for a secret: two of them look alike. */
export const SECRET = "(secret)";
/** Stands for what is known after the apply only. */
export const UNKNOWN = "(known after apply)";

type Masked = ResourceChange["change"] & {
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
};

/** The meaning of a plan. */
export function reviewOf(environment: string, plan: PlanJson): Review {
  const resources = (plan.resource_changes ?? []).flatMap((resource) => {
    const one = reviewedResource(resource);
    return one === undefined ? [] : [one];
  });
  const outputs = Object.entries(plan.output_changes ?? {})
    .map(([name, { actions }]) => [name, actions.join(", ")] as const)
    .filter(([, actions]) => actions !== "no-op");
  return {
    format: 1,
    environment,
    resources: resources.sort((a, b) => (a.address < b.address ? -1 : 1)),
    outputs: Object.fromEntries(outputs.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function reviewedResource(resource: ResourceChange): ReviewedResource | undefined {
  const { address, previous_address: previous, mode } = resource;
  const change: Masked = resource.change;
  const moved = previous !== undefined && previous !== address;
  const planned = change.actions.join(", ");
  const actions = planned === "no-op" && moved ? "move" : planned;
  if (mode !== "managed" || actions === "no-op") return undefined;
  const before = masked(change.before, change.before_sensitive, undefined);
  const after = masked(change.after, change.after_sensitive, change.after_unknown);
  const names =
    actions === "move"
      ? []
      : change.after === null
        ? ["id"]
        : change.before === null
          ? Object.keys(after)
          : changedAttributes(resource);
  return {
    address,
    actions,
    ...(moved && { previousAddress: previous }),
    attributes: Object.fromEntries(
      names.sort().map((name) => [
        name,
        {
          ...(change.before !== null && { before: before[name] ?? null }),
          ...(change.after !== null && { after: after[name] ?? null }),
        },
      ]),
    ),
  };
}

/** Puts words in the place of secrets and of what is not known yet. */
function masked(values: unknown, secret: unknown, unknown: unknown): Record<string, unknown> {
  return (mask(values ?? {}, secret, unknown) ?? {}) as Record<string, unknown>;
}

function mask(value: unknown, secret: unknown, unknown: unknown): unknown {
  if (unknown === true) return UNKNOWN;
  if (secret === true) return value === null || value === undefined ? value : SECRET;
  if (Array.isArray(value) || Array.isArray(unknown)) {
    const values = (value ?? []) as unknown[];
    const length = Math.max(values.length, Array.isArray(unknown) ? unknown.length : 0);
    return Array.from({ length }, (_, i) => mask(values[i], at(secret, i), at(unknown, i)));
  }
  if (typeof value === "object" || typeof unknown === "object") {
    if (value === null && !unknown) return null;
    const keys = new Set([...Object.keys(value ?? {}), ...Object.keys(unknown ?? {})]);
    return Object.fromEntries(
      [...keys].sort().map((key) => [key, mask(at(value, key), at(secret, key), at(unknown, key))]),
    );
  }
  return value;
}

function at(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

/**
 * In what a plan differs from the reviewed one, one line each: nothing if it means the same.
 *
 * A value that was not known at the review may be anything now.
 *
 * @param partial the plan may leave out what was reviewed: other modules, or what is already done
 */
export function deviations(
  reviewed: Review,
  planned: Review,
  { partial = false }: { readonly partial?: boolean } = {},
): string[] {
  const before = new Map(reviewed.resources.map((one) => [one.address, one]));
  const now = new Map(planned.resources.map((one) => [one.address, one]));
  const found: string[] = [];
  for (const [address, one] of now) {
    const approved = before.get(address);
    if (approved === undefined) found.push(`${address}: ${one.actions}, which nobody has reviewed`);
    else found.push(...resourceDeviations(approved, one));
  }
  const outputs = Object.entries(planned.outputs).filter(
    ([name, actions]) => reviewed.outputs[name] !== actions && !partial,
  );
  found.push(
    ...outputs.map(([name, actions]) => `output ${name}: ${actions}, which nobody has reviewed`),
  );
  if (!partial) {
    for (const [address, { actions }] of before) {
      if (!now.has(address)) found.push(`${address}: ${actions} was reviewed and is not planned`);
    }
    for (const [name, actions] of Object.entries(reviewed.outputs)) {
      if (!(name in planned.outputs)) {
        found.push(`output ${name}: ${actions} was reviewed and is not planned`);
      }
    }
  }
  return found;
}

function resourceDeviations(reviewed: ReviewedResource, planned: ReviewedResource): string[] {
  const { address } = planned;
  if (reviewed.actions !== planned.actions) {
    return [`${address}: ${planned.actions}, and ${reviewed.actions} was reviewed`];
  }
  if (reviewed.previousAddress !== planned.previousAddress) {
    return [
      `${address}: from ${planned.previousAddress}, and ${reviewed.previousAddress} was reviewed`,
    ];
  }
  const names = new Set([...Object.keys(reviewed.attributes), ...Object.keys(planned.attributes)]);
  return [...names].flatMap((name) => {
    const approved = reviewed.attributes[name];
    const now = planned.attributes[name];
    if (approved === undefined) {
      return [`${address}: ${name} becomes ${show(now?.after)}, which nobody has reviewed`];
    }
    // A value that was not known may turn out to be the old one.
    if (now === undefined) {
      return approved.after === UNKNOWN
        ? []
        : [`${address}: ${name} was to become ${show(approved.after)}, and stays as it is`];
    }
    if (!matches(approved.after, now.after)) {
      return [
        `${address}: ${name} becomes ${show(now.after)}, and ${show(approved.after)} was reviewed`,
      ];
    }
    if (!matches(approved.before, now.before)) {
      return [
        `${address}: ${name} is ${show(now.before)}, and was ${show(approved.before)} at the review`,
      ];
    }
    return [];
  });
}

/** True if a value is the reviewed one, where that was known. */
function matches(reviewed: unknown, now: unknown): boolean {
  if (reviewed === UNKNOWN) return true;
  if (Array.isArray(reviewed) && Array.isArray(now)) {
    return (
      reviewed.length === now.length && reviewed.every((value, index) => matches(value, now[index]))
    );
  }
  if (isRecord(reviewed) && isRecord(now)) {
    const keys = new Set([...Object.keys(reviewed), ...Object.keys(now)]);
    return [...keys].every((key) => matches(reviewed[key], now[key]));
  }
  return isDeepStrictEqual(reviewed, now);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
