import fc from "fast-check";
import { dev } from "../../src/environments/dev";
import { environmentSchema, type EnvironmentSettings } from "../../src/environments/settings";
import { valuesOf } from "../support/arbitrary";
import { faults } from "../support/faults";
import { full } from "../support/full";
import { runs } from "../support/runs";
import { synthesize } from "../support/stack";

const settings = (wrong: number) =>
  fc
    .constantFrom<EnvironmentSettings>({ ...dev, adopts: undefined }, full)
    .chain((example) =>
      valuesOf(environmentSchema, example, wrong),
    ) as fc.Arbitrary<EnvironmentSettings>;

test("whatever the settings, each fault has its path and its fix", () => {
  let refused = 0;
  fc.assert(
    fc.property(settings(20), (candidate) => {
      const root = String(candidate.name) || "environment";
      for (const fault of faults(candidate)) {
        refused++;
        expect(fault.path.startsWith(root)).toBe(true);
        expect(fault.fix).toMatch(/\w/);
        expect(fault.fix).not.toMatch(/^Invalid|undefined/);
      }
    }),
    { numRuns: runs(300, 20_000) },
  );
  expect(refused).toBeGreaterThan(100);
});

test("whatever the settings, what is not refused becomes a whole stack", () => {
  const accepted = settings(0).filter((candidate) => faults(candidate).length === 0);
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
