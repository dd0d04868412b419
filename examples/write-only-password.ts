import { dev } from "../src/environments/dev";
import type { EnvironmentSettings } from "../src/environments/settings";

/**
 * dev with a master password that neither plan nor state ever holds. Secrets Manager makes it. Raise
 * `version` to rotate it. On an environment that exists this rotates the password: read
 * docs/decisions.md, "Two ways to make the password", first.
 */
export const writeOnlyPassword: EnvironmentSettings = {
  ...dev,
  database: { ...dev.database, masterPassword: { mode: "write-only", version: 1 } },
};
