import { ElastiCache } from "@aws-sdk/client-elasticache";
import { names } from "../names";
import { client, type AwsEnvironment } from "./client";
import { unlessMissing } from "./errors";

/** The status of the environment's cache, such as `available`; undefined if there is none. */
export async function cacheStatus(
  environment: AwsEnvironment,
  kind: "serverless" | "nodes",
): Promise<string | undefined> {
  const elasticache = client(ElastiCache, environment);
  const name = names.cache(environment.name);
  const [found] =
    (await unlessMissing(async () =>
      kind === "serverless"
        ? (await elasticache.describeServerlessCaches({ ServerlessCacheName: name }))
            .ServerlessCaches
        : (await elasticache.describeReplicationGroups({ ReplicationGroupId: name }))
            .ReplicationGroups,
    )) ?? [];
  return found?.Status;
}
