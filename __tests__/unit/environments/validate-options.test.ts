import type { EnvironmentSettings } from "../../../src/environments/settings";
import { faults } from "../../support/faults";
import { full } from "../../support/full";
import { recovered, recovery } from "../../support/recovery";

test("every option may be on at once", () => {
  expect(faults(full)).toEqual([]);
});

/** full with another value at a path such as `loadBalancer.waf.mode`. */
function withSetting(path: string, value: unknown): EnvironmentSettings {
  const copy = structuredClone(full) as unknown as Record<string, unknown>;
  const keys = path.split(".");
  const parent = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
  parent[keys.at(-1)!] = value;
  return copy as unknown as EnvironmentSettings;
}

const metric = full.apiServer.scaling!.customMetrics![0]!;
const action = full.apiServer.scaling!.scheduledActions![0]!;
const metrics = "apiServer.scaling.customMetrics";
const actions = "apiServer.scaling.scheduledActions";

test.each<[path: string, value: unknown, faultAt?: string]>([
  ["loadBalancer.waf.mode", "on"],
  ["loadBalancer.waf.rateLimit", 9],
  ["loadBalancer.waf.logRetentionDays", 31],
  ["loadBalancer.waf.blockedRequestsAlarm", -1],
  [
    "loadBalancer.waf.exclusions",
    [{ group: "all", rule: "X" }],
    "loadBalancer.waf.exclusions[0].group",
  ],
  [
    "loadBalancer.waf.exclusions",
    [{ group: "common", rule: "Generic LFI" }],
    "loadBalancer.waf.exclusions[0].rule",
  ],
  ["loadBalancer.accessLogs.retentionDays", 0],
  [metrics, [{ ...metric, name: "cpu" }], `${metrics}[0].name`],
  [metrics, [metric, metric], `${metrics}[1].name`],
  [metrics, [{ ...metric, target: 0 }], `${metrics}[0].target`],
  [metrics, [{ ...metric, statistic: "p99" }], `${metrics}[0].statistic`],
  [metrics, [{ ...metric, namespace: "a:b" }], `${metrics}[0].namespace`],
  ["ecsCluster.containerInsights", false, `${metrics}[0].perTask`],
  [actions, [action, action], `${actions}[1].name`],
  [actions, [{ ...action, name: "Morning" }], `${actions}[0].name`],
  [actions, [{ ...action, schedule: "cron(0 7 * * *)" }], `${actions}[0].schedule`],
  [actions, [{ ...action, timezone: "Berlin" }], `${actions}[0].timezone`],
  [actions, [{ ...action, timezone: "europe/berlin" }], `${actions}[0].timezone`],
  [actions, [{ ...action, timezone: "+01:00" }], `${actions}[0].timezone`],
  [metrics, [{ ...metric, dimensions: { Queue: "" } }], `${metrics}[0].dimensions`],
  [metrics, [{ ...metric, dimensions: { "": "jobs" } }], `${metrics}[0].dimensions`],
  [actions, [{ ...action, maxCapacity: 1 }], `${actions}[0].maxCapacity`],
  ["encryption", "own-key"],
  ["cache.kind", "cluster"],
  ["cache.maxDataStorageGb", 5001],
  ["cache.maxEcpuPerSecond", 999],
  ["cache", { kind: "nodes", nodeType: "t4g.micro", replicas: 1 }, "cache.nodeType"],
  ["cache", { kind: "nodes", nodeType: "cache.t4g.micro", replicas: 6 }, "cache.replicas"],
  ["cache", { kind: "nodes", nodeType: "cache.m3.medium", replicas: 1 }, "cache.nodeType"],
  ["backup.dailyRetentionDays", 0],
  ["backup.monthlyRetentionDays", 401],
  ["backup.copyTo.region", "us-east-1"],
  ["backup.vaultLock.maxRetentionDays", 0],
  ["backup.copyTo.region", "cn-north-1"],
  ["disasterRecovery.region", "us-east-1"],
  ["disasterRecovery.region", "us-gov-west-1"],
  ["disasterRecovery.region", "Oregon"],
  ["disasterRecovery.backupRetentionDays", 36],
  ["formerRegions", ["us-east-1"], "formerRegions[0]"],
  ["database.backupRetentionDays", 0],
  ["database.instanceClass", "db.t2.micro"],
  ["database.instanceClass", "db.m4.large"],
  [
    "domain",
    { name: `${"a".repeat(53)}.example.com`, hostedZoneId: "Z0123456789ABCDEFGHIJ" },
    "domain.name",
  ],
  [
    "apiServer.egress",
    Array.from({ length: 51 }, (_, port) => ({
      ...{ description: "Mail", port: port + 1, cidrBlocks: ["192.0.2.0/24"] },
    })),
  ],
])("%s: %j is refused", (path, value, faultAt = path) => {
  expect(faults(withSetting(path, value)).map((fault) => fault.path)).toContain(`full.${faultAt}`);
});

test("an adopted environment cannot get a customer key", () => {
  const adopted: EnvironmentSettings = { ...full, name: "dev", adopts: "dev" };
  expect(faults(adopted)).toEqual([
    expect.objectContaining({ path: "dev.encryption", value: "customer-key" }),
  ]);
});

describe("recovery", () => {
  test("may be what plue dr plan writes", () => {
    expect(faults(recovered)).toEqual([]);
    const databaseRestoreTime = "2030-01-31T07:00:00Z";
    expect(faults({ ...recovered, recovery: { ...recovery, databaseRestoreTime } })).toEqual([]);
  });

  test.each<[at: string, recovery: Record<string, unknown>]>([
    ["of", { of: "local-dr" }],
    ["of", { of: "Local" }],
    [
      "databaseBackupsArn",
      { databaseBackupsArn: recovery.databaseBackupsArn.replace("west-2", "east-1") },
    ],
    ["databaseRestoreTime", { databaseRestoreTime: "yesterday" }],
    ["fileSystemId", { fileSystemId: "fs-xyz" }],
    ["passwordSecretArn", { passwordSecretArn: "local-plue-db-password" }],
    ["keyId", { keyId: "alias/local-plue-copies" }],
    ["repositories[1]", { repositories: ["api", "database"] }],
  ])("%s is refused: %j", (at, changed) => {
    const settings = { ...recovered, recovery: { ...recovery, ...changed } };
    expect(faults(settings).map(({ path }) => path)).toEqual([`local-dr.recovery.${at}`]);
  });

  test("goes with neither an old state nor a key of its own", () => {
    const settings: EnvironmentSettings = { ...recovered, encryption: "customer-key" };
    expect(faults(settings).map(({ path }) => path)).toEqual(["local-dr.encryption"]);
    expect(faults({ ...recovered, name: "dev", adopts: "dev" }).map(({ path }) => path)).toEqual([
      "dev.adopts",
    ]);
  });
});

describe("deployment", () => {
  const hook = "arn:aws:lambda:us-east-1:123456789012:function:migrate";
  const withDeployment = (deployment: Record<string, unknown>): EnvironmentSettings => ({
    ...full,
    apiServer: {
      ...full.apiServer,
      deployment: { strategy: "canary", bakeTimeMinutes: 5, ...deployment } as never,
    },
  });

  test("may have all at once", () => {
    const hooks = [{ lambdaArn: hook, stages: ["PRE_SCALE_UP" as const] }];
    const rest = { canaryBakeTimeMinutes: 0, rollbackErrorPercent: 50, hooks };
    expect(faults(withDeployment({ canaryPercent: 0.1, ...rest }))).toEqual([]);
    expect(faults(withDeployment({ canaryPercent: 99.9, ...rest }))).toEqual([]);
  });

  test.each<[at: string, deployment: Record<string, unknown>]>([
    ["strategy", { strategy: "linear" }],
    ["bakeTimeMinutes", { bakeTimeMinutes: 1441 }],
    ["canaryPercent", { strategy: "blue-green", canaryPercent: 10 }],
    ["canaryBakeTimeMinutes", { strategy: "blue-green", canaryBakeTimeMinutes: 10 }],
    ["canaryPercent", { canaryPercent: 0 }],
    ["canaryPercent", { canaryPercent: 0.25 }],
    ["canaryBakeTimeMinutes", { canaryBakeTimeMinutes: -1 }],
    ["rollbackErrorPercent", { rollbackErrorPercent: 100 }],
    ["hooks[0].lambdaArn", { hooks: [{ lambdaArn: "migrate", stages: ["PRE_SCALE_UP"] }] }],
    ["hooks[0].stages", { hooks: [{ lambdaArn: hook, stages: [] }] }],
    ["hooks[0].stages[0]", { hooks: [{ lambdaArn: hook, stages: ["BAKE_TIME"] }] }],
  ])("%s is refused: %j", (at, deployment) => {
    expect(faults(withDeployment(deployment)).map(({ path }) => path)).toEqual([
      `full.apiServer.deployment.${at}`,
    ]);
  });

  test("cannot go with requests per target, which count one target group", () => {
    const settings = withDeployment({});
    const apiServer = { ...settings.apiServer, requestsPerTarget: 100 };
    expect(faults({ ...settings, apiServer }).map(({ path }) => path)).toEqual([
      "full.apiServer.requestsPerTarget",
    ]);
  });
});
