import type { EnvironmentSettings } from "../environments/settings";
import { usageOf, type Usage } from "../environments/usage";
import { ActionRequired } from "../process/errors";

/** An environment and what it is used for. */
export interface Supposed {
  /** The settings. */
  readonly settings: EnvironmentSettings;
  /** What it is used for. */
  readonly usage: Usage;
}

/**
 * An environment with other settings: `apiServer.minCapacity=4`, or `usage.natGigabytes=500`.
 *
 * @throws ActionRequired if that is no assignment, or there is no place for it
 */
export function suppose(settings: EnvironmentSettings, changes: readonly string[]): Supposed {
  const supposed = structuredClone({
    ...settings,
    usage: usageOf(settings.recovery?.of ?? settings.name),
  });
  for (const change of changes) {
    const [, path, text] = /^([\w.[\]]+)=(.*)$/s.exec(change) ?? [];
    if (path === undefined || text === undefined) {
      throw new ActionRequired(
        `"${change}" is no setting with a value`,
        "Write PATH=VALUE, for example apiServer.minCapacity=4 or usage.natGigabytes=500.",
      );
    }
    set(supposed, path, valueOf(text));
  }
  const { usage, ...changed } = supposed;
  return { settings: changed, usage };
}

type Holder = Record<string, unknown>;

/** Reads a value as TypeScript would, and anything else as a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function set(root: Holder, path: string, value: unknown): void {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const last = keys.pop()!;
  let at = root;
  for (const [index, key] of keys.entries()) {
    const next = at[key];
    if (next === undefined) at[key] = {};
    else if (typeof next !== "object" || next === null) {
      throw new ActionRequired(
        `${keys.slice(0, index + 1).join(".")} holds no settings: it is ${JSON.stringify(next)}`,
        "The settings stand in src/environments/settings.ts.",
      );
    }
    at = at[key] as Holder;
  }
  const before = at[last];
  if (before !== undefined && typeof before !== typeof value) {
    throw new ActionRequired(
      `${path} is ${JSON.stringify(before)}, and ${JSON.stringify(value)} is of another kind`,
      "Give it a value like the one that it has.",
    );
  }
  at[last] = value;
}
