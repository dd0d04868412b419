import { dev } from "../src/environments/dev";
import type { EnvironmentSettings } from "../src/environments/settings";

/**
 * dev with a master password that is never in plan or state. Secrets Manager generates it. Raise
 * `version` to rotate it. On an environment that exists this rotates the password: read
 * docs/decisions.md, "Two ways to make the password", first.
 */
export const writeOnlyPassword: EnvironmentSettings = {
  ...dev,
  database: { ...dev.database, masterPassword: { mode: "write-only", version: 1 } },
};
