import { join } from "node:path";
import { estimate } from "../../../src/cost/estimate";
import { readPrices } from "../../../src/cost/prices";
import { resourcesOfStack } from "../../../src/cost/resources";
import { suppose } from "../../../src/cost/what-if";
import { environments } from "../../../src/environments";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { usageOf } from "../../../src/environments/usage";
import { Stack } from "../../../src/terraform/stack";
import { templateOf } from "../../../src/stack/synthesize";
import scenarios from "../../fixtures/cost/scenarios.json";
import { full } from "../../support/full";

const prices = readPrices(join(__dirname, "../../.."));

function bill(name: string, changes: readonly string[] = []) {
  const { settings, usage } = suppose(
    environments.find((one) => one.name === name)!,
    changes,
  );
  return estimate(resourcesOfStack(new Stack(templateOf(settings))), {
    region: settings.region ?? "us-east-1",
    usage,
    prices,
  });
}

describe.each(scenarios)("$scenario", ({ environment, if: changes, arithmetic }) => {
  test("the estimate is within 5 % of the sum by hand, and leaves nothing out that has a price", () => {
    const { monthly, notPriced } = bill(environment, changes);
    const byHand = Object.values(arithmetic)
      .map((factors: readonly number[]) => factors.reduce((product, factor) => product * factor, 1))
      .reduce((sum, amount) => sum + amount, 0);
    expect(Math.abs(monthly - byHand) / byHand).toBeLessThanOrEqual(0.05);
    expect(
      notPriced.filter(({ why }) => /prices\.json|plue prices|no such type/.test(why)),
    ).toEqual([]);
  });
});

test.each<[string, EnvironmentSettings]>([
  ["serverless", full],
  ["nodes", { ...full, cache: { kind: "nodes", nodeType: "cache.t4g.micro", replicas: 1 } }],
])("every option has its price, with a cache of the kind %s", (_, settings) => {
  const { notPriced, lines } = estimate(resourcesOfStack(new Stack(templateOf(settings))), {
    region: "us-east-1",
    usage: usageOf(settings.name),
    prices,
  });
  expect(notPriced).toEqual(bill("dev").notPriced);
  const priced = new Set(lines.map(({ what }) => what.replace(/^\d+ | \([a-z0-9-]+\)$/g, "")));
  for (const what of [
    "backups of the database by AWS Backup",
    "backups of the git repositories by AWS Backup",
    "copies of the database's backups",
    "copies of the images in a second region",
    "copy of the git repositories in a second region",
    "customer key",
  ]) {
    expect(priced).toContain(what);
  }
});

describe("what scales by itself", () => {
  const added = (name: string, changes: readonly string[] = []) => {
    const { monthly, atMost } = bill(name, changes);
    return atMost - monthly;
  };

  test("is the services' tasks and the database's storage", () => {
    // 16 tasks of 0.5 vCPU and 1 GB, and 150 GB in two zones.
    const task = 730 * (0.5 * 0.04048 + 0.004445);
    expect(added("production")).toBeCloseTo(16 * task + 2 * 150 * 0.115);
    // One task on FARGATE, one on Spot, of 0.25 vCPU and 0.5 GB, and 20 GB.
    const small = task / 2;
    expect(added("dev")).toBeCloseTo(small * 1.3 + 20 * 0.115);
  });

  test("is no task where none may be added", () => {
    const fixed = ["apiServer.maxCapacity=1", "webApp.maxCapacity=1"];
    // The rest is the database's storage.
    expect(added("dev", fixed)).toBeCloseTo(20 * 0.115);
  });
});

test("a region without a price: the bill lists the missing price and how to get it", () => {
  const { monthly, notPriced } = bill("dev", ["region=sa-east-1"]);
  expect(monthly).toBe(0);
  expect(notPriced).toContainEqual({
    what: "network: 1 NAT gateway",
    why: "no price of sa-east-1 yet: `plue prices --region sa-east-1` asks AWS",
  });
});

test("a resource of another region is charged by that region's prices", () => {
  const gateway = {
    address: "aws_nat_gateway.a",
    type: "aws_nat_gateway",
    module: "m",
    values: {},
  };
  const { lines } = estimate([gateway, { ...gateway, region: "eu-central-1" }], {
    region: "us-east-1",
    usage: { ...usageOf("dev"), natGigabytes: 0 },
    prices,
  });
  expect(lines.map(({ what, price }) => [what, price])).toEqual([
    ["1 NAT gateway", 0.045],
    ["1 NAT gateway (eu-central-1)", 0.052],
  ]);
});

describe("the file of prices", () => {
  test.each(Object.entries(prices.prices))(
    "%s can be found in the list, or has the reason why not",
    (_, price) => {
      expect(Boolean(price.service && price.usageType)).toBe(price.why === undefined);
      for (const usd of Object.values(price.usd)) expect(usd).toBeGreaterThan(0);
    },
  );

  test.each(["us-east-1", "us-west-2", "eu-central-1", "eu-west-1"])(
    "%s has what dev and production need",
    (region) => {
      for (const name of ["dev", "production"]) {
        const { notPriced } = bill(name, [`region=${region}`]);
        expect(notPriced.filter(({ why }) => why.includes(region))).toEqual([]);
      }
    },
  );
});
