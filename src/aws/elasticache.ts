import {
  DescribeReplicationGroupsCommand,
  DescribeServerlessCachesCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { names } from "../names";
import { client, type AwsEnvironment } from "./client";
import type { AwsError } from "./errors";

/** What ElastiCache says of the environment's cache, such as `available`; undefined if there is none. */
export async function cacheStatus(
  environment: AwsEnvironment,
  kind: "serverless" | "nodes",
): Promise<string | undefined> {
  const elasticache = client(ElastiCacheClient, environment);
  const name = names.cache(environment.name);
  try {
    if (kind === "serverless") {
      const { ServerlessCaches = [] } = await elasticache.send(
        new DescribeServerlessCachesCommand({ ServerlessCacheName: name }),
      );
      return ServerlessCaches[0]?.Status;
    }
    const { ReplicationGroups = [] } = await elasticache.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: name }),
    );
    return ReplicationGroups[0]?.Status;
  } catch (error) {
    if (/NotFound/.test((error as AwsError).name)) return undefined;
    throw error;
  }
}
