import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import { environments } from "../../../src/environments";
import type { GithubSettings } from "../../../src/environments/github";
import { limits } from "../../../src/limits";
import type {
  EnvironmentSettings,
  FargateSize,
  MasterPassword,
} from "../../../src/environments/settings";
import { scheduleFault } from "../../../src/environments/schedule";
import { validate } from "../../../src/environments/validate";
import { faults } from "../../support/faults";
import { recovered } from "../../support/recovery";

type Changes = { [Key in keyof EnvironmentSettings]?: Partial<EnvironmentSettings[Key]> | string };

/** dev with some settings changed, one level deep. */
function changed(changes: Changes): EnvironmentSettings {
  const merged: Record<string, unknown> = { ...dev };
  for (const [key, value] of Object.entries(changes)) {
    merged[key] =
      typeof value === "object" ? { ...(merged[key] as object | undefined), ...value } : value;
  }
  return merged as unknown as EnvironmentSettings;
}

test("the project's own environments are right", () => {
  expect(faults(...environments)).toEqual([]);
});

const zone = dev.network.zones[0]!;

test.each<[string, Changes, string]>([
  [
    "a Fargate pair that does not exist",
    { apiServer: { size: { cpu: 256, memoryLimitMiB: 4096 } as unknown as FargateSize } },
    "dev.apiServer.size.memoryLimitMiB",
  ],
  [
    "nobody of that name takes /api off",
    { apiServer: { urlRewrite: "nginx" as "proxy" } },
    "dev.apiServer.urlRewrite",
  ],
  [
    "a CPU size that does not exist",
    { migration: { size: { cpu: 300, memoryLimitMiB: 512 } as unknown as FargateSize } },
    "dev.migration.size.cpu",
  ],
  [
    "a subnet outside the VPC",
    { network: { zones: [zone, { publicCidr: "10.1.2.0/24", privateCidr: "10.0.20.0/24" }] } },
    "dev.network.zones[1].publicCidr",
  ],
  [
    "overlapping subnets",
    { network: { zones: [zone, { publicCidr: "10.0.1.128/25", privateCidr: "10.0.20.0/24" }] } },
    "dev.network.zones[1].publicCidr",
  ],
  [
    "so few images that one goes between its push and its deployment",
    { ecr: { maxImageCount: 4 } },
    "dev.ecr.maxImageCount",
  ],
  [
    "a tag that is ours but for a capital",
    { tags: { environment: "mine" } },
    "dev.tags.environment",
  ],
  ["two tags that differ in a capital", { tags: { Team: "a", team: "b" } }, "dev.tags.team"],
  ["a tag of AWS's own, in capitals", { tags: { "AWS:team": "a" } }, 'dev.tags["AWS:team"]'],
  [
    "more tags than AWS takes",
    { tags: Object.fromEntries(Array.from({ length: 47 }, (_, index) => [`t${index}`, "x"])) },
    "dev.tags",
  ],
  [
    "a port and a block that are allowed twice",
    {
      webApp: {
        egress: [
          { description: "HTTPS", port: 443, cidrBlocks: ["0.0.0.0/0"] },
          { description: "More", port: 443, cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] },
        ],
      },
    },
    "dev.webApp.egress[1].cidrBlocks[1]",
  ],
  [
    "storage so large that it cannot grow by itself",
    { database: { allocatedStorage: 60000, maxAllocatedStorage: 65536 } },
    "dev.database.maxAllocatedStorage",
  ],
  ["bits after the prefix", { network: { cidr: "10.0.0.1/16" } }, "dev.network.cidr"],
  ["no address at all", { network: { cidr: "ten/16" } }, "dev.network.cidr"],
  [
    "a zone's name for its id",
    { network: { excludeZoneIds: ["us-east-1a"] } },
    "dev.network.excludeZoneIds[0]",
  ],
  ["a single zone", { network: { zones: [zone] } }, "dev.network.zones"],
  ["min above max", { webApp: { minCapacity: 3, maxCapacity: 2 } }, "dev.webApp.maxCapacity"],
  [
    "a retention that CloudWatch does not have",
    { apiServer: { logRetentionDays: 4 as never } },
    "dev.apiServer.logRetentionDays",
  ],
  [
    "windows that overlap",
    { database: { maintenanceWindow: "sun:03:30-sun:04:30" } },
    "dev.database.maintenanceWindow",
  ],
  [
    "windows that overlap across the week's end",
    { database: { backupWindow: "23:45-00:45", maintenanceWindow: "mon:00:15-mon:01:15" } },
    "dev.database.maintenanceWindow",
  ],
  [
    "a window that is too short",
    { database: { backupWindow: "03:00-03:20" } },
    "dev.database.backupWindow",
  ],
  [
    "a window that is none",
    { database: { maintenanceWindow: "sunday" } },
    "dev.database.maintenanceWindow",
  ],
  [
    "no room to grow",
    { database: { maxAllocatedStorage: 21 } },
    "dev.database.maxAllocatedStorage",
  ],
  [
    "a password version below one",
    { database: { masterPassword: { mode: "write-only", version: 0 } } },
    "dev.database.masterPassword.version",
  ],
  [
    "a source of passwords that does not exist",
    { database: { masterPassword: { mode: "none" } as unknown as MasterPassword } },
    "dev.database.masterPassword.mode",
  ],
  [
    "egress to no CIDR",
    { webApp: { egress: [{ description: "x", port: 443, cidrBlocks: ["everywhere"] }] } },
    "dev.webApp.egress[0].cidrBlocks[0]",
  ],
  ["a domain that is none", { domain: { name: "plue" } }, "dev.domain.name"],
  [
    "a state key of an adoption, without the adoption",
    { adopts: undefined, stateKey: "plue/dev/cdktf/terraform.tfstate" },
    "dev.stateKey",
  ],
  ["adopting another environment's state", { adopts: "production" }, "dev.adopts"],
  ["a budget of nothing", { budget: { monthlyDollars: 0 } }, "dev.budget.monthlyDollars"],
  [
    "a budget without an address",
    { budget: { monthlyDollars: 100, alertEmail: "ops" } },
    "dev.budget.alertEmail",
  ],
  ["an account id that is none", { accountId: "1234" }, "dev.accountId"],
])("refuses %s", (_, changes, path) => {
  const found = faults(changed(changes));
  expect(found.map((fault) => fault.path)).toEqual([path]);
  expect(found[0]!.fix).toMatch(/\w/);
});

test.each([
  ["a-name-that-is-much-too-long", "target groups' names would exceed 32 characters"],
  ["internal", "AWS keeps names that begin with internal- for itself"],
  ["Dev", "RDS takes lower case only"],
  ["sg-one", "AWS keeps sg- for ids of security groups"],
  ["two--hyphens", "RDS takes no two hyphens in a row"],
])("refuses the name %s: %s", (name) => {
  expect(faults({ ...dev, adopts: undefined, name }).map((fault) => fault.path)).toEqual([
    `${name}.name`,
  ]);
});

test("refuses the usage of an environment that does not exist, but for the origin of a recovery", () => {
  const used = { dev: {}, local: {}, prodution: { natGigabytes: 1 } };
  expect(() => validate([dev, recovered], undefined, used)).toThrow(
    /^1 wrong setting:\n  usage.prodution is {"natGigabytes":1}: is not an environment: there are dev, local-dr$/,
  );
});

test("refuses two environments with one state key", () => {
  const stateKey = "plue/dev/cdktf/terraform.tfstate";
  expect(() => validate([dev, production].map((one) => ({ ...one, stateKey })))).toThrow(
    /^2 wrong settings:\n {2}dev.stateKey .*another environment has its state there\n {2}production.stateKey /,
  );
});

test("refuses two environments of one name", () => {
  expect(faults(dev, dev).map((fault) => fault.path)).toEqual(["dev.name"]);
});

test("names every fault at once, with path, value and fix", () => {
  const wrong = changed({
    network: { cidr: "10.0.0.0/8" },
    webApp: { minCapacity: -1, logRetentionDays: 4 as never },
  });
  expect(() => validate([wrong])).toThrow(
    [
      "3 wrong settings:",
      '  dev.network.cidr is "10.0.0.0/8": must be an IPv4 CIDR from /16 to /28 without bits after the prefix, such as 10.0.0.0/16',
      "  dev.webApp.minCapacity is -1: must be a whole number from 0 to 5000",
      `  dev.webApp.logRetentionDays is 4: must be one of ${limits.logRetentionDays.join(", ")}`,
    ].join("\n"),
  );
});

test("a refused synthesis writes nothing, reports the reason without a stack trace, and exits with 2", () => {
  const directory = mkdtempSync(join(tmpdir(), "plue-"));
  try {
    const root = join(__dirname, "../../..");
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ["-r", "tsx/cjs", join(__dirname, "../../support/wrong-settings.ts")],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, CDKTF_OUTDIR: join(directory, "out") },
      },
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(
      '1 wrong setting:\n  dev.network.cidr is "wrong": must be an IPv4 CIDR from /16 to /28 without bits after the prefix, such as 10.0.0.0/16\n',
    );
    expect(readdirSync(directory)).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.each<[string, Changes]>([
  ["storage that does not grow by itself", { database: { maxAllocatedStorage: 0 } }],
  ["the largest storage", { database: { allocatedStorage: 65536, maxAllocatedStorage: 0 } }],
  [
    "as many tags as fit",
    { tags: Object.fromEntries(Array.from({ length: 46 }, (_, index) => [`t${index}`, "x"])) },
  ],
  ["a tag Name", { tags: { Name: "plue" } }],
  [
    "one port to two blocks, and two ports to one",
    {
      webApp: {
        egress: [
          { description: "HTTPS", port: 443, cidrBlocks: ["10.0.0.0/8", "192.168.0.0/16"] },
          { description: "SSH", port: 22, cidrBlocks: ["10.0.0.0/8"] },
        ],
      },
    },
  ],
])("%s is right", (_what, changes) => {
  expect(faults(changed(changes))).toEqual([]);
});

test.each<[string, string, unknown]>([
  ["database", "multiAZ", "multiAz"],
  ["database", "finalsnapshot", "finalSnapshot"],
  ["database", "deletionprotection", "deletionProtection"],
  ["apiServer", "minCapcity", "minCapacity"],
])("refuses %s.%s and suggests %s", (group, key, meant) => {
  expect(faults(changed({ [group]: { [key]: true } }))).toEqual([
    {
      path: `dev.${group}.${key}`,
      value: true,
      fix: `is not a setting: did you mean ${String(meant)}?`,
    },
  ]);
});

test("refuses missing settings and reports their allowed values", () => {
  expect(faults(changed({ database: { multiAz: undefined } }))).toEqual([
    { path: "dev.database.multiAz", value: undefined, fix: "must be true or false" },
  ]);
});

test.each(["127.0.0.0/16", "169.254.0.0/16", "224.0.0.0/16", "0.0.0.0/16", "240.0.0.0/16"])(
  "refuses a VPC in %s",
  (cidr) => {
    expect(faults(changed({ network: { cidr } })).map(({ path }) => path)).toContain(
      "dev.network.cidr",
    );
  },
);

test("refuses public subnets that are too small for a load balancer", () => {
  const zones = [zone, { publicCidr: "10.0.2.0/28", privateCidr: "10.0.20.0/28" }];
  expect(faults(changed({ network: { zones } })).map(({ path }) => path)).toEqual([
    "dev.network.zones[1].publicCidr",
  ]);
});

test("refuses more NAT gateways than the account may have addresses, unless the quota is raised", () => {
  const zones = Array.from({ length: 6 }, (_, index) => ({
    publicCidr: `10.0.${index}.0/24`,
    privateCidr: `10.0.${100 + index}.0/24`,
  }));
  const network = { zones, natGateways: "per-zone" as const };
  expect(faults(changed({ network })).map(({ path }) => path)).toEqual(["dev.network.natGateways"]);
  expect(faults(changed({ network: { ...network, elasticIpQuota: 6 } }))).toEqual([]);
});

test.each(["us-east-9", "mars-1"])("refuses the region %s", (region) => {
  expect(faults(changed({ region }))).toEqual([
    expect.objectContaining({ path: "dev.region", fix: expect.stringMatching(/did you mean/) }),
  ]);
});

test.each<[string, boolean]>([
  ["cron(0 7 ? * MON-FRI *)", true],
  ["cron(0/15 8-18 L * ? 2030)", true],
  ["cron(0 7 * * MON-FRI *)", false],
  ["cron(0 7 ? * ? *)", false],
  ["cron(99 7 ? * MON *)", false],
  ["cron(0 7 ? * MUN *)", false],
  ["rate(1 minute)", true],
  ["rate(1 minutes)", false],
  ["rate(5 minute)", false],
  ["rate(0 days)", false],
  ["at(2030-01-31T07:00:00)", true],
  ["at(2030-02-31T07:00:00)", false],
])("the schedule %s: %j", (schedule, right) => {
  expect(scheduleFault(schedule) === undefined).toBe(right);
});

const repository = "octo/plue";
const bounded = { ...dev, permissionsBoundary: true };

test.each<[string, EnvironmentSettings[], Partial<GithubSettings>, string]>([
  ["a role of CI without a permissions boundary", [dev], {}, "dev.permissionsBoundary is missing"],
  [
    "pull requests that plan no environment of the project",
    [bounded],
    { pullRequests: ["prod"] },
    'github.pullRequests[0] is "prod": is not an environment',
  ],
  [
    "environments of several accounts in one stack",
    [
      { ...bounded, accountId: "123456789012" },
      { ...bounded, name: "other", accountId: "210987654321" },
    ],
    { environments: ["dev", "other"] },
    "must name environments of one account",
  ],
])("refuses %s", (_, environments, more, message) => {
  const github = { repository, environments: ["dev"], ...more };
  expect(() => validate(environments, github)).toThrow(message);
  expect(() => validate([bounded], { repository, environments: ["dev"] })).not.toThrow();
});

test.each(["octo", "https://github.com/octo/plue", "octo/plue/main"])(
  "refuses %s as GitHub's repository",
  (repository) => {
    expect(() => validate([dev], { repository, environments: ["dev", "prod"] })).toThrow(
      /github.repository is ".*": must be OWNER\/NAME.*\n.*github.environments\[1\] is "prod": is not an environment/,
    );
  },
);
