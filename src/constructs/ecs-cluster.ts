import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { EcsCluster as Cluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsClusterCapacityProviders } from "@cdktf/provider-aws/lib/ecs-cluster-capacity-providers";
import { Construct } from "constructs";
import type { EcsClusterSettings } from "../environments/settings";
import { names } from "../names";
import type { Context } from "./context";
import { isNew } from "./legacy";

/** Properties of the cluster. */
export interface EcsClusterProps extends Context {
  /** Flag: the environment adopted a state, so Container Insights has created its log group already. */
  readonly adopted: boolean;
  /** Settings from src/environments. */
  readonly settings: EcsClusterSettings;
}

/** Retention of the raw data of Container Insights, in days; its metrics stay for 15 months. */
const INSIGHTS_DAYS = 7;

/** The ECS cluster with Fargate's two capacity providers. */
export class EcsCluster extends Construct {
  /** The cluster. */
  readonly cluster: Cluster;
  /** A service must wait for the capacity providers that it uses. */
  readonly capacityProviders: EcsClusterCapacityProviders;

  /** Flag: Container Insights counts the tasks of the services. */
  readonly countsTasks: boolean;

  /** Creates the cluster. */
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

  /** AWS would create it without a retention, and would not delete it with the cluster. */
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
