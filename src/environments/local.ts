import type { EnvironmentSettings } from "./settings";
import { dev } from "./dev";

/**
 * The whole stack on the embedded AWS: dev's sizes with production's alarms, backups and
 * monitoring, so that every kind of resource is there, and no secret in plan or state.
 */
export const local: EnvironmentSettings = {
  ...dev,
  name: "local",
  adopts: undefined,
  stateKey: undefined,
  statePathStyle: true,
  database: {
    ...dev.database,
    monitoringInterval: 60,
    masterPassword: { mode: "write-only", version: 1 },
  },
  storage: { ...dev.storage, backups: true },
  alarms: "notify",
  alertEmail: "alerts@example.com",
};
