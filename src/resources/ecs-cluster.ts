import type { Cluster } from "@aws-sdk/client-ecs";
import { aws } from "../aws/services";
import { blocks } from "../terraform/stack";
import { listed } from "./ask";
import { after, free, lastParts, linkedRole, noSearch, settingOf, resourceKind } from "./kind";

/** A cluster. */
export const ecsCluster = resourceKind({
  type: "aws_ecs_cluster",
  words: "ecs cluster",
  drawing: { as: "frame" },
  cost: (clusters, { usage }) =>
    clusters.flatMap(({ module: part, values }) => {
      const level = blocks(values.setting).find(({ name }) => name === "containerInsights")?.value;
      if (level === undefined || level === "disabled") return [];
      const [price, quantity] =
        level === "enhanced"
          ? (["enhancedMetric.month", usage.enhancedInsightsMetrics] as const)
          : (["metric.month", usage.containerInsightsMetrics] as const);
      return [
        { part, what: `Container Insights, about ${quantity} metrics`, price, quantity },
        {
          part,
          what: "Container Insights, raw data taken in",
          price: "logs.gigabyte",
          quantity: usage.containerInsightsGigabytes,
        },
      ];
    }),
  existing: noSearch.idempotent,
  remaining: {
    // ECS shows clusters for about an hour after their end.
    "ecs:cluster/": listed(
      aws.ecs,
      "clusters",
      (ecs, _, arn) => ecs.describeClusters({ clusters: [arn] }),
      ({ status }: Cluster) => status !== "INACTIVE",
    ),
  },
  permissions: {
    names: {
      "ecs:cluster": (p) => after("cluster/", lastParts(p.clusterName ?? p.cluster ?? p.clusters)),
      "servicediscovery:namespace": () => "namespace/*",
    },
    also: { "ecs:CreateCluster": () => [linkedRole("ecs.amazonaws.com")] },
  },
});

/** The capacity providers of a cluster. */
export const ecsClusterCapacityProviders = settingOf("aws_ecs_cluster", {
  type: "aws_ecs_cluster_capacity_providers",
  words: "capacity provider setting",
  cost: free.always,
});
