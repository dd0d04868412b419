import * as v from "valibot";
import { ActionRequired } from "../process/errors";
import type { Complete, Path, Schema } from "./schema";

/** A setting that AWS would refuse, that is missing, or that does not exist. */
export interface Fault {
  /** Where it is, for example `dev.network.zones[0].publicCidr`. */
  readonly path: string;
  /** Its value; undefined where it is missing. */
  readonly value: unknown;
  /** The allowed values. */
  readonly fix: string;
}

/** All faults of the settings. Exit code 2. */
export class SettingsError extends ActionRequired {
  /** Reports each fault on a line of its own. */
  constructor(readonly faults: readonly Fault[]) {
    super(
      [
        `${faults.length} wrong ${faults.length === 1 ? "setting" : "settings"}:`,
        ...faults.map(({ path, value, fix }) => `  ${path} is ${show(value)}: ${fix}`),
      ].join("\n"),
    );
    this.name = "SettingsError";
  }
}

/**
 * Checks settings by their schemas.
 *
 * @param all schema, settings, and the first part of the faults' paths
 * @param more faults that no schema knows
 * @throws SettingsError with every fault of all of them
 */
export function checkAll(
  all: readonly (readonly [schema: Schema, settings: unknown, root: string])[],
  more: readonly Fault[] = [],
): void {
  const faults = [
    ...all.flatMap(([schema, settings, root]) => parse(schema, settings, root).faults),
    ...more,
  ];
  if (faults.length > 0) throw new SettingsError(faults);
}

/**
 * Settings with every default filled in.
 *
 * @param root first part of the faults' paths
 * @throws SettingsError with every fault
 */
export function check<S extends Schema>(schema: S, settings: unknown, root: string): Complete<S> {
  const { faults, output } = parse(schema, settings, root);
  if (faults.length > 0) throw new SettingsError(faults);
  return output;
}

function parse<S extends Schema>(schema: S, settings: unknown, root: string) {
  const { issues = [], output } = v.safeParse(schema, settings);
  const faults = issues.map(({ path = [], input, message }) => ({
    path: pathText(
      root,
      path.map(({ key }) => key as Path[number]),
    ),
    value: path.length > 0 ? path.at(-1)!.value : input,
    fix: message,
  }));
  // A number that is neither whole nor in the range has two issues.
  const isFirst = ({ path, fix }: Fault, index: number) =>
    faults.findIndex((one) => one.path === path && one.fix === fix) === index;
  return { faults: faults.filter(isFirst), output: output as Complete<S> };
}

/** A path as TypeScript would write it. */
function pathText(root: string, path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return /^[\w$]+$/.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key)}]`;
  }, root);
}

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
