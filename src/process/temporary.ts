import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRunning } from "./identity";

/** Folders of programs that run are named after their process, so that others are known as left behind. */
const PREFIX = "plue-tmp-";
const A_MINUTE = 60_000;

let directory: string | undefined;

/**
 * Path of a file in a folder that only this user can read. The folder goes when the program ends; one
 * that a killed program has left goes when the next one starts to write.
 */
export function temporaryFile(name: string): string {
  if (directory === undefined) {
    sweep();
    const made = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    process.on("exit", () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return join(directory, name);
}

/** Removes the folders of this user's programs that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^plue-tmp-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const left = join(tmpdir(), name);
    try {
      const { uid, mtimeMs } = statSync(left);
      // One that is being made in another process namespace looks like one that was left.
      const young = Date.now() - mtimeMs < A_MINUTE;
      if (uid === process.getuid?.() && !young) rmSync(left, { recursive: true, force: true });
    } catch {
      // Another program was faster.
    }
  }
}
