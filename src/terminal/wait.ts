import { setTimeout as sleep } from "node:timers/promises";
import { PlueError } from "../process/errors";
import { printableLine } from "../process/printable";
import { duration, say } from "./output";

/** Result of one look at something that takes time. */
export type Look<T> = { readonly done: T } | { readonly waiting: string };

/** How to wait. */
export interface WaitOptions<T> {
  /** The condition, at the start of each line of progress. */
  readonly what: string;
  /** Longest wait, in seconds. */
  readonly timeout: number;
  /** Between two looks, in seconds. @default 3 */
  readonly interval?: number;
  /** Looks. */
  readonly look: () => Promise<Look<T>>;
  /** The next steps when the time is over, one line each. */
  readonly advice: readonly string[];
}

/** Without a terminal, a line of progress for each change, and at least one in this many seconds. */
const QUIET_SECONDS = 30;

/**
 * Waits, and shows what for and how long at most.
 * @throws PlueError when the time is over
 */
export async function waitFor<T>(options: WaitOptions<T>): Promise<T> {
  const { what, timeout, interval = 3, look } = options;
  const deadline = Date.now() + timeout * 1000;
  const terminal = process.stderr.isTTY;
  let last = "";
  let lastPrinted = 0;
  for (;;) {
    const found = await look();
    const left = (deadline - Date.now()) / 1000;
    if ("done" in found) {
      if (terminal && last) process.stderr.write("\r\u001b[K");
      return found.done;
    }
    if (left <= 0) {
      if (terminal) process.stderr.write("\r\u001b[K");
      throw new PlueError(`${what}: gave up after ${duration(timeout)} (${found.waiting})`, {
        advice: options.advice,
      });
    }
    const line = printableLine(`${what}: ${found.waiting}, ${duration(left)} left`);
    if (terminal) process.stderr.write(`\r\u001b[K${line.slice(0, process.stderr.columns - 1)}`);
    else if (found.waiting !== last || Date.now() - lastPrinted > QUIET_SECONDS * 1000) {
      say(line);
      lastPrinted = Date.now();
    }
    last = found.waiting;
    await sleep(Math.min(interval, Math.max(left, 0.1)) * 1000);
  }
}
