import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PriceList } from "../../../src/aws/price-list";
import { PRICES_FILE, readPrices } from "../../../src/cost/prices";
import { plue, project } from "../../support/plue";
import { startPriceList, type ListedProduct } from "../../support/price-list-stand-in";

const inFrankfurt = { regionCode: "eu-central-1", locationType: "AWS Region" };
const product = (
  service: string,
  usagetype: string,
  usd: string,
  more: Readonly<Record<string, string>> = {},
): ListedProduct => ({
  service,
  attributes: { ...inFrankfurt, usagetype, ...more },
  steps: { 0: usd },
});
const nat = { productFamily: "NAT Gateway" };

const application = { productFamily: "Load Balancer-Application" };
const postgres = { databaseEngine: "PostgreSQL", deploymentOption: "Single-AZ" };

/** Products of us-east-1 as AWS's bulk price list of October 2026 has them, with what looks like them. */
const published = (
  [
    ["AmazonEC2", "NatGateway-Hours", "0.0450000000", nat],
    ["AmazonEC2", "NatGateway-Bytes", "0.0450000000", nat],
    ["AmazonVPC", "USE1-PublicIPv4:InUseAddress", "0.0050000000"],
    ["AmazonVPC", "USE1-VpcEndpoint-Hours", "0.0100000000"],
    ["AmazonVPC", "USE1-VpcEndpoint-Bytes", "0.0100000000"],
    [
      "AWSDataTransfer",
      "DataTransfer-Out-Bytes",
      "0.0900000000",
      { fromRegionCode: "us-east-1", transferType: "AWS Outbound" },
    ],
    ["AWSELB", "LoadBalancerUsage", "0.0225000000", application],
    ["AWSELB", "TS-LoadBalancerUsage", "0.0050000000", application],
    ["AWSELB", "Outposts-LoadBalancerUsage", "0.0225000000", application],
    ["AWSELB", "LoadBalancerUsage", "0.0250000000", { productFamily: "Load Balancer" }],
    ["AWSELB", "LCUUsage", "0.0080000000", application],
    ["AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU", "0.0404800000"],
    ["AmazonECS", "USE1-Fargate-Windows-vCPU-Hours:perCPU", "0.0910400000"],
    ["AmazonECS", "USE1-Fargate-GB-Hours", "0.0044450000"],
    ["AmazonECS", "USE1-Fargate-EphemeralStorage-GB-Hours", "0.0001110000"],
    ["AmazonRDS", "InstanceUsage:db.t4g.micro", "0.0160000000", postgres],
    ["AmazonRDS", "InstanceUsage:db.t4g.small", "0.0320000000", postgres],
    ["AmazonRDS", "RDS:GP3-Storage", "0.1150000000", postgres],
    ["AmazonRDS", "RDS:ChargedBackupUsage", "0.0950000000", { databaseEngine: "PostgreSQL" }],
    ["AWSSecretsManager", "USE1-AWSSecretsManager-Secrets", "0.4000000000"],
    ["AWSSecretsManager", "USE1-AWSSecretsManagerAPIRequest", "0.0000050000"],
    ["awskms", "us-east-1-KMS-Requests", "0.0000030000"],
    ["AmazonECR", "TimedStorage-ByteHrs", "0.1000000000"],
    ["AmazonCloudWatch", "DataProcessing-Bytes", "0.5000000000"],
    ["AmazonCloudWatch", "USE1-VendedLog-Bytes", "0.5000000000"],
    ["AmazonCloudWatch", "TimedStorage-ByteHrs", "0.0300000000"],
  ] as const
).map(([service, usageType, usd, more = {}]) =>
  product(service, usageType, usd, { regionCode: "us-east-1", ...more }),
);

// Similar products are in the list too, as in AWS's own list.
const products: readonly ListedProduct[] = [
  ...published,
  product("AmazonEC2", "EUC1-RegionalNatGateway-Hours", "0.9000000000", nat),
  product("AmazonEC2", "EUC1-NatGateway-Hours", "0.0600000000", nat),
  product("AmazonEC2", "EUC1-NatGateway-Hours", "0.0600000000", nat),
  product("AmazonEC2", "EUC1-NatGateway-Hours", "0.0700000000", {
    ...nat,
    regionCode: "eu-west-1",
  }),
  product("AmazonECS", "EUC1-SpotUsage-Fargate-GB-Hours", "0.0010000000"),
  product("AmazonECS", "EUC1-Fargate-ARM-GB-Hours", "0.0040900000"),
  product("AmazonECS", "EUC1-Fargate-GB-Hours", "0.0051100000"),
  product("awskms", "eu-central-1-KMS-Keys", "1.0000000000"),
  product("AmazonRDS", "EUC1-InstanceUsage:db.t3.micro", "0.0190000000", {
    databaseEngine: "MySQL",
    deploymentOption: "Single-AZ",
  }),
  product("AmazonRDS", "EUC1-InstanceUsage:db.t3.micro", "0.0220000000", {
    databaseEngine: "PostgreSQL",
    deploymentOption: "Single-AZ",
  }),
  {
    service: "AWSDataTransfer",
    attributes: {
      fromRegionCode: "eu-central-1",
      usagetype: "EUC1-DataTransfer-Out-Bytes",
      transferType: "AWS Outbound",
    },
    steps: { 0: "0.0000000000", 1: "0.0900000000", 10240: "0.0850000000" },
  },
  product("AmazonVPC", "EUC1-PublicIPv4:InUseAddress", "0.0050000000"),
  product("AmazonVPC", "EUC1-PublicIPv4:InUseAddress", "0.0040000000"),
];

describe("the price list", () => {
  let list: Awaited<ReturnType<typeof startPriceList>>;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    list = await startPriceList(products);
    env = {
      ...process.env,
      AWS_ENDPOINT_URL: list.endpoint,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
    Object.assign(process.env, env);
  });
  afterAll(() => list.stop());

  const { prices } = readPrices(project);
  const ask = (id: string, region = "eu-central-1") => {
    const { service = "", usageType = "", regionField, filters } = prices[id]!;
    return new PriceList().priceOf({ service, usageType, region, regionField, filters });
  };

  test.each([
    ["natGateway.hour", 0.06],
    ["fargate.gigabyteHour", 0.00511],
    ["fargateArm.gigabyteHour", 0.00409],
    ["key.month", 1],
    ["database.db.t3.micro.hour", 0.022],
  ])("%s: the very usage type, engine and region", async (id, usd) => {
    expect(await ask(id)).toEqual({ usd });
  });

  test("AWS's list of October 2026 has the prices of us-east-1", async () => {
    const asked = Object.keys(prices).filter((id) => prices[id]!.service !== undefined);
    const answers = await Promise.all(asked.map(async (id) => [id, await ask(id, "us-east-1")]));
    const found = Object.fromEntries(
      answers.filter(([, answer]) => !("problem" in (answer as object))),
    ) as Record<string, object>;
    expect(Object.keys(found)).toHaveLength(21);
    for (const [id, answer] of Object.entries(found)) {
      expect([id, answer]).toEqual([id, { usd: prices[id]!.usd["us-east-1"] }]);
    }
  });

  test("of steps the first that costs anything", async () => {
    expect(await ask("internetOut.gigabyte")).toEqual({ usd: 0.09 });
  });

  test("two prices for one thing are not guessed between", async () => {
    expect(await ask("publicIpv4.hour")).toEqual({ problem: "several prices" });
  });

  test("what is not there is not listed", async () => {
    expect(await ask("natGateway.hour", "sa-east-1")).toEqual({ problem: "not listed" });
  });

  test("plue prices writes the changed prices, and --check only reports them", async () => {
    const copy = mkdtempSync(join(tmpdir(), "plue-prices-"));
    try {
      for (const part of ["src", "bin", "main.ts", "package.json"]) {
        cpSync(join(project, part), join(copy, part), { recursive: true });
      }
      symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
      const run = (...args: string[]) =>
        plue(["prices", "--region", "eu-central-1", ...args], env, copy);
      const file = join(copy, PRICES_FILE);
      const before = readFileSync(file, "utf8");

      const check = await run("--check");
      expect(check.code).toBe(1);
      expect(check.stdout).toMatch(/natGateway\.hour +eu-central-1 +0\.052 +0\.06 +changed/);
      expect(check.stdout).toMatch(/publicIpv4\.hour +eu-central-1 .* several prices/);
      expect(check.stdout).not.toMatch(/key\.month/);
      expect(readFileSync(file, "utf8")).toBe(before);

      const renewed = await run();
      expect(renewed.code).toBe(0);
      const after = readPrices(copy).prices;
      expect(after["natGateway.hour"]!.usd).toEqual({
        ...prices["natGateway.hour"]!.usd,
        "eu-central-1": 0.06,
      });
      expect(after["natGateway.hour"]!.listed).toHaveProperty("eu-central-1");
      expect(after["fargateSpot.vcpuHour"]).toEqual(prices["fargateSpot.vcpuHour"]);

      expect((await run("--check")).code).toBe(0);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
