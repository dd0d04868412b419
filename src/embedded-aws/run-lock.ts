import { mkdirSync } from "node:fs";
import { join } from "node:path";
import lockfile from "proper-lockfile";
import { ActionRequired } from "../process/errors";

/** The lock of a killed run is replaced when it is this old, in milliseconds. */
const STALE_MILLISECONDS = 5000;

/**
 * Keeps a second run out of a directory until this one releases it. The lock of a run that was
 * killed is replaced after some seconds.
 * @returns releases the lock
 * @throws ActionRequired if another run holds it
 */
export async function lockRun(home: string): Promise<() => Promise<void>> {
  mkdirSync(home, { recursive: true });
  try {
    return await lockfile.lock(home, {
      lockfilePath: join(home, "run.lock"),
      stale: STALE_MILLISECONDS,
      update: STALE_MILLISECONDS / 5,
      // Long enough for the lock of a run that was killed to become stale.
      retries: { retries: STALE_MILLISECONDS / 500 + 4, factor: 1, minTimeout: 500 },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    throw new ActionRequired(
      `another run works on the embedded AWS: it holds ${join(home, "run.lock")}`,
      "Wait until it has ended, or stop it with Ctrl-C.",
    );
  }
}
