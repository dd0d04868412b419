import { environmentSchema, type EnvironmentSettings } from "../environments/settings";
import { usageOf, usageSchema, type Usage } from "../environments/usage";
import { checkAll, SettingsError } from "../environments/faults";
import { ActionRequired } from "../process/errors";

/** An environment and its assumed usage. */
export interface Supposed {
  /** The settings. */
  readonly settings: EnvironmentSettings;
  /** Its assumed usage. */
  readonly usage: Usage;
}

/**
 * An environment with other settings: `apiServer.minCapacity=4`, or `usage.natGigabytes=500`.
 *
 * @throws ActionRequired if one is no assignment
 * @throws SettingsError if one is not a setting, or has a value that the schema refuses
 */
export function suppose(settings: EnvironmentSettings, changes: readonly string[]): Supposed {
  const given = structuredClone({
    ...settings,
    usage: usageOf(settings.recovery?.of ?? settings.name),
  });
  for (const change of changes) {
    const [, path, text] = PATH_AND_VALUE.exec(change) ?? [];
    if (path === undefined || text === undefined) {
      throw new ActionRequired(
        `"${change}" is not a setting with a value`,
        "Write PATH=VALUE, for example apiServer.minCapacity=4 or usage.natGigabytes=500.",
      );
    }
    set(given, path.match(/[^.[\]]+/g)!, valueOf(text), settings.name);
  }
  const { usage, ...changed } = given;
  checkAll([
    [environmentSchema, changed, settings.name],
    [usageSchema, usage, "usage"],
  ]);
  return { settings: changed, usage };
}

/** `a.b[0].c=value` */
const PATH_AND_VALUE = /^([^.[\]=]+(?:\.[^.[\]=]+|\[[^.[\]=]+\])*)=(.*)$/s;

/** Reads a value as TypeScript would, and anything else as a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Sets only own properties: whether they are settings, the schema knows. */
function set(root: object, keys: readonly string[], value: unknown, name: string): void {
  let at = root;
  for (const [index, key] of keys.slice(0, -1).entries()) {
    if (!Object.hasOwn(at, key) || at[key as never] === undefined) define(at, key, {});
    const next: unknown = at[key as never];
    if (typeof next !== "object" || next === null) {
      const path = [name, ...keys.slice(0, index + 1)].join(".");
      throw new SettingsError([{ path, value: next, fix: `has no setting ${keys[index + 1]}` }]);
    }
    at = next;
  }
  define(at, keys.at(-1)!, value);
}

/** Unlike an assignment, this makes `__proto__` a property like any other. */
const define = (holder: object, key: string, value: unknown) =>
  Object.defineProperty(holder, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
