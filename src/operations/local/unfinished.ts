import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf, killGroup } from "../../embedded-aws/process";

const markOf = (home: string) => join(home, "unfinished");

/** Notes that a Terraform is changing the embedded AWS. */
export function markUnfinished(home: string, pid: number): void {
  writeFileSync(markOf(home), String(pid));
}

/** Notes that it has come to an end, and that its state is saved. */
export function clearUnfinished(home: string): void {
  rmSync(markOf(home), { force: true });
}

/**
 * Kills the Terraform that a killed run has left behind. What it had made and not yet saved is in
 * no state, so the embedded AWS must be started afresh.
 * @returns whether there was such a run
 */
export function killUnfinished(home: string): boolean {
  if (!existsSync(markOf(home))) return false;
  const pid = Number(readFileSync(markOf(home), "utf8"));
  // The process id can have passed to another program since.
  if (pid && commandOf(pid)?.includes("terraform")) killGroup(pid);
  clearUnfinished(home);
  return true;
}
