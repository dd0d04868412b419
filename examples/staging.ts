import { dev } from "../src/environments/dev";
import { production } from "../src/environments/production";
import type { EnvironmentSettings } from "../src/environments/settings";

/**
 * An environment in which a release is tried before production: dev's sizes, with production's protection of data
 * and the settings that a release can break.
 */
export const staging: EnvironmentSettings = {
  ...dev,
  name: "staging",
  // There is no old state to adopt.
  adopts: undefined,
  stateKey: undefined,
  secretRecoveryWindowDays: production.secretRecoveryWindowDays,
  network: {
    ...dev.network,
    // Different from the other environments, so that their VPCs can be connected one day.
    cidr: "10.1.0.0/16",
    zones: [
      { publicCidr: "10.1.1.0/24", privateCidr: "10.1.10.0/24" },
      { publicCidr: "10.1.2.0/24", privateCidr: "10.1.20.0/24" },
    ],
  },
  database: {
    ...production.database,
    instanceClass: dev.database.instanceClass,
    allocatedStorage: dev.database.allocatedStorage,
    maxAllocatedStorage: dev.database.maxAllocatedStorage,
    multiAz: false,
    masterPassword: { mode: "write-only", version: 1 },
  },
  storage: production.storage,
  // The same images as production.
  ecr: production.ecr,
  domain: { name: "staging.plue.example.com", hostedZoneId: "Z0123456789" },
  loadBalancer: production.loadBalancer,
  // With "notify" the stack needs an address: without this line, the variable sns_alert_email must be given.
  alarms: production.alarms,
  alertEmail: "alerts@example.com",
};
