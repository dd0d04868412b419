import { local } from "../../src/environments/local";
import type { EnvironmentSettings } from "../../src/environments/settings";

/**
 * The embedded AWS with every option switched on that the AWS provider of this project can do: an
 * environment of the tests alone.
 */
export const full: EnvironmentSettings = {
  ...local,
  name: "full",
  permissionsBoundary: true,
  encryption: "customer-key",
  ecsCluster: { containerInsights: true, guardDutyAgent: "new-detector" },
  storage: { ...local.storage, throughputMode: "bursting" },
  loadBalancer: {
    ...local.loadBalancer,
    waf: {
      mode: "block",
      exclusions: [{ group: "common", rule: "GenericLFI_BODY" }],
      logRetentionDays: 30,
    },
    accessLogs: { retentionDays: 90, forceDestroy: true },
  },
  apiServer: {
    ...local.apiServer,
    scaling: {
      customMetrics: [
        {
          name: "jobs",
          namespace: "Plue/Jobs",
          metricName: "Waiting",
          dimensions: { Environment: "full" },
          target: 10,
          perTask: true,
        },
        { name: "load", namespace: "Plue/Api", metricName: "Load", target: 0.7 },
      ],
      scheduledActions: [
        {
          name: "morning",
          schedule: "cron(0 7 ? * MON-FRI *)",
          timezone: "Europe/Berlin",
          minCapacity: 2,
          maxCapacity: 4,
        },
      ],
    },
  },
  cache: { kind: "serverless", maxDataStorageGb: 2, maxEcpuPerSecond: 5000 },
  backup: {
    dailyRetentionDays: 35,
    monthlyRetentionDays: 365,
    copyTo: { region: "us-west-2", retentionDays: 35 },
    vaultLock: { minRetentionDays: 1, maxRetentionDays: 400 },
    restoreTesting: true,
    forceDestroy: true,
  },
  disasterRecovery: { region: "us-west-2" },
  dashboard: true,
};
