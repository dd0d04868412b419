import type { PlanJson } from "../terraform/plan";

/** A resource, as far as its price depends on it. */
export interface Resource {
  /** Its Terraform address. */
  readonly address: string;
  /** Its Terraform type. */
  readonly type: string;
  /** The construct that holds it: a part of the bill. */
  readonly module: string;
  /** Its region, where a provider of its own says so. @default the environment's */
  readonly region?: string;
  /** Its arguments; what is not known yet is missing or an interpolation. */
  readonly values: Readonly<Record<string, unknown>>;
}

type Arguments = Readonly<Record<string, unknown>> & {
  readonly "//"?: { readonly metadata?: { readonly path?: string } };
  readonly count?: unknown;
  readonly provider?: unknown;
};

/** The parts of a synthesized stack, `cdk.tf.json`, that say what it is made of. */
export interface StackJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Arguments>>>>;
  readonly variable?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly provider?: Readonly<
    Record<string, readonly { readonly alias?: string; readonly region?: unknown }[]>
  >;
}

/** The resources of a synthesized stack; variables have their defaults. */
export function resourcesOfStack(stack: StackJson): Resource[] {
  return Object.entries(stack.resource ?? {}).flatMap(([type, byName]) =>
    Object.entries(byName).flatMap(([name, { "//": comment, count, provider, ...values }]) => {
      const [, module = "", ...rest] = (comment?.metadata?.path ?? "").split("/");
      return Array.from({ length: instances(count, stack) }, () => ({
        address: `${type}.${name}`,
        type,
        module: rest.length > 0 ? module : "stack",
        region: regionOf(provider, stack),
        values: resolve(values, stack) as Record<string, unknown>,
      }));
    }),
  );
}

/**
 * The resources before or after a plan.
 *
 * @param code the stack that was planned: it tells what the plan does not know yet
 */
export function resourcesOfPlan(
  plan: PlanJson,
  side: "before" | "after",
  code: readonly Resource[],
): Resource[] {
  const byAddress = new Map(code.map((resource) => [resource.address, resource]));
  return (plan.resource_changes ?? []).flatMap(({ address, mode, type, change }) => {
    const values = change[side];
    if (mode !== "managed" || values === null) return [];
    const own = byAddress.get(address.replace(/\[[^\]]*\]$/, ""));
    const known = side === "after" ? { ...own?.values, ...values } : values;
    const { module = "(removed)", region } = own ?? {};
    return [{ address, type, module, region, values: known }];
  });
}

/** The region of a provider such as `aws.recovery`. */
function regionOf(provider: unknown, stack: StackJson): string | undefined {
  if (typeof provider !== "string") return undefined;
  const [name = "", alias] = provider.split(".");
  const region = stack.provider?.[name]?.find((one) => one.alias === alias)?.region;
  const resolved = resolve(region, stack);
  return typeof resolved === "string" && !resolved.includes("$") ? resolved : undefined;
}

/** How many of a resource there are: a number, or a choice by a variable's default. */
function instances(count: unknown, stack: StackJson): number {
  if (count === undefined) return 1;
  if (typeof count === "number") return count;
  if (typeof count !== "string") return 1;
  const [, name, yes, no] = /^\$\{local\.(\w+) \? (\d+) : (\d+)\}$/.exec(count) ?? [];
  if (name === undefined) return 1;
  return Number(stack.variable?.[name]?.default === true ? yes : no);
}

/** Puts in what the stack itself tells: a variable's default, and a literal of another resource. */
function resolve(value: unknown, stack: StackJson, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, stack, depth));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, resolve(one, stack, depth)]),
    );
  }
  if (typeof value !== "string" || depth > 5) return value;
  const whole = /^\$\{([\w.]+)\}$/.exec(value)?.[1];
  if (whole !== undefined) {
    const found = lookUp(whole, stack);
    return found === undefined ? value : resolve(found, stack, depth + 1);
  }
  return value.replace(/\$\{([\w.]+)\}/g, (text, reference: string) => {
    const found = resolve(lookUp(reference, stack), stack, depth + 1);
    return ["string", "number", "boolean"].includes(typeof found) ? String(found) : text;
  });
}

function lookUp(reference: string, { resource, variable }: StackJson): unknown {
  const [type = "", name = "", attribute] = reference.split(".");
  // The stack's variables are read by locals of their names.
  if (attribute === undefined) return type === "local" ? variable?.[name]?.default : undefined;
  return resource?.[type]?.[name]?.[attribute];
}
