import { readFileSync } from "node:fs";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { readCalls } from "../../../scripts/policies/calls";
import { checksOf } from "../../../src/embedded-aws/server";
import { dev } from "../../../src/environments/dev";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { publish } from "../../support/alarms";
import { useCiStack } from "../../support/ci-stack";
import { describeEmbeddedAws } from "../../support/embedded-aws";

const settings: EnvironmentSettings = {
  ...dev,
  // Adopted services keep their capacity, whatever fargateSpot is.
  adopts: undefined,
  permissionsBoundary: true,
  database: { ...dev.database, masterPassword: { mode: "write-only", version: 1 } },
};
const { network, database, apiServer, webApp, migration } = settings;

const perZone: EnvironmentSettings = {
  ...settings,
  network: { ...network, natGateways: "per-zone" },
};

const threeZones: EnvironmentSettings = {
  ...perZone,
  network: {
    ...perZone.network,
    zones: [...network.zones, { publicCidr: "10.0.3.0/24", privateCidr: "10.0.30.0/24" }],
  },
};

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

  /** Applies other settings, and returns the replaced resources and the calls in their order. */
  async function change(to: EnvironmentSettings, ...variables: string[]) {
    ci.stack.synthesize(to);
    const from = readFileSync(ci.aws.recording).length;
    const planned = await ci.stack.pending("-out=change.tfplan", ...variables);
    await ci.stack.succeed("apply", "change.tfplan");
    const calls = readCalls(ci.aws.recording, from).map(({ operation }) => operation);
    expect(await ci.stack.pending(...variables)).toEqual([]);
    const replaced = planned.flatMap((line) => /# (\S+) must be replaced/.exec(line)?.[1] ?? []);
    return { replaced: replaced.sort(), calls };
  }

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
    expect((await change(changed)).replaced).toEqual(replaced);
  });

  test("and back again, with a third zone", async () => {
    expect((await change(threeZones)).replaced).toEqual(replaced);
  });

  test("a zone goes after load balancer, services and mount target have left it", async () => {
    const { calls } = await change(perZone);
    // The embedded AWS refuses to delete a subnet that is in use, as AWS does.
    expect(calls.filter((operation) => operation === "DeleteSubnet")).toHaveLength(2);
  });

  test("a zone changes over to the one NAT gateway before its own goes", async () => {
    const { calls } = await change(settings);
    const changedOver = calls.lastIndexOf("ReplaceRouteTableAssociation");
    expect(changedOver).toBeGreaterThan(-1);
    expect(calls.indexOf("DeleteRouteTable")).toBeGreaterThan(changedOver);
    expect(calls.indexOf("DeleteNatGateway")).toBeGreaterThan(changedOver);
  });

  test("another CIDR is refused with words: it would replace all of it", async () => {
    const cidr = "10.1.0.0/16";
    const zones = settings.network.zones.map((zone) => ({
      publicCidr: zone.publicCidr.replace("10.0.", "10.1."),
      privateCidr: zone.privateCidr.replace("10.0.", "10.1."),
    }));
    ci.stack.synthesize({ ...settings, network: { ...settings.network, cidr, zones } });
    const { code, stderr } = await ci.stack.terraform("plan", "-input=false");
    expect(code).toBe(1);
    expect(stderr.replace(/[\s│]+/g, " ")).toContain(
      "network.cidr of dev is not the CIDR of its VPC",
    );
  });

  test("HTTPS is switched on by two variables, and then HTTP is redirected", async () => {
    const https = ["-var=enable_https=true", `-var=certificate_arn=${ci.certificate}`];
    // Its certificate has an alarm where alarms notify.
    const notified = { ...settings, alarms: "notify" as const, alertEmail: changed.alertEmail };
    await change(notified, ...https);

    const elb = new ElasticLoadBalancingV2Client(ci.aws.client);
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
    const { Listeners } = await elb.send(
      new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn }),
    );
    const listener = (port: number) => Listeners!.find(({ Port }) => Port === port)!;
    expect(listener(80).DefaultActions![0]).toMatchObject({
      Type: "redirect",
      RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" },
    });
    expect(listener(443).SslPolicy).toBe("ELBSecurityPolicy-TLS13-1-2-2021-06");
    expect(await ci.stack.succeed("output", "-raw", "alb_url")).toMatch(/^https:/);

    const days = {
      Namespace: "AWS/CertificateManager",
      MetricName: "DaysToExpiry",
      Dimensions: [{ Name: "CertificateArn", Value: ci.certificate }],
    };
    expect(await publish(ci.aws, days, 29)).toEqual({ "dev-plue-certificate": "ALARM" });
    expect(await publish(ci.aws, days, 395)).toEqual({ "dev-plue-certificate": "OK" });
  });

  test("a rollback finds each earlier revision", () => {
    expect(readFileSync(ci.aws.recording, "utf8")).not.toContain('"DeregisterTaskDefinition"');
  });

  test("nothing was refused to CI's role, or could not be read", async () => {
    expect(await checksOf(ci.aws)).toMatchObject({ refused: 0, unread: 0 });
  });

  test("a major upgrade needs its setting, and replaces only the parameter group", async () => {
    const engineVersion = "17";
    ci.stack.synthesize({ ...settings, database: { ...database, engineVersion } });
    const refused = await ci.stack.terraform("plan", "-refresh=false");
    expect(refused.stderr).toContain("database.engineVersion of dev is 17, and the database has");

    await change({
      ...settings,
      database: { ...database, engineVersion, allowMajorVersionUpgrade: true },
    });

    ci.stack.synthesize({ ...settings, database: { ...database, allowMajorVersionUpgrade: true } });
    const downgrade = await ci.stack.terraform("plan", "-refresh=false");
    expect(downgrade.stderr).toContain("RDS cannot downgrade it");
  });

  test("is destroyed", async () => {
    await ci.stack.apply("-destroy");
    expect(await ci.stack.succeed("state", "list")).toBe("");
  });
});
