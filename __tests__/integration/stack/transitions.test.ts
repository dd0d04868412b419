import { RDS } from "@aws-sdk/client-rds";
import { local as settings } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { startCopiedAws, type CopiedAws } from "../../support/copies";
import { deployment, type Deployment } from "../../support/deployment";
import { describeEmbeddedAws } from "../../support/embedded-aws";

const { network, database } = settings;
const [first, second] = network.zones as [
  (typeof network.zones)[number],
  (typeof network.zones)[number],
];

const zones = (...changed: (typeof network.zones)[number][]): EnvironmentSettings => ({
  ...settings,
  network: { ...network, zones: changed },
});
const storage = (changed: Partial<typeof database>): EnvironmentSettings => ({
  ...settings,
  database: { ...database, ...changed },
});

describeEmbeddedAws("a change of a deployed environment", () => {
  let aws: CopiedAws;
  let stack: Deployment;

  beforeAll(async () => {
    aws = await startCopiedAws();
    stack = await deployment(aws, settings);
    await stack.apply();
  });
  afterAll(async () => {
    stack?.remove();
    await aws?.stop();
  });

  const apply = async (to: EnvironmentSettings) => {
    stack.synthesize(to);
    const output = await stack.apply();
    expect(await stack.pending()).toEqual([]);
    return output;
  };

  const refusal = async (to: EnvironmentSettings, ...options: string[]) => {
    stack.synthesize(to);
    const { code, stderr } = await stack.terraform("plan", "-input=false", ...options);
    return { code, message: stderr.replace(/[\s│]+/g, " ") };
  };

  test("a public subnet moves with its NAT gateway, a cache comes and goes", () =>
    aws.onCopy(async () => {
      const moved = zones({ ...first, publicCidr: "10.0.101.0/24" }, second);
      const cache = { kind: "serverless", maxDataStorageGb: 2, maxEcpuPerSecond: 5000 } as const;
      expect(await apply({ ...moved, cache })).toContain("aws_eip.network_nat_0: Creating");
      await apply(settings);
    }));

  test.each([
    [
      "another private CIDR",
      "privateCidr",
      zones({ ...first, privateCidr: "10.0.110.0/24" }, second),
    ],
    [
      "a wider private CIDR",
      "privateCidr",
      zones({ ...first, privateCidr: "10.0.10.0/23" }, second),
    ],
    ["a wider public CIDR", "publicCidr", zones({ ...first, publicCidr: "10.0.0.0/23" }, second)],
    ["zones in another order", "privateCidr", zones(second, first)],
    [
      "each other's public CIDR",
      "publicCidr",
      zones(
        { ...first, publicCidr: second.publicCidr },
        { ...second, publicCidr: first.publicCidr },
      ),
    ],
  ])("the plan refuses %s, and names the setting", async (_, setting, to) => {
    const { code, message } = await refusal(to, "-refresh=false");
    expect(message).toContain(`network.zones[0].${setting} of local`);
    expect(code).toBe(1);
  });

  test("the plan refuses more zones than the region has, and names the settings", async () => {
    const excludeZoneIds = [1, 2, 3, 4, 5].map((zone) => `use1-az${zone}`);
    const { code, message } = await refusal({
      ...settings,
      network: { ...network, excludeZoneIds },
    });
    expect(message).toContain("network.zones of local has 2 zones, and us-east-1 has 1 without");
    expect(code).toBe(1);
  });

  test("the plan refuses another region, and names the deployed one", async () => {
    const options = ["-refresh=false", "-var=aws_region=us-west-2"];
    const { code, message } = await refusal(settings, ...options);
    expect(message).toContain("local is deployed in us-east-1, and aws_region is us-west-2.");
    expect(code).toBe(1);
  });

  test("the plan refuses storage that is smaller than RDS has made it", () =>
    aws.onCopy(async (client) => {
      const DBInstanceIdentifier = "local-plue-db";
      await new RDS(client).modifyDBInstance({
        DBInstanceIdentifier,
        AllocatedStorage: 30,
        ApplyImmediately: true,
      });
      const shrunk = await refusal(storage({ maxAllocatedStorage: 0 }));
      expect(shrunk.message).toContain(
        "database.allocatedStorage of local is 20 GiB, and the storage has 30 GiB.",
      );
      const limited = await refusal(storage({ maxAllocatedStorage: 31 }));
      expect(limited.message).toContain(
        "database.maxAllocatedStorage of local is 31 GiB, and the storage has 30 GiB.",
      );
      expect((await refusal(settings)).code).toBe(0);
    }));
});
