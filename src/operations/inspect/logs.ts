import { setTimeout as sleep } from "node:timers/promises";
import type { AwsError } from "../../aws/errors";
import { eventsOf } from "../../aws/logs";
import { ActionRequired } from "../../process/errors";
import { onInterrupt } from "../../process/interrupt";
import type { Environment } from "../environment";

/** Options of a log. */
export interface LogOptions {
  /** Age of the oldest event, in seconds. */
  readonly since: number;
  /** Continues until the user interrupts. @default false */
  readonly follow?: boolean;
  /** Filter pattern in CloudWatch's syntax. @default all events */
  readonly filter?: string;
}

/** CloudWatch may return an event some seconds late and out of order. */
const LATE_MILLISECONDS = 10_000;

/**
 * Reads a log group, oldest event first.
 * @param onEvent function that is called with each event, as one line
 * @returns the number of events
 * @throws ActionRequired if there is no such log group
 */
export async function readLog(
  environment: Environment,
  logGroupName: string,
  { since, follow = false, filter }: LogOptions,
  onEvent: (line: string) => void,
): Promise<number> {
  onInterrupt("Nothing was changed. The service continues to write its log.");
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
