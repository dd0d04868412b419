import type { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { EcsCluster as Cluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsClusterCapacityProviders } from "@cdktf/provider-aws/lib/ecs-cluster-capacity-providers";
import { GuarddutyDetector } from "@cdktf/provider-aws/lib/guardduty-detector";
import { GuarddutyDetectorFeature } from "@cdktf/provider-aws/lib/guardduty-detector-feature";
import { Construct } from "constructs";
import type { EcsClusterSettings } from "../environments/settings";
import { names } from "../names";
import type { PartProps } from "./context";
import { logGroup } from "./log-group";
import { isNew } from "./legacy";

/** Properties of the cluster. */
export interface EcsClusterProps extends PartProps<EcsClusterSettings> {
  /** Flag: the environment adopted a state, so Container Insights has created its log group already. */
  readonly adopted: boolean;
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
    const { containerInsights, guardDutyAgent } = props.settings;
    if (guardDutyAgent === "new-detector") this.detector();
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
      // With this tag GuardDuty adds its agent here and to no cluster of the account that has no such tag.
      // Source: "Managing automated security agent for Fargate (Amazon ECS only)", GuardDuty user guide.
      ...(guardDutyAgent ? { tags: { GuardDutyManaged: "true" } } : {}),
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

  /** GuardDuty of the account and region, with Runtime Monitoring. */
  private detector(): void {
    const detector = new GuarddutyDetector(this, "aws_guardduty_detector.main", { enable: true });
    const feature = new GuarddutyDetectorFeature(this, "aws_guardduty_detector_feature.runtime", {
      detectorId: detector.id,
      name: "RUNTIME_MONITORING",
      status: "ENABLED",
      // GuardDuty returns whether all clusters of the account get the agent, which is for the account to decide.
      lifecycle: { ignoreChanges: ["additional_configuration"] },
    });
    isNew(detector, feature);
  }

  /** AWS would create it without a retention, and would not delete it with the cluster. */
  private insightsLogGroup(props: EcsClusterProps): CloudwatchLogGroup {
    const group = logGroup(
      this,
      "container_insights",
      props,
      names.containerInsightsLogGroup(props.environment),
      INSIGHTS_DAYS,
    );
    isNew(group);
    return group;
  }
}
