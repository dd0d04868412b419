import { suppose } from "../../../src/cost/what-if";
import { dev } from "../../../src/environments/dev";
import { usageOf } from "../../../src/environments/usage";

test("an environment with other settings, and the environment itself stays as it is", () => {
  const { settings, usage } = suppose(dev, [
    "apiServer.minCapacity=4",
    "apiServer.maxCapacity=5",
    "network.natGateways=per-zone",
    "network.zones[0].publicCidr=10.0.9.0/24",
    "region=eu-west-1",
    "budget.monthlyDollars=100",
    "usage.natGigabytes=500",
  ]);
  expect(settings).toMatchObject({
    apiServer: { minCapacity: 4, maxCapacity: 5 },
    network: { natGateways: "per-zone", zones: [{ publicCidr: "10.0.9.0/24" }, {}] },
    region: "eu-west-1",
    budget: { monthlyDollars: 100 },
  });
  expect(settings).not.toHaveProperty("usage");
  expect(usage).toEqual({ ...usageOf("dev"), natGigabytes: 500 });
  expect(dev.apiServer.minCapacity).toBe(1);
});

test.each([
  ["apiServer.minCapacity", /is not a setting with a value/],
  [
    "apiServer.minCapacity=four",
    /dev.apiServer.minCapacity is "four": must be a whole number from 0 to 5000/,
  ],
  ["name.first=x", /dev.name is "dev": has no setting first/],
  ["__proto__.x=1", /dev.__proto__ is {"x":1}: is not a setting/],
  ["constructor.prototype.x=1", /dev.constructor is .*: is not a setting/],
  [
    "apiServer.minCapcity=4",
    /dev.apiServer.minCapcity is 4: is not a setting: did you mean minCapacity\?/,
  ],
  ["usage.natGigabyte=4", /usage.natGigabyte is 4: is not a setting: did you mean natGigabytes\?/],
  ["usage.natGigabytes=-4", /usage.natGigabytes is -4: must be a number of at least 0/],
  ["network.zones[7].publicCidr=10.0.9.0/24", /dev.network.zones\[2\] is missing/],
  [
    "loadBalancer.waf.mode=count",
    /dev.loadBalancer.waf.logRetentionDays is missing: must be one of/,
  ],
])("%s is refused", (change, message) => {
  expect(() => suppose(dev, [change])).toThrow(message);
  expect({}).not.toHaveProperty("x");
});
