import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCalls } from "../../src/operations/policies/calls";
import { needsOfCi, policiesFolder } from "../../src/operations/policies/make";
import type { Need } from "../../src/operations/policies/needs";
import { allows, type Policy } from "../../src/operations/policies/policy";

/** The file that `npm run policies` has calls recorded in, to make the policies of it. */
export const policyRecording = process.env.EMBEDDED_AWS_RECORDING;

/** What Terraform and plue called and the policies of CI do not allow, all three together;
 * none while the policies are made of those calls. */
export async function lacking(recording: string): Promise<Need[]> {
  if (recording === policyRecording) return [];
  const policies = ["plan", "deploy", "state"].map(
    (name) => JSON.parse(readFileSync(join(policiesFolder, `${name}.json`), "utf8")) as Policy,
  );
  const calls = readCalls(recording).filter(({ caller }) => caller !== "other");
  const needs = (await Promise.all(calls.map(needsOfCi))).flat();
  const texts = needs.filter((need) => !allows(policies, need)).map((need) => JSON.stringify(need));
  return [...new Set(texts)].map((text) => JSON.parse(text) as Need);
}
