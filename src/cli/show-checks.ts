import type { Check } from "../operations/inspect/doctor/check";
import { count, data, json, next } from "../terminal/output";

/**
 * Prints checks, one a line with its fix below, or as JSON. Ends with the next thing to do, and with
 * exit code 1 if one failed.
 *
 * @param whenFailed What to do where some failed.
 * @param whenWell What to do where none did.
 */
export function showChecks(
  checks: readonly Check[],
  asJson: boolean | undefined,
  whenFailed: string,
  whenWell: string,
): void {
  if (asJson) json(checks);
  else {
    for (const { check, result, saw, fix } of checks) {
      data(`${result.padEnd(8)} ${check}: ${saw}`);
      if (fix) data(`${" ".repeat(9)}fix: ${fix}`);
    }
  }
  const failed = checks.filter(({ result }) => result === "failed").length;
  next(failed > 0 ? `${count(failed, "check")} failed: ${whenFailed}` : whenWell);
  if (failed > 0) process.exitCode = 1;
}
