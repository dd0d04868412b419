import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identityOf, killGroup } from "../../process/identity";

const markOf = (home: string) => join(home, "unfinished");

/** A Terraform that changes the embedded AWS. */
interface Unfinished {
  readonly pid: number;
  /** Tells the process from a later one with the same id. */
  readonly identity: string;
}

/** Notes that a Terraform is changing the embedded AWS. */
export function markUnfinished(home: string, pid: number): void {
  writeFileSync(markOf(home), JSON.stringify({ pid, identity: identityOf(pid) }));
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
  const { pid, identity } = JSON.parse(readFileSync(markOf(home), "utf8")) as Unfinished;
  if (identity && identityOf(pid) === identity) killGroup(pid);
  clearUnfinished(home);
  return true;
}
