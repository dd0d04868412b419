import { setTimeout as sleep } from "node:timers/promises";
import type { AwsError } from "./errors";

/** AWS knows everywhere of what was just made after some seconds; longest wait, in seconds. */
const SECONDS = 60;

/**
 * Makes a call again, with growing pauses, as long as AWS refuses it because something that was just
 * made is not yet known everywhere.
 * @param passes whether an error is such a refusal
 */
export async function retryWhile<T>(
  passes: (error: AwsError) => boolean,
  call: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + SECONDS * 1000;
  for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
    try {
      return await call();
    } catch (error) {
      if (!passes(error as AwsError) || Date.now() + pause > deadline) throw error;
      await sleep(pause);
    }
  }
}
