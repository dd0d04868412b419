import { EcsCluster as Cluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsClusterCapacityProviders } from "@cdktf/provider-aws/lib/ecs-cluster-capacity-providers";
import { Construct } from "constructs";
import type { EcsClusterSettings } from "../environments/settings";
import { names } from "../names";

/** What the cluster is made of. */
export interface EcsClusterProps {
  /** Prefix of all names. */
  readonly environment: string;
  /** The environment's settings of it. */
  readonly settings: EcsClusterSettings;
}

/** The ECS cluster, with Fargate's two capacity providers. */
export class EcsCluster extends Construct {
  /** The cluster. */
  readonly cluster: Cluster;
  /** A service that uses them must wait for it. */
  readonly capacityProviders: EcsClusterCapacityProviders;

  /** Makes the cluster. */
  constructor(scope: Construct, id: string, props: EcsClusterProps) {
    super(scope, id);
    this.cluster = new Cluster(this, "aws_ecs_cluster.main", {
      name: names.cluster(props.environment),
      setting: [
        {
          name: "containerInsights",
          value: props.settings.containerInsights ? "enabled" : "disabled",
        },
      ],
    });
    this.capacityProviders = new EcsClusterCapacityProviders(
      this,
      "aws_ecs_cluster_capacity_providers.main",
      {
        clusterName: this.cluster.name,
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", base: 1, weight: 100 }],
      },
    );
  }
}
