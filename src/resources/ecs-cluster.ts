import { client } from "../aws/client";
import { blocks } from "../terraform/stack";
import {
  after,
  any,
  free,
  lastParts,
  linkedRole,
  noSearch,
  settingOf,
  type ResourceKind,
} from "./kind";

/** A cluster. */
export const ecsCluster: ResourceKind = {
  type: "aws_ecs_cluster",
  words: "ecs cluster",
  drawing: { as: "frame" },
  cost: (clusters, { usage }) =>
    clusters
      .filter(({ values }) =>
        blocks(values.setting).some(
          ({ name, value }) => name === "containerInsights" && value !== "disabled",
        ),
      )
      .map(({ module: part }) => ({
        part,
        what: `Container Insights, about ${usage.containerInsightsMetrics} metrics`,
        price: "metric.month",
        quantity: usage.containerInsightsMetrics,
      })),
  existing: noSearch.idempotent,
  remaining: {
    // ECS shows clusters for about an hour after their end.
    "ecs:cluster/": async (to, _, arn) => {
      const { DescribeClustersCommand, ECSClient } = await import("@aws-sdk/client-ecs");
      const call = new DescribeClustersCommand({ clusters: [arn] });
      const { clusters } = await client(ECSClient, to).send(call);
      return any(clusters?.filter(({ status }) => status !== "INACTIVE"));
    },
  },
  loses: "none",
  permissions: {
    names: {
      "ecs:cluster": (p) => after("cluster/", lastParts(p.clusterName ?? p.cluster ?? p.clusters)),
      "servicediscovery:namespace": () => "namespace/*",
    },
    also: { "ecs:CreateCluster": () => [linkedRole("ecs.amazonaws.com")] },
  },
};

/** The capacity providers of a cluster. */
export const ecsClusterCapacityProviders = settingOf("aws_ecs_cluster", {
  type: "aws_ecs_cluster_capacity_providers",
  words: "capacity provider setting",
  cost: free.always,
});
