import { readFileSync } from "node:fs";
import { local as settings } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { useLocalStack } from "../../support/local-stack";

const { network, database, apiServer, webApp, migration } = settings;

/** local with every setting at another value that can be changed on a live environment. */
const changed: EnvironmentSettings = {
  ...settings,
  tags: { Team: "plue" },
  secretRecoveryWindowDays: 7,
  network: { ...network, natGateways: "per-zone", flowLogRetentionDays: 7 },
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
    monitoringInterval: 0,
    slowQueryMilliseconds: -1,
    logRetentionDays: 7,
    masterPassword: { mode: "write-only", version: 2 },
  },
  storage: { transitionToInfrequentAccessDays: 90, throughputMode: "bursting", backups: false },
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
  alarms: "targets-only",
  alertEmail: undefined,
};

/** The paths of the settings, and what they are set to. */
function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, path ? `${path}.${key}` : key));
}

describeEmbeddedAws("each setting, changed on a live environment", () => {
  const local = useLocalStack(settings);

  /** Applies other settings, and returns the replaced resources. */
  async function change(to: EnvironmentSettings): Promise<string[]> {
    local.stack.synthesize(to);
    const planned = await local.stack.pending("-out=change.tfplan");
    await local.stack.succeed("apply", "change.tfplan");
    return planned
      .filter((line) => /must be replaced/.test(line))
      .map((line) => /# (\S+)/.exec(line)![1]!)
      .sort();
  }

  beforeAll(() => local.stack.apply());

  test("the two settings differ in all that there is", () => {
    const other = new Map(leaves(changed));
    const same = leaves(settings).filter(([path, value]) => other.get(path) === value);
    expect(same.map(([path]) => path)).toEqual([
      ...["name", "adopts"],
      // A zone more or less has a test of its own, another CIDR is refused.
      ...["network.cidr", "network.zones.0.publicCidr", "network.zones.0.privateCidr"],
      ...["network.zones.1.publicCidr", "network.zones.1.privateCidr"],
      "database.masterPassword.mode",
      // HTTPS needs a certificate: stack/change.
      "loadBalancer.https",
      "statePathStyle",
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
    expect(await change(changed)).toEqual(replaced);
    expect(await local.stack.pending()).toEqual([]);
  });

  test("and back again", async () => {
    expect(await change(settings)).toEqual(replaced);
    expect(await local.stack.pending()).toEqual([]);
  });

  test("a rollback finds each earlier revision", () => {
    expect(readFileSync(local.aws.recording, "utf8")).not.toContain('"DeregisterTaskDefinition"');
  });

  test("a major upgrade needs its setting, and replaces only the parameter group", async () => {
    const engineVersion = "17";
    local.stack.synthesize({ ...settings, database: { ...database, engineVersion } });
    const refused = await local.stack.terraform("plan", "-refresh=false");
    expect(refused.stderr).toContain("database.engineVersion of local is 17, and the database has");

    local.stack.synthesize({
      ...settings,
      database: { ...database, engineVersion, allowMajorVersionUpgrade: true },
    });
    await local.stack.succeed("apply", "-auto-approve", "-refresh=false");
    expect(await local.stack.pending()).toEqual([]);

    local.stack.synthesize({
      ...settings,
      database: { ...database, allowMajorVersionUpgrade: true },
    });
    const downgrade = await local.stack.terraform("plan", "-refresh=false");
    expect(downgrade.stderr).toContain("RDS cannot downgrade it");
  });
});
