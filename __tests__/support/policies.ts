import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCalls } from "../../src/operations/policies/calls";
import { needsOfCi, policiesFolder } from "../../src/operations/policies/make";
import type { Need } from "../../src/operations/policies/needs";
import { allows, type Policy } from "../../src/operations/policies/policy";

/** What Terraform and plue called and the policies of CI do not allow, all three together. */
export async function lacking(recording: string): Promise<Need[]> {
  const policies = ["plan", "deploy", "state"].map(
    (name) => JSON.parse(readFileSync(join(policiesFolder, `${name}.json`), "utf8")) as Policy,
  );
  const calls = readCalls(recording).filter(({ caller }) => caller !== "other");
  const needs = (await Promise.all(calls.map(needsOfCi))).flat();
  const texts = needs.filter((need) => !allows(policies, need)).map((need) => JSON.stringify(need));
  return [...new Set(texts)].map((text) => JSON.parse(text) as Need);
}
