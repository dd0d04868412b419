import fc from "fast-check";
import { dev } from "../../src/environments/dev";
import { fargateMemory, type FargateSize } from "../../src/environments/fargate";
import {
  logRetentionDays,
  type EnvironmentSettings,
  type MasterPassword,
  type ServiceSettings,
} from "../../src/environments/settings";
import { faults } from "../support/faults";
import { runs } from "../support/runs";
import { synthesize } from "../support/stack";

// These are settings that nobody thought of: most of them right, so that many a stack is synthesized,
// the others out of range, out of shape, or apt to break templates, names and JSON.
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
        budget: fc.record(
          {
            monthlyDollars: mostly(fc.double({ min: 0.01, max: 1e6, noNaN: true }), wrongNumber),
            alertEmail: mostly(fc.constant("ops@example.com"), awkward),
          },
          { requiredKeys: ["monthlyDollars"] },
        ),
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
    { numRuns: runs(500, 20_000) },
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
    { numRuns: runs(10, 200) },
  );
});
