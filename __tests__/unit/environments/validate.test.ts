import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { dev } from "../../../src/environments/dev";
import { environments } from "../../../src/environments";
import { fargateMemory, type FargateSize } from "../../../src/environments/fargate";
import {
  logRetentionDays,
  type EnvironmentSettings,
  type MasterPassword,
  type ServiceSettings,
} from "../../../src/environments/settings";
import { SettingsError, validate, type Fault } from "../../../src/environments/validate";
import { synthesize } from "../../support/stack";

function faults(...settings: EnvironmentSettings[]): readonly Fault[] {
  try {
    validate(settings);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

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
  ["bits after the prefix", { network: { cidr: "10.0.0.1/16" } }, "dev.network.cidr"],
  ["no address at all", { network: { cidr: "ten/16" } }, "dev.network.cidr"],
  ["a single zone", { network: { zones: [zone] } }, "dev.network.zones"],
  ["min above max", { webApp: { minCapacity: 3, maxCapacity: 2 } }, "dev.webApp.maxCapacity"],
  [
    "a retention that CloudWatch lacks",
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
  ["adopting another environment's state", { adopts: "production" }, "dev.adopts"],
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
  ["two--hyphens", "RDS takes no two hyphens in a row"],
])("refuses the name %s: %s", (name) => {
  expect(faults({ ...dev, adopts: undefined, name }).map((fault) => fault.path)).toEqual([
    `${name}.name`,
  ]);
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
      "3 wrong settings; nothing was synthesized:",
      '  dev.network.cidr is "10.0.0.0/8": must be an IPv4 CIDR from /16 to /28 without bits after the prefix, such as 10.0.0.0/16',
      `  dev.webApp.logRetentionDays is 4: must be one of ${logRetentionDays.join(", ")}`,
      "  dev.webApp.minCapacity is -1: must be a whole number from 0 to 5000",
    ].join("\n"),
  );
});

// What follows tries settings that nobody thought of: most of them right, so that many a stack is
// synthesized, the others out of range, out of shape, or apt to break templates, names and JSON.
const mostly = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 15, arbitrary: right }, { weight: 1, arbitrary: wrong as fc.Arbitrary<T> });
const awkward = fc.oneof(
  fc.constantFrom(
    "",
    "${var.x}",
    '"',
    "\\",
    "%{",
    "dev",
    "10.0.0.0/16",
    "\u0000",
    "é",
    "__proto__",
  ),
  fc.string({ maxLength: 40 }),
);
const wrongNumber = fc.constantFrom(-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12);
const whole = (min: number, max: number) => mostly(fc.integer({ min, max }), wrongNumber);
const octet = fc.integer({ min: 0, max: 255 });
const anyCidr = fc
  .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 33 }))
  .map(([a, b, c, d, bits]) => `${a}.${b}.${c}.${d}/${bits}`);
const cidr = (right: string) => mostly(fc.constant(right), fc.oneof(anyCidr, awkward));
const size = fc
  .constantFrom(...(Object.keys(fargateMemory).map(Number) as (keyof typeof fargateMemory)[]))
  .chain((cpu) =>
    mostly(fc.constantFrom<number>(...fargateMemory[cpu]), wrongNumber).map(
      (memoryLimitMiB) => ({ cpu, memoryLimitMiB }) as FargateSize,
    ),
  );
const service: fc.Arbitrary<ServiceSettings> = fc.record(
  {
    size,
    minCapacity: whole(0, 5),
    maxCapacity: whole(4, 20),
    logRetentionDays: mostly(fc.constantFrom(...logRetentionDays), wrongNumber),
    fargateSpot: fc.record({ onDemandBase: whole(0, 3) }),
    cpuTargetPercent: whole(1, 100),
    requestsPerTarget: whole(1, 1000),
    executeCommand: fc.boolean(),
    egress: fc.array(
      fc.record({
        description: mostly(fc.constant("Mail"), awkward),
        port: whole(1, 65535),
        cidrBlocks: fc.array(cidr("192.0.2.0/24"), { minLength: 1, maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ["size", "minCapacity", "maxCapacity", "logRetentionDays"] },
);
const zones = fc.integer({ min: 1, max: 3 }).chain((length) =>
  fc.tuple(
    ...Array.from({ length: length === 1 ? 2 : length }, (_, index) =>
      fc.record({
        publicCidr: cidr(`10.0.${index}.0/24`),
        privateCidr: cidr(`10.0.${index + 100}.0/24`),
      }),
    ),
  ),
);
const settings: fc.Arbitrary<EnvironmentSettings> = fc
  .record({
    top: fc.record(
      {
        name: mostly(fc.stringMatching(/^[a-z][a-z0-9]{1,10}$/), awkward),
        tags: fc.dictionary(
          mostly(fc.constant("Team"), awkward),
          mostly(fc.constant("git"), awkward),
          { maxKeys: 2 },
        ),
        secretRecoveryWindowDays: mostly(fc.constantFrom(0, 7, 30), wrongNumber),
        apiServer: service,
        webApp: service,
        domain: fc.record(
          {
            name: mostly(fc.constant("plue.example.com"), awkward),
            hostedZoneId: mostly(fc.constant("Z0123456789"), awkward),
          },
          { requiredKeys: ["name"] },
        ),
        alarms: fc.constantFrom("notify" as const, "targets-only" as const),
      },
      { requiredKeys: [] },
    ),
    network: fc.record(
      { zones, natGateways: fc.constantFrom("single" as const, "per-zone" as const) },
      { requiredKeys: [] },
    ),
    database: fc.record(
      {
        backupWindow: mostly(fc.constantFrom("01:00-02:00", "23:30-00:30"), awkward),
        maintenanceWindow: mostly(
          fc.constantFrom("sat:05:00-sat:06:00", "sun:23:00-mon:00:00"),
          awkward,
        ),
        masterPassword: fc.constantFrom<MasterPassword>(
          { mode: "random" },
          { mode: "write-only", version: 1 },
        ),
        finalSnapshot: fc.boolean(),
        allocatedStorage: whole(20, 30),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ top, network, database }) => ({
    ...dev,
    adopts: undefined,
    ...top,
    network: { ...dev.network, ...network },
    database: { ...dev.database, ...database },
  }));

test("whatever the settings, what is refused is named", () => {
  fc.assert(
    fc.property(settings, (candidate) => {
      const root = String(candidate.name) || "environment";
      for (const fault of faults(candidate)) {
        expect(fault.path.startsWith(`${root}.`)).toBe(true);
        expect(fault.fix).not.toBe("");
      }
    }),
    { numRuns: 5000 },
  );
});

test("whatever the settings, what is not refused becomes a whole stack", () => {
  const accepted = settings.filter((candidate) => faults(candidate).length === 0);
  fc.assert(
    fc.property(accepted, (candidate) => {
      const { template, json } = synthesize(candidate);
      expect(Object.keys(template.resource as object).length).toBeGreaterThan(30);
      expect(json).not.toContain("TfToken");
      expect(json).not.toMatch(/undefined|NaN/);
    }),
    { numRuns: 100 },
  );
});

test("a refused synthesis writes nothing, says why without a stack trace, and exits with 1", () => {
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
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toBe(
      '1 wrong setting; nothing was synthesized:\n  dev.network.cidr is "wrong": must be an IPv4 CIDR from /16 to /28 without bits after the prefix, such as 10.0.0.0/16\n',
    );
    expect(readdirSync(directory)).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
