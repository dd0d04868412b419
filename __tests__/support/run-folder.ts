import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { stopServer } from "../../src/embedded-aws/server";
import { isRunning } from "../../src/process/identity";

const prefix = "plue-tests-";
const isOurs = (folder: string) => basename(folder).startsWith(`${prefix}${process.pid}-`);

/**
 * Sends everything temporary of this run of Jest, of its workers and of the programs that they start
 * into one folder, whose name contains the process id, and sweeps the folders of runs that were killed.
 */
export async function makeRunFolder(): Promise<void> {
  if (isOurs(tmpdir())) return;
  await sweep(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // Some tests start programs as a user without rights, who must get to a path that it knows.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
}

/** Removes the folder of this run. */
export function removeRunFolder(): void {
  const folder = tmpdir();
  if (isOurs(folder)) rmSync(folder, { recursive: true, force: true });
}

/** Stops the embedded AWS's of runs that were killed, and removes their folders. */
export async function sweep(root: string): Promise<void> {
  for (const name of readdirSync(root).filter((entry) => entry.startsWith(prefix))) {
    if (isRunning(Number(name.split("-")[2]))) continue;
    const folder = join(root, name);
    try {
      const homes = readdirSync(folder, { withFileTypes: true }).filter((at) => at.isDirectory());
      for (const home of homes) await stopServer(join(folder, home.name));
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      // It belongs to another user, or another run is sweeping it as well.
      if (!["EACCES", "EPERM", "ENOENT", "ENOTEMPTY"].includes(code)) throw error;
    }
  }
}
