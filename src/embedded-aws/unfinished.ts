import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { identityOf, killGroup } from "../process/identity";
import { writeWhole } from "../process/files";

const markOf = (home: string) => join(home, "unfinished");

/** A Terraform that changes the embedded AWS. */
interface Unfinished {
  readonly pid: number;
  /** Tells the process from a later one with the same id. */
  readonly identity: string;
}

/** Notes that a Terraform is changing the embedded AWS. */
export function markUnfinished(home: string, pid: number): void {
  writeWhole(markOf(home), JSON.stringify({ pid, identity: identityOf(pid) }));
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
  const { pid, identity } = read(markOf(home));
  if (pid !== undefined && identity && identityOf(pid) === identity) killGroup(pid);
  clearUnfinished(home);
  return true;
}

/** A mark that cannot be read, after a full disk for example, still says that a run did not end. */
function read(mark: string): Partial<Unfinished> {
  try {
    return (JSON.parse(readFileSync(mark, "utf8")) ?? {}) as Partial<Unfinished>;
  } catch {
    return {};
  }
}
