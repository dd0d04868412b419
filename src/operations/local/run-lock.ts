import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf, Failure } from "../../embedded-aws/process";

/**
 * Keeps a second run out of a directory until this one releases it. The lock of a run that was
 * killed is taken over.
 * @returns releases the lock
 * @throws Failure if another run holds it
 */
export function lockRun(home: string): () => void {
  const file = join(home, "run.lock");
  mkdirSync(home, { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(readFileSync(file, "utf8"));
    if (commandOf(holder)?.includes("main.ts")) {
      throw new Failure(
        `Another run is at work on the embedded AWS (process ${holder}). ` +
          `Wait for its end, or stop it with Ctrl-C or kill ${holder}.`,
      );
    }
    rmSync(file, { force: true });
  }
}
