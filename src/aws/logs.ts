import {
  CloudWatchLogs,
  paginateDescribeLogStreams,
  type FilteredLogEvent,
  type LogStream,
} from "@aws-sdk/client-cloudwatch-logs";
import { client, type AwsEnvironment } from "./client";
import { unlessMissing, type AwsError } from "./errors";
import { itemsOf } from "./pages";

/** The last lines of a log stream; none if it does not exist. */
export async function lastLines(
  environment: AwsEnvironment,
  logGroupName: string,
  logStreamName: string,
  limit: number,
): Promise<string[]> {
  const logs = client(CloudWatchLogs, environment);
  const lines: string[] = [];
  let nextToken: string | undefined;
  const read = async () => {
    for (;;) {
      const { events = [], nextBackwardToken } = await logs.getLogEvents({
        logGroupName,
        logStreamName,
        limit,
        startFromHead: false,
        nextToken,
      });
      lines.unshift(...events.map(({ message }) => (message ?? "").trimEnd()));
      // A page can be empty before the stream's beginning, where the token stays the same.
      if (lines.length >= limit || nextBackwardToken === nextToken) return lines.slice(-limit);
      nextToken = nextBackwardToken;
    }
  };
  return (await unlessMissing(read)) ?? [];
}

/** Deletes a log group. @returns whether there was one */
export async function deleteLogGroup(
  environment: AwsEnvironment,
  logGroupName: string,
): Promise<boolean> {
  const logs = client(CloudWatchLogs, environment);
  return Boolean(await unlessMissing(() => logs.deleteLogGroup({ logGroupName })));
}

/**
 * The log stream of a group that was made last; undefined if there is none. The time of a stream's
 * last event, by which CloudWatch can order, lags up to an hour.
 */
export async function newestStream(
  environment: AwsEnvironment,
  logGroupName: string,
): Promise<string | undefined> {
  const pages = paginateDescribeLogStreams(
    { client: client(CloudWatchLogs, environment) },
    { logGroupName },
  );
  const streams = await unlessMissing(() => itemsOf(pages, ({ logStreams }) => logStreams));
  const time = ({ creationTime = 0 }: LogStream) => creationTime;
  return streams?.toSorted((one, other) => time(one) - time(other)).at(-1)?.logStreamName;
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
    const logs = client(CloudWatchLogs, this.environment);
    const lines: string[] = [];
    try {
      for (;;) {
        const { events = [], nextForwardToken } = await logs.getLogEvents({
          logGroupName,
          logStreamName,
          startFromHead: true,
          nextToken: this.nextToken,
        });
        lines.push(...events.map(({ message }) => (message ?? "").trimEnd()));
        // A page can be empty before the stream's end, where the token stays the same.
        const end = nextForwardToken === this.nextToken;
        this.nextToken = nextForwardToken;
        if (end) return lines;
      }
    } catch (error) {
      if ((error as AwsError).name === "ResourceNotFoundException") return lines;
      throw error;
    }
  }
}

/** A selection of a log group's events. */
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
  const logs = client(CloudWatchLogs, environment);
  let nextToken: string | undefined;
  do {
    // CloudWatch Logs always mixes the streams; moto does only if asked.
    const page = await logs.filterLogEvents({ ...query, interleaved: true, nextToken });
    yield* page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken);
}

/** Tests whether a log group exists. */
export async function logGroupExists(
  environment: AwsEnvironment,
  logGroupNamePrefix: string,
): Promise<boolean> {
  const { logGroups = [] } = await client(CloudWatchLogs, environment).describeLogGroups({
    logGroupNamePrefix,
  });
  return logGroups.some(({ logGroupName }) => logGroupName === logGroupNamePrefix);
}
