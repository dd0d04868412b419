/**
 * Parts of the schemas of the settings. Descriptions are TSDoc comments on a schema's
 * properties: editors show them on hover, and docs/reference.md is generated from them.
 */
import { closest, distance } from "fastest-levenshtein";
import * as v from "valibot";
import { limits } from "../limits";
import { parseCidr } from "./cidr";
import { patterns } from "./patterns";

/** A schema of any kind. */
export type Schema = v.GenericSchema;

/** The same type, with everything in it read-only. */
export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

/** The settings as a user writes them: those with a default may be left out. */
export type Given<S extends Schema> = Immutable<v.InferInput<S>>;

/** The settings with every default filled in. */
export type Complete<S extends Schema> = Immutable<v.InferOutput<S>>;

/** Path of a setting below its environment: keys and indices. */
export type Path = readonly (string | number)[];

/** A group of settings, whose other keys are faults, and whose missing keys are reported as what they must be. */
export function group<const Entries extends v.ObjectEntries>(entries: Entries) {
  const base = v.object(entries, `must be a group of settings: ${Object.keys(entries).join(", ")}`);
  const blank = Object.fromEntries(Object.keys(entries).map((key) => [key, undefined]));
  const run: (typeof base)["~run"] = (dataset, config) => {
    const { value: input } = dataset;
    if (!isRecord(input)) return base["~run"](dataset, config);
    const result = base["~run"]({ value: { ...blank, ...input } }, config);
    for (const key of Object.keys(input).filter((name) => !Object.hasOwn(entries, name))) {
      const context = { ...base, message: strange(key, Object.keys(entries)) };
      v._addIssue(context, "key", result, config, {
        input: input[key],
        expected: "never",
        path: [{ type: "object", origin: "key", input, key, value: input[key] }],
      });
    }
    return result;
  };
  return { ...base, "~run": run };
}

/** Advice about an unknown name. @param kind what the name should be, such as `a setting` */
export function strange(name: string, known: readonly string[], kind = "a setting"): string {
  const near = known.filter((one) => {
    const [given, other] = [name.toLowerCase(), one.toLowerCase()];
    return distance(given, other) <= Math.max(1, other.length / 3);
  });
  return near.length > 0
    ? `is not ${kind}: did you mean ${closest(name, near)}?`
    : `is not ${kind}: there are ${known.join(", ")}`;
}

/**
 * A rule between settings. It is skipped while one of the settings that it reads is missing or of another type,
 * and never reports a setting that has a fault already.
 *
 * @param reads the settings that the rule reads, as dotted paths
 */
export function rule<Settings>(
  reads: readonly string[],
  check: (settings: Settings, report: (path: Path, fix: string) => void) => void,
) {
  return v.rawCheck<Settings>(({ dataset, addIssue }) => {
    const faulty = (dataset.issues ?? []).map((issue) => ({
      path: v.getDotPath(issue) ?? "",
      typed: issue.kind !== "schema",
    }));
    const within = (path: string, other: string) => path === other || path.startsWith(`${other}.`);
    if (
      faulty.some(
        ({ path, typed }) => !typed && reads.some((one) => within(path, one) || within(one, path)),
      )
    )
      return;
    check(dataset.value as Settings, (path, fix) => {
      if (faulty.some((one) => one.path === path.join("."))) return;
      let value: unknown = dataset.value;
      const items = path.map((key) => {
        const input = value as Record<string, unknown>;
        value = input?.[key];
        return { type: "object", origin: "value", input, key: key as string, value } as const;
      });
      addIssue({ message: fix, input: value, path: items as unknown as [(typeof items)[number]] });
    });
  });
}

/** A whole number. */
export function whole(
  min: number,
  max: number,
  fix = `must be a whole number from ${min} to ${max}`,
) {
  return v.pipe(v.number(fix), v.integer(fix), v.minValue(min, fix), v.maxValue(max, fix));
}

/** A number, with decimals. */
export function amount(
  min: number,
  max = Number.MAX_SAFE_INTEGER,
  fix = `must be a number of at least ${min}`,
) {
  return v.pipe(v.number(fix), v.minValue(min, fix), v.maxValue(max, fix));
}

/** One of some values. */
export function oneOf<const Values extends readonly (string | number)[]>(
  values: Values,
  prefix = "must be one of ",
) {
  return v.picklist(values, `${prefix}${values.join(", ")}`);
}

/** True or false. */
export const flag = v.boolean("must be true or false");

/** A text of some form. @param examples right ones; the first one is in the message unless `fix` has one */
export function text(pattern: RegExp, fix: string, ...examples: readonly [string, ...string[]]) {
  const message = fix.includes(examples[0]) ? fix : `${fix}, such as ${examples[0]}`;
  return v.pipe(v.string(message), v.regex(pattern, message), v.examples([...examples]));
}

/** A list. */
export function list<const Item extends Schema>(item: Item, min = 0, fix = "must be a list") {
  return v.pipe(v.array(item, fix), v.minLength(min, fix));
}

/** Days for which CloudWatch Logs keeps events. */
export const logRetention = oneOf(limits.logRetentionDays);

/** An IPv4 CIDR with no bits after its prefix. @param example a right one */
export function cidr(minBits: number, maxBits: number, example = `10.0.0.0/${minBits || 8}`) {
  const fix = `must be an IPv4 CIDR from /${minBits} to /${maxBits} without bits after the prefix, such as ${example}`;
  return v.pipe(
    v.string(fix),
    v.check((value) => {
      const bits = parseCidr(value)?.bits;
      return bits !== undefined && bits >= minBits && bits <= maxBits;
    }, fix),
    v.examples([example]),
  );
}

/** Code of an AWS region. */
export const region = v.pipe(
  v.string("must be the code of an AWS region, such as us-east-1"),
  v.check(
    (value) => (limits.regions as readonly string[]).includes(value),
    ({ input }) =>
      `must be the code of an AWS region: did you mean ${closest(input, limits.regions)}?`,
  ),
  v.examples(["us-east-1"]),
);

/** An e-mail address. */
export const email = text(
  new RegExp(patterns.email),
  "must be an e-mail address",
  "ops@example.com",
);

/** Tests whether a value has keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
