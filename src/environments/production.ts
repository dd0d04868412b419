import type { EnvironmentSettings } from "./settings";

/** Production: two of everything, HTTPS, alarms, and nothing with data is deleted by accident. */
export const production: EnvironmentSettings = {
  name: "production",
  adopts: "production",
  secretRecoveryWindowDays: 7,
  network: {
    cidr: "10.0.0.0/16",
    zones: [
      { publicCidr: "10.0.1.0/24", privateCidr: "10.0.10.0/24" },
      { publicCidr: "10.0.2.0/24", privateCidr: "10.0.20.0/24" },
    ],
    natGateways: "per-zone",
    flowLogRetentionDays: 30,
  },
  database: {
    instanceClass: "db.t3.small",
    allocatedStorage: 50,
    maxAllocatedStorage: 200,
    backupRetentionDays: 7,
    backupWindow: "03:00-04:00",
    maintenanceWindow: "sun:04:00-sun:05:00",
    multiAz: true,
    deletionProtection: true,
    finalSnapshot: true,
    applyImmediately: false,
    performanceInsights: true,
    monitoringInterval: 60,
    slowQueryMilliseconds: 1000,
    logRetentionDays: 30,
    masterPassword: { mode: "random" },
  },
  storage: { transitionToInfrequentAccessDays: 30, backups: true },
  ecr: {
    imageTagMutability: "IMMUTABLE",
    scanOnPush: true,
    maxImageCount: 10,
    forceDelete: false,
  },
  ecsCluster: { containerInsights: true },
  loadBalancer: { https: true, deletionProtection: true },
  apiServer: {
    size: { cpu: 512, memoryLimitMiB: 1024 },
    minCapacity: 2,
    maxCapacity: 10,
    logRetentionDays: 30,
  },
  webApp: {
    size: { cpu: 512, memoryLimitMiB: 1024 },
    minCapacity: 2,
    maxCapacity: 10,
    logRetentionDays: 30,
  },
  migration: { size: { cpu: 256, memoryLimitMiB: 512 }, logRetentionDays: 30 },
  alarms: "notify",
};
