import type { Finding, Verdict } from "./verdict";

/** Above this number of objects a reason stands with a count instead of their addresses. */
const MANY = 8;

/** A verdict that a person can read and sign off. */
export function report(environment: string, verdict: Verdict): string {
  const { moved, changed, created, replaced, destroyed } = verdict;
  const foreseen = (findings: readonly Finding[]) => findings.filter(({ reason }) => reason);
  const open = [
    ...unforeseen("would be changed", changed),
    ...unforeseen("would be created, though the old project had it: is this the state?", created),
    ...unforeseen("would be replaced", replaced),
    ...unforeseen("would be destroyed", destroyed),
  ];
  return [
    `Moved to a new address: ${moved.length}`,
    ...section("Changed in place", foreseen(changed)),
    ...section("Created", foreseen(created)),
    ...section("Replaced", foreseen(replaced)),
    ...section("Destroyed", foreseen(destroyed)),
    "",
    ...(open.length > 0
      ? [`A person must look at ${open.length} of these:`, ...open]
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

function unforeseen(what: string, findings: readonly Finding[]): string[] {
  return findings
    .filter(({ reason }) => reason === undefined)
    .map(({ address, attributes }) => {
      const because = attributes.length > 0 ? ` (${attributes.join(", ")})` : "";
      return `  ! ${address} ${what}${because}`;
    });
}
