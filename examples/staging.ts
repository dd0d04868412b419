import { dev } from "../src/environments/dev";
import { production } from "../src/environments/production";
import type { EnvironmentSettings } from "../src/environments/settings";

/**
 * A further environment, where a release is tried before production: dev's sizes, but what protects
 * data, and what a release can break, as in production.
 */
export const staging: EnvironmentSettings = {
  ...dev,
  name: "staging",
  // There is no old state to take over.
  adopts: undefined,
  secretRecoveryWindowDays: production.secretRecoveryWindowDays,
  network: {
    ...dev.network,
    // Apart from the other environments, should their VPCs be connected one day.
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
  // The very images that production is to get.
  ecr: production.ecr,
  domain: { name: "staging.plue.example.com", hostedZoneId: "Z0123456789" },
  loadBalancer: production.loadBalancer,
  // With "notify" the stack needs an address: without this line, the variable sns_alert_email must be given.
  alarms: production.alarms,
  alertEmail: "alerts@example.com",
};
