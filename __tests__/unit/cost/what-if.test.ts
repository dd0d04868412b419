import { suppose } from "../../../src/cost/what-if";
import { dev } from "../../../src/environments/dev";
import { usageOf } from "../../../src/environments/usage";

test("an environment with other settings, and the environment itself stays as it is", () => {
  const { settings, usage } = suppose(dev, [
    "apiServer.minCapacity=4",
    "network.natGateways=per-zone",
    "network.zones[0].publicCidr=10.0.9.0/24",
    "region=eu-west-1",
    "budget.monthlyDollars=100",
    "usage.natGigabytes=500",
  ]);
  expect(settings).toMatchObject({
    apiServer: { minCapacity: 4, maxCapacity: dev.apiServer.maxCapacity },
    network: { natGateways: "per-zone", zones: [{ publicCidr: "10.0.9.0/24" }, {}] },
    region: "eu-west-1",
    budget: { monthlyDollars: 100 },
  });
  expect(settings).not.toHaveProperty("usage");
  expect(usage).toEqual({ ...usageOf("dev"), natGigabytes: 500 });
  expect(dev.apiServer.minCapacity).toBe(1);
});

test.each([
  ["apiServer.minCapacity", /is no setting with a value/],
  ["apiServer.minCapacity=four", /is 1, and "four" is of another kind/],
  ["name.first=x", /name holds no settings/],
])("%s is refused", (change, message) => {
  expect(() => suppose(dev, [change])).toThrow(message);
});
