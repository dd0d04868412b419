import type { ElastiCache } from "@aws-sdk/client-elasticache";
import { aws } from "../aws/services";
import { count } from "../terminal/output";
import { listed, search, existing } from "./ask";
import { HOURS_PER_MONTH, number, text } from "./charges";
import {
  after,
  capital,
  card,
  free,
  linkedRole,
  networkInterfaces,
  resourceKind,
  settingOf,
  shown,
  strings,
  type Existing,
} from "./kind";

/** A cache of nodes. */
export const elasticacheReplicationGroup = resourceKind({
  type: "aws_elasticache_replication_group",
  words: "elasticache replication group",
  drawing: card("database", "stack", "Cache", {
    facts: ({ engine, node_type: type, num_cache_clusters: nodes }) => [
      shown(engine) && capital(shown(engine)!),
      nodes === undefined ? shown(type) : `${shown(nodes)} × ${shown(type)}`,
    ],
  }),
  cost: (groups) =>
    groups.map(({ module: part, values }) => {
      const shards = Math.max(1, number(values.num_node_groups));
      const nodes =
        number(values.num_cache_clusters) || shards * (1 + number(values.replicas_per_node_group));
      const engine = text(values.engine, "redis");
      return {
        part,
        what: `${count(nodes, "node")} of ${engine}, ${text(values.node_type)}`,
        price: `cache.${engine}.${text(values.node_type)}.hour`,
        quantity: nodes * HOURS_PER_MONTH,
      };
    }),
  existing: search(aws.elasticache, async (elasticache, { replication_group_id: id }) => {
    const found = await elasticache.describeReplicationGroups({ ReplicationGroupId: id });
    return cacheTags(elasticache, id, found.ReplicationGroups?.[0]?.ARN);
  }),
  remaining: {
    "elasticache:replicationgroup:": listed(
      aws.elasticache,
      "ReplicationGroups",
      (elasticache, ReplicationGroupId) =>
        elasticache.describeReplicationGroups({ ReplicationGroupId }),
    ),
    // The nodes of the group.
    "elasticache:cluster:": listed(
      aws.elasticache,
      "CacheClusters",
      (elasticache, CacheClusterId) => elasticache.describeCacheClusters({ CacheClusterId }),
    ),
  },
  permissions: {
    names: {
      "elasticache:cluster": (p) => after("cluster:", p.CacheClusterId),
      // AWS chooses the group.
      "elasticache:parametergroup": (p) =>
        after("parametergroup:", p.CacheParameterGroupName ?? (p.CacheNodeType && "default.*")),
      "elasticache:replicationgroup": (p) => after("replicationgroup:", p.ReplicationGroupId),
    },
    tagging: "elasticache:AddTagsToResource",
    creates: { "elasticache:CreateReplicationGroup": "replicationgroup" },
    keyActions: { "elasticache:CreateReplicationGroup": ["CreateGrant", "DescribeKey"] },
    also: {
      "elasticache:CreateReplicationGroup": ({ UserGroupIds }) => [
        linkedRole("elasticache.amazonaws.com"),
        ...networkInterfaces,
        {
          action: "elasticache:CreateReplicationGroup",
          on: after("elasticache:usergroup:", strings(UserGroupIds)),
        },
      ],
    },
  },
});

/** The subnets of a cache. */
export const elasticacheSubnetGroup = settingOf("aws_elasticache_replication_group", {
  type: "aws_elasticache_subnet_group",
  words: "elasticache subnet group",
  cost: free.always,
  existing: search(aws.elasticache, async (elasticache, { name }) => {
    const found = await elasticache.describeCacheSubnetGroups({ CacheSubnetGroupName: name });
    return cacheTags(elasticache, name, found.CacheSubnetGroups?.[0]?.ARN);
  }),
  remaining: {
    "elasticache:subnetgroup:": listed(
      aws.elasticache,
      "CacheSubnetGroups",
      (elasticache, CacheSubnetGroupName) =>
        elasticache.describeCacheSubnetGroups({ CacheSubnetGroupName }),
    ),
  },
  permissions: {
    names: { "elasticache:subnetgroup": (p) => after("subnetgroup:", p.CacheSubnetGroupName) },
  },
});

/** An object of ElastiCache with its tags; undefined without an ARN. */
export async function cacheTags(
  elasticache: ElastiCache,
  id: string | undefined,
  arn: string | undefined,
): Promise<Existing | undefined> {
  if (arn === undefined) return undefined;
  return existing(id, (await elasticache.listTagsForResource({ ResourceName: arn })).TagList);
}
