import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type FilteredLogEvent,
} from "@aws-sdk/client-cloudwatch-logs";
import { client, type AwsEnvironment } from "./client";

import type { AwsError } from "./errors";

/** The last lines of the stream of a log group that was written to last. */
export async function lastLines(
  environment: AwsEnvironment,
  logGroupName: string,
  limit: number,
): Promise<string[]> {
  const logs = client(CloudWatchLogsClient, environment);
  try {
    const { logStreams = [] } = await logs.send(
      new DescribeLogStreamsCommand({
        logGroupName,
        orderBy: "LastEventTime",
        descending: true,
        limit: 1,
      }),
    );
    const logStreamName = logStreams[0]?.logStreamName;
    if (!logStreamName) return [];
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, limit, startFromHead: false }),
    );
    return events.map(({ message }) => (message ?? "").trimEnd());
  } catch (error) {
    if ((error as AwsError).name === "ResourceNotFoundException") return [];
    throw error;
  }
}

/** Reads a log stream from its start, piece by piece; a stream that is not there yet is empty. */
export class StreamReader {
  private nextToken: string | undefined;

  /** @param logStreamName the stream, in the log group `logGroupName` */
  constructor(
    private readonly environment: AwsEnvironment,
    private readonly logGroupName: string,
    private readonly logStreamName: string,
  ) {}

  /** The lines that have come since the last time. */
  async read(): Promise<string[]> {
    const { logGroupName, logStreamName } = this;
    const logs = client(CloudWatchLogsClient, this.environment);
    const lines: string[] = [];
    try {
      for (;;) {
        const { events = [], nextForwardToken } = await logs.send(
          new GetLogEventsCommand({
            logGroupName,
            logStreamName,
            startFromHead: true,
            nextToken: this.nextToken,
          }),
        );
        lines.push(...events.map(({ message }) => (message ?? "").trimEnd()));
        const end = nextForwardToken === this.nextToken || events.length === 0;
        this.nextToken = nextForwardToken;
        if (end) return lines;
      }
    } catch (error) {
      if ((error as AwsError).name === "ResourceNotFoundException") return lines;
      throw error;
    }
  }
}

/** Which events of a log group to read. */
export interface EventQuery {
  readonly logGroupName: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** In CloudWatch's own filter syntax. @default all events */
  readonly filterPattern?: string;
}

/** The events of a log group since a moment, oldest first. */
export async function* eventsOf(
  environment: AwsEnvironment,
  query: EventQuery,
): AsyncGenerator<FilteredLogEvent> {
  const logs = client(CloudWatchLogsClient, environment);
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ ...query, nextToken }));
    yield* page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken);
}

/** Whether a log group exists. */
export async function logGroupExists(
  environment: AwsEnvironment,
  logGroupNamePrefix: string,
): Promise<boolean> {
  const { logGroups = [] } = await client(CloudWatchLogsClient, environment).send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix }),
  );
  return logGroups.some(({ logGroupName }) => logGroupName === logGroupNamePrefix);
}
