import type { Check } from "../operations/inspect/doctor/check";
import { ExitCode } from "../process/exit-code";
import { conclude, data, dataMarked, json, next, type Mark } from "../terminal/output";

type Result = Check["result"];

const marks: Readonly<Record<Result, Mark>> = {
  ok: { mark: "✓", colour: "green" },
  unknown: { mark: "?", colour: "yellow" },
  failed: { mark: "✗", colour: "red" },
};
/** The order within a group, and of the groups by their worst result: failures are last. */
const results: readonly Result[] = ["ok", "unknown", "failed"];

/** Columns of a mark, of a result, and of a check that still has a column of its own. */
const SIGN_WIDTH = 2;
const RESULT_WIDTH = 9;
const WIDEST_CHECK = 36;

/**
 * Prints checks as a table for each group, with the fix below each, or as JSON. The last line counts the results and repeats
 * the failures; with a failure the exit code is 1.
 *
 * @param whenFailed what to do if a check failed
 * @param whenWell what to do if none did
 */
export function showChecks(
  checks: readonly Check[],
  asJson: boolean | undefined,
  whenFailed: string,
  whenWell: string,
): void {
  if (asJson) json(checks);
  else showGroups(checks);
  const failed = checks.filter(({ result }) => result === "failed");
  const counts = (["ok", "failed", "unknown"] as const).map(
    (result) => `${checks.filter((one) => one.result === result).length} ${result}`,
  );
  const names = failed.map(({ check }) => check).join("; ");
  next(failed.length > 0 ? whenFailed : whenWell);
  conclude(`${counts.join(", ")}${names && `. Failed: ${names}`}.`);
  if (failed.length > 0) process.exitCode = ExitCode.Failed;
}

function showGroups(checks: readonly Check[]): void {
  const rank = ({ result }: Check) => results.indexOf(result);
  const groups = [...new Set(checks.map(({ group }) => group))]
    .map((group) => checks.filter((one) => one.group === group).sort((a, b) => rank(a) - rank(b)))
    .sort((a, b) => rank(a.at(-1)!) - rank(b.at(-1)!));
  for (const group of groups) {
    if (group[0]!.group !== undefined) data(group[0]!.group);
    const width = Math.min(Math.max(...group.map(({ check }) => check.length)), WIDEST_CHECK);
    for (const { check, result, saw, fix } of group) {
      const row = `${result.padEnd(RESULT_WIDTH)}${check.padEnd(width)}  `;
      const indent = check.length > width ? 0 : width + 2;
      dataMarked(marks[result], `${row}${saw}`, SIGN_WIDTH + RESULT_WIDTH + indent);
      if (fix)
        dataMarked(
          undefined,
          `${" ".repeat(RESULT_WIDTH)}fix: ${fix}`,
          SIGN_WIDTH + RESULT_WIDTH + 5,
        );
    }
  }
}
