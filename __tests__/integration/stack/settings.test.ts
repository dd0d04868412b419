import { readFileSync } from "node:fs";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { checksOf } from "../../../src/embedded-aws/server";
import { useCiStack } from "../../support/ci-stack";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { settings, threeZones } from "../../support/live-dev";

const { network, database, apiServer, webApp, migration } = settings;

/** dev with every setting at another value that can be changed on a live environment. */
const changed: EnvironmentSettings = {
  ...settings,
  tags: { Team: "plue" },
  secretRecoveryWindowDays: 7,
  network: {
    ...network,
    natGateways: "per-zone",
    flowLogRetentionDays: 7,
  },
  database: {
    ...database,
    instanceClass: "db.t3.small",
    allocatedStorage: 30,
    maxAllocatedStorage: 0,
    backupRetentionDays: 7,
    backupWindow: "05:00-06:00",
    maintenanceWindow: "mon:07:00-mon:08:00",
    multiAz: true,
    deletionProtection: true,
    finalSnapshot: true,
    applyImmediately: false,
    performanceInsights: false,
    monitoringInterval: 60,
    slowQueryMilliseconds: -1,
    logRetentionDays: 7,
    masterPassword: { mode: "write-only", version: 2 },
  },
  storage: { transitionToInfrequentAccessDays: 90, throughputMode: "bursting", backups: true },
  ecr: { imageTagMutability: "IMMUTABLE", scanOnPush: true, maxImageCount: 20, forceDelete: false },
  ecsCluster: { containerInsights: "enhanced" },
  loadBalancer: { ...settings.loadBalancer, deletionProtection: true },
  apiServer: {
    ...apiServer,
    size: { cpu: 512, memoryLimitMiB: 1024 },
    minCapacity: 2,
    maxCapacity: 4,
    fargateSpot: { onDemandBase: 2 },
    executeCommand: false,
    logRetentionDays: 7,
    urlRewrite: "none",
    cpuTargetPercent: 60,
    memoryTargetPercent: 60,
    requestsPerTarget: 100,
    healthCheckGracePeriodSeconds: 60,
    egress: [{ description: "HTTPS", port: 443, cidrBlocks: ["10.0.0.0/8"] }],
  },
  webApp: {
    ...webApp,
    size: { cpu: 512, memoryLimitMiB: 1024 },
    minCapacity: 2,
    maxCapacity: 4,
    fargateSpot: undefined,
    executeCommand: false,
    logRetentionDays: 7,
  },
  migration: { ...migration, size: { cpu: 512, memoryLimitMiB: 1024 }, logRetentionDays: 7 },
  alarms: "notify",
  alertEmail: "alerts@example.com",
};

/** The paths of the settings, and what they are set to. */
function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, path ? `${path}.${key}` : key));
}

describeEmbeddedAws("each setting of dev, changed by CI on a live environment", () => {
  const ci = useCiStack(settings);
  beforeAll(() => ci.stack.apply());

  test("the two settings differ in all that there is", () => {
    const other = new Map(leaves(changed));
    const same = leaves(settings).filter(([path, value]) => other.get(path) === value);
    expect(same.map(([path]) => path)).toEqual([
      ...["name", "adopts"],
      // Another CIDR is refused.
      ...["network.cidr", "network.zones.0.publicCidr", "network.zones.0.privateCidr"],
      ...["network.zones.1.publicCidr", "network.zones.1.privateCidr"],
      "database.masterPassword.mode",
      // HTTPS needs a certificate.
      "loadBalancer.https",
      // CI must not remove the boundary of a role.
      "permissionsBoundary",
    ]);
  });

  // Task definitions and secrets get another version, and the others hold no data.
  const replaced = [
    "aws_ecr_lifecycle_policy.ecr_api_server",
    "aws_ecr_lifecycle_policy.ecr_db_migrate",
    "aws_ecr_lifecycle_policy.ecr_web_app",
    "aws_ecs_task_definition.api_server",
    "aws_ecs_task_definition.db_migrate",
    "aws_ecs_task_definition.web_app",
    "aws_secretsmanager_secret_version.database_connection",
    "aws_secretsmanager_secret_version.database_password",
  ];

  test("is applied in place, and the next plan is empty", async () => {
    expect((await ci.change(changed)).replaced).toEqual(replaced);
  });

  test("and back again, with a third zone", async () => {
    expect((await ci.change(threeZones)).replaced).toEqual(replaced);
  });

  test("a rollback finds each earlier revision", () => {
    expect(readFileSync(ci.aws.recording, "utf8")).not.toContain('"DeregisterTaskDefinition"');
  });

  test("nothing was refused to CI's role, or could not be read", async () => {
    expect(await checksOf(ci.aws)).toMatchObject({ refused: 0, unread: 0 });
  });

  test("is destroyed", async () => {
    await ci.stack.apply("-destroy");
    expect(await ci.stack.succeed("state", "list")).toBe("");
  });
});
