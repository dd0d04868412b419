import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { EcsCluster as Cluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsClusterCapacityProviders } from "@cdktf/provider-aws/lib/ecs-cluster-capacity-providers";
import { Construct } from "constructs";
import type { EcsClusterSettings } from "../environments/settings";
import { names } from "../names";
import type { Context } from "./context";
import { isNew } from "./legacy";

/** What the cluster is made of. */
export interface EcsClusterProps extends Context {
  /** Whether it took over a state: Container Insights has made its log group in its time. */
  readonly adopted: boolean;
  /** The environment's settings of it. */
  readonly settings: EcsClusterSettings;
}

/** Days that the raw data of Container Insights are kept; its metrics stay 15 months. */
const INSIGHTS_DAYS = 7;

/** The ECS cluster, with Fargate's two capacity providers. */
export class EcsCluster extends Construct {
  /** The cluster. */
  readonly cluster: Cluster;
  /** A service that uses them must wait for it. */
  readonly capacityProviders: EcsClusterCapacityProviders;

  /** Whether Container Insights counts the tasks of its services. */
  readonly countsTasks: boolean;

  /** Makes the cluster. */
  constructor(scope: Construct, id: string, props: EcsClusterProps) {
    super(scope, id);
    const { containerInsights } = props.settings;
    this.countsTasks = containerInsights !== false;
    const value =
      typeof containerInsights === "string"
        ? containerInsights
        : containerInsights
          ? "enabled"
          : "disabled";
    this.cluster = new Cluster(this, "aws_ecs_cluster.main", {
      name: names.cluster(props.environment),
      setting: [{ name: "containerInsights", value }],
      dependsOn: this.countsTasks && !props.adopted ? [this.insightsLogGroup(props)] : undefined,
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

  /** AWS would make it without a retention, and leave it behind. */
  private insightsLogGroup({ environment, encryptionKeyArn }: EcsClusterProps): CloudwatchLogGroup {
    const group = new CloudwatchLogGroup(this, "aws_cloudwatch_log_group.container_insights", {
      name: names.containerInsightsLogGroup(environment),
      retentionInDays: INSIGHTS_DAYS,
      kmsKeyId: encryptionKeyArn,
    });
    isNew(group);
    return group;
  }
}
