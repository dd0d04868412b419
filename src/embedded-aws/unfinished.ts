import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { identityOf, killGroup } from "../process/identity";
import { writeWhole } from "../process/files";

const PREFIX = "unfinished";

/** A Terraform that works on the embedded AWS. */
interface Unfinished {
  readonly pid: number;
  /** Distinguishes the process from a later one with the same id. */
  readonly identity?: string;
  /** True if it changes something. */
  readonly changes: boolean;
}

/**
 * Notes that a Terraform works on the embedded AWS.
 * @returns notes that it has ended, and that its state is saved
 */
export function markUnfinished(home: string, pid: number, changes: boolean): () => void {
  const mark = join(home, `${PREFIX}-${pid}`);
  const unfinished: Unfinished = { pid, identity: identityOf(pid), changes };
  writeWhole(mark, JSON.stringify(unfinished));
  return () => rmSync(mark, { force: true });
}

/**
 * Kills each Terraform that a killed run has left behind. What it has created and not yet saved is in no
 * state, so the embedded AWS must be started again.
 * @returns whether one of them was changing something
 */
export function killUnfinished(home: string): boolean {
  const marks = readdirSync(home).filter((name) => name.startsWith(PREFIX));
  const found = marks.map((name) => {
    const mark = join(home, name);
    const { pid, identity, changes = true } = read(mark);
    if (pid !== undefined && identity && identityOf(pid) === identity) killGroup(pid);
    rmSync(mark, { force: true });
    return changes;
  });
  return found.includes(true);
}

/** A mark that cannot be read, after a full disk for example, still means that a run did not end. */
function read(mark: string): Partial<Unfinished> {
  try {
    return (JSON.parse(readFileSync(mark, "utf8")) ?? {}) as Partial<Unfinished>;
  } catch {
    return {};
  }
}
