import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCalls } from "../../scripts/policies/calls";
import { needsOfCi, policiesFolder, type Purpose } from "../../scripts/policies/make";
import type { Need } from "../../scripts/policies/needs";
import { allows, type Policy } from "../../scripts/policies/policy";

/** The folder in which `npm run policies` has calls recorded, to make the policies of them. */
export const policyRecordings = process.env.PLUE_POLICY_RECORDINGS;

/**
 * The calls of Terraform and plue that the policies of CI do not allow. Empty while the policies are generated
 * from these calls.
 * @param purposes the policies. @default those of an environment without options
 */
export function missingPermissions(
  recording: string,
  purposes: readonly Purpose[] = ["plan", "deploy", "state"],
): Need[] {
  if (policyRecordings) return [];
  const policies = purposes.map(
    (name) => JSON.parse(readFileSync(join(policiesFolder, `${name}.json`), "utf8")) as Policy,
  );
  const needs = readCalls(recording).flatMap(needsOfCi);
  const texts = needs.filter((need) => !allows(policies, need)).map((need) => JSON.stringify(need));
  return [...new Set(texts)].map((text) => JSON.parse(text) as Need);
}
