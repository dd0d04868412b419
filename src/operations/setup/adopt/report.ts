import { count } from "../../../terminal/output";
import type { Finding, Verdict } from "./verdict";

/** Above this number of objects a reason has a count instead of their addresses. */
const MANY = 8;

/** Warning for a state that stays at the old project's key. */
export const OLD_CODE_DESTROYS =
  "WARNING: the state stays at the old project's key. After the adoption, an apply of the old code DESTROYS the " +
  "database, the file system and every repository. Give the state a key of its own, with stateKey in the settings.\n";

/** A verdict that a person can read and sign off. */
export function report(environment: string, verdict: Verdict): string {
  const { moved, changed, created, replaced, destroyed } = verdict;
  const expected = (findings: readonly Finding[]) => findings.filter(({ reason }) => reason);
  const open = [
    ...undecided("would be changed", changed),
    ...undecided("would be created", created),
    ...undecided("would be replaced", replaced),
    ...undecided("would be destroyed", destroyed),
  ];
  return [
    `Moved to a new address: ${moved.length}`,
    ...section("Changed in place", expected(changed)),
    ...section("Created", expected(created)),
    ...section("Replaced", expected(replaced)),
    ...section("Destroyed", expected(destroyed)),
    "",
    ...(open.length > 0
      ? [
          `${count(open.length, "change")} that the adoption does not make by itself. Each comes from an object that differs from the old code, from src/environments/${environment}.ts or from a variable:`,
          ...open,
        ]
      : [`${environment} can be adopted: nothing that matters is replaced or destroyed.`]),
  ].join("\n");
}

function section(title: string, findings: readonly Finding[]): string[] {
  const addresses = new Set(findings.map(({ address }) => address));
  const reasons = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.attributes.join(", ")}: ${finding.reason}`.replace(/^: /, "");
    reasons.set(key, [...(reasons.get(key) ?? []), finding]);
  }
  return [
    "",
    `${title}: ${addresses.size}`,
    ...[...reasons].flatMap(([reason, of]) => [
      `  ${reason}`,
      ...(of.length > MANY
        ? [`    ${of.length} objects`]
        : of.map(({ address }) => `    ${address}`)),
    ]),
  ];
}

function undecided(what: string, findings: readonly Finding[]): string[] {
  return findings
    .filter(({ reason }) => reason === undefined)
    .map(({ address, attributes, note }) => {
      const because = attributes.length > 0 ? ` (${attributes.join(", ")})` : "";
      return `  ! ${address} ${what}${because}: ${note}`;
    });
}
