import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import { remainingResources } from "../../../src/operations/deploy/remaining";
import { local } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { embeddedAwsVariables } from "../../../src/embedded-aws/environment";
import { checksOf } from "../../../src/embedded-aws/server";
import { runChecks } from "../../../src/operations/inspect/doctor";
import { metricsOfDashboard, publish, ringAll } from "../../support/alarms";
import { deployment, type Deployment } from "../../support/deployment";
import {
  describeEmbeddedAws,
  region,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { full } from "../../support/full";
import { project } from "../../support/plue";

describeEmbeddedAws("every option at once, deployed by CI", () => {
  let aws: EmbeddedAws;
  let stack: Deployment;

  beforeAll(async () => {
    aws = await startEmbeddedAws({
      role: { kind: "deploy", environment: full.name, options: true },
      twoRegions: true,
    });
    stack = await deployment(aws, full);
  });
  afterAll(async () => {
    stack?.remove();
    await aws?.stop();
  });

  /** Applies other settings, and returns the addresses of what was replaced. */
  const apply = async (settings: EnvironmentSettings) => {
    stack.synthesize(settings);
    const output = await stack.apply("-parallelism=20");
    expect(await stack.pending()).toEqual([]);
    return output.match(/# \S+ must be replaced/g) ?? [];
  };

  test("is applied, and a second plan is empty", async () => {
    expect(await apply(full)).toEqual([]);
  });

  test("each alarm rings and ends on what AWS publishes", async () => {
    const states = await ringAll(aws);
    expect(Object.keys(states).length).toBeGreaterThan(20);
    const others = Object.entries(states).filter(([, seen]) => seen.join() !== "ALARM,OK");
    expect(others).toEqual([]);
  });

  test("AWS publishes each metric of the dashboard", async () => {
    const metrics = await metricsOfDashboard(aws, "full-plue");
    expect(metrics.length).toBeGreaterThan(20);
    for (const metric of metrics) await publish(aws, metric, 1);
  });

  test("a metric that AWS does not publish is refused", async () => {
    const rds = { Namespace: "AWS/RDS", MetricName: "CPUUtilization" };
    await expect(publish(aws, rds, 1)).rejects.toThrow("by no dimension");
    const Dimensions = [{ Name: "DBInstanceIdentifier", Value: "no-such-database" }];
    await expect(publish(aws, { ...rds, Dimensions }, 1)).rejects.toThrow(
      "there is no DBInstanceIdentifier no-such-database",
    );
  });

  test("plue doctor finds each of them", async () => {
    const variables = embeddedAwsVariables(aws.endpoint, region);
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      const checks = await runChecks({
        name: "full",
        settings: full,
        region,
        accountId: "123456789012",
        embedded: { urls: [], problems: [] },
        projectDir: project,
        stackDir: stack.folder,
      });
      const found = new Map(checks.map(({ check, result }) => [check, result]));
      for (const check of [
        "api-server may reach cache",
        "WAF protects the load balancer",
        "load balancer writes access logs",
        "API server scales on Plue/Jobs Waiting",
        "database and file system have the customer key",
        "cache is available",
        "there is a recent backup of the database",
        "us-west-2 has the database's backups",
        "us-west-2 has a copy of the file system",
        "us-west-2 has the secrets",
        "dashboard full-plue",
      ]) {
        expect([check, found.get(check)]).toEqual([check, "ok"]);
      }
    } finally {
      process.env = before;
    }
  });

  test("every one can be changed in place", async () => {
    const { waf, accessLogs } = full.loadBalancer;
    const [jobs] = full.apiServer.scaling!.customMetrics!;
    const changed: EnvironmentSettings = {
      ...full,
      loadBalancer: {
        ...full.loadBalancer,
        waf: { ...waf!, mode: "count", rateLimit: 500 },
        accessLogs: { ...accessLogs!, retentionDays: 30 },
      },
      apiServer: {
        ...full.apiServer,
        scaling: { customMetrics: [{ ...jobs!, target: 20 }] },
      },
      cache: { kind: "serverless", maxDataStorageGb: 5, maxEcpuPerSecond: 10000 },
      backup: { ...full.backup!, dailyRetentionDays: 14, monthlyRetentionDays: undefined },
    };
    expect(await apply(changed)).toEqual([]);
  });

  test("all but key, cache and boundary can be switched off, and on again", async () => {
    // The embedded AWS deletes the cache's group while the API server's still names it. CI must not
    // remove the boundary of a role.
    const { name, encryption, cache, permissionsBoundary } = full;
    const kept = { name, encryption, cache, permissionsBoundary };
    const off = { ...local, ...kept, formerRegions: ["us-west-2"] };
    expect(await apply(off)).toEqual([]);
    expect(await apply(full)).toEqual([]);
  });

  test("a destroy leaves nothing but the copies of the file system, which AWS keeps", async () => {
    await stack.apply("-destroy", "-parallelism=20");
    expect(await stack.succeed("state", "list")).toBe("");
    const there = new EFSClient({ ...aws.client, region: "us-west-2" });
    const { FileSystems = [] } = await there.send(new DescribeFileSystemsCommand({}));
    expect(FileSystems.map(({ CreationToken }) => CreationToken)).toEqual([
      expect.stringMatching(/^destination-/),
      expect.stringMatching(/^destination-/),
    ]);
  });

  test("remaining resources with the tags have a reason", async () => {
    const left = await remainingResources({ name: full.name, ...aws.client });
    expect(left.filter(({ reason }) => reason === undefined)).toEqual([]);
    expect(left).toContainEqual({
      arn: expect.stringContaining(":key/") as string,
      reason: expect.stringMatching(/^customer key: deleted on \d{4}-\d\d-\d\d/) as string,
    });
  });

  test("nothing was refused to CI's role, or could not be read", async () => {
    expect(await checksOf(aws)).toMatchObject({ refused: 0, unread: 0 });
  });
});
