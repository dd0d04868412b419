import { setTimeout as sleep } from "node:timers/promises";
import type { AwsError } from "../../aws/errors";
import { eventsOf } from "../../aws/logs";
import { ActionRequired } from "../../process/errors";
import { onInterrupt } from "../../process/interrupt";
import type { Environment } from "../environment";

/** Which events to read. */
export interface LogOptions {
  /** How far back, in seconds. */
  readonly since: number;
  /** Go on until the user interrupts. @default false */
  readonly follow?: boolean;
  /** In CloudWatch's filter syntax. @default all events */
  readonly filter?: string;
}

/** CloudWatch may show an event some seconds late, out of its order. */
const LATE_MILLISECONDS = 10_000;

/**
 * Reads a log group, oldest event first.
 * @param onEvent called with each event, as one line
 * @returns how many events there were
 * @throws ActionRequired if there is no such log group
 */
export async function readLog(
  environment: Environment,
  logGroupName: string,
  { since, follow = false, filter }: LogOptions,
  onEvent: (line: string) => void,
): Promise<number> {
  onInterrupt("Nothing was changed: the service goes on writing its log.");
  const seen = new Set<string>();
  let startTime = Date.now() - since * 1000;
  try {
    for (;;) {
      const query = { logGroupName, startTime, filterPattern: filter };
      for await (const event of eventsOf(environment, query)) {
        const { eventId = "", timestamp = 0, message = "" } = event;
        if (seen.has(eventId)) continue;
        seen.add(eventId);
        onEvent(`${new Date(timestamp).toISOString()} ${message.trimEnd()}`);
        startTime = Math.max(startTime, timestamp - LATE_MILLISECONDS);
      }
      if (!follow) return seen.size;
      await sleep(2000);
    }
  } catch (error) {
    if ((error as AwsError).name !== "ResourceNotFoundException") throw error;
    throw new ActionRequired(
      `there is no log group ${logGroupName} in ${environment.region}`,
      `Deploy the environment first: \`plue deploy ${environment.name}\`.`,
    );
  }
}
