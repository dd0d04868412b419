import { AppautoscalingPolicy } from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import type { Construct } from "constructs";
import type { TerraformResource } from "../cdktf";
import type { ServiceSettings } from "../environments/settings";
import type { EcsCluster } from "./ecs-cluster";
import { FargateTask, type ContainerProps, type FargateTaskProps } from "./fargate-task";
import { HEALTH_PATH, type LoadBalancer } from "./load-balancer";
import { tcp } from "./tcp";

/** What a service is made of, beside its settings. */
export interface FargateServiceProps
  extends
    Omit<FargateTaskProps, "ingress" | "size" | "logRetentionDays" | "egress" | "container">,
    ServiceSettings {
  /** The task's container; it listens on `port`. */
  readonly container: ContainerProps & { readonly port: number };
  /** The cluster that it runs in. */
  readonly ecsCluster: EcsCluster;
  /** The only one that may connect to it. */
  readonly loadBalancer: LoadBalancer;
  /** Its target group at the load balancer. */
  readonly targetGroup: LbTargetGroup;
  /** Whether the service took over a state in which it had the launch type FARGATE. */
  readonly adopted: boolean;
  /** What must be there before the first task starts. @default nothing more than the service's own */
  readonly waitFor?: readonly TerraformResource[];
}

/** What the API server and the web app get from the stack. */
export type StackServiceProps = Omit<
  FargateServiceProps,
  | "taskName"
  | "securityGroupDescription"
  | "targetGroup"
  | "container"
  | "taskStatements"
  | "volumes"
> &
  Pick<ContainerProps, "repository" | "imageTag">;

/**
 * A service on Fargate behind the load balancer, which keeps its tasks between two bounds.
 *
 * Cost (us-east-1): $0.0405 for each vCPU-hour and $0.0044 for each GB-hour; about a third of that on
 * Spot.
 */
export class FargateService extends FargateTask {
  /** The service. */
  readonly service: EcsService;

  /** Makes the service and its autoscaling. */
  constructor(scope: Construct, id: string, props: FargateServiceProps) {
    const { environment, container, loadBalancer, network, fargateSpot } = props;
    super(scope, id, {
      ...props,
      container: { ...container, healthPath: HEALTH_PATH },
      ingress: [
        {
          ...tcp(container.port, "Load balancer"),
          securityGroups: [loadBalancer.securityGroup.id],
        },
      ],
      taskStatements: {
        ...props.taskStatements,
        ...(props.executeCommand ? { exec: executeCommandStatement } : {}),
      },
    });

    this.service = new EcsService(this, `aws_ecs_service.${id}`, {
      name: `${environment}-${props.taskName}`,
      cluster: props.ecsCluster.cluster.id,
      taskDefinition: this.taskDefinition.arn,
      desiredCount: props.minCapacity,
      ...(fargateSpot
        ? {
            capacityProviderStrategy: spotStrategy(fargateSpot.onDemandBase),
            forceNewDeployment: true,
          }
        : { launchType: "FARGATE" }),
      networkConfiguration: {
        subnets: network.privateSubnets.map((subnet) => subnet.id),
        securityGroups: [this.securityGroup.id],
        assignPublicIp: false,
      },
      loadBalancer: [
        {
          targetGroupArn: props.targetGroup.arn,
          containerName: container.name,
          containerPort: container.port,
        },
      ],
      deploymentMaximumPercent: 200,
      deploymentMinimumHealthyPercent: 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriodSeconds: props.healthCheckGracePeriodSeconds ?? 120,
      enableExecuteCommand: props.executeCommand ?? false,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      availabilityZoneRebalancing: "ENABLED",
      lifecycle: {
        ignoreChanges: [
          // Autoscaling's from the first apply on.
          "desired_count",
          // The provider would replace a service that leaves launch type FARGATE for a strategy,
          // which ECS does in place.
          ...(props.adopted && fargateSpot ? ["launch_type", "capacity_provider_strategy"] : []),
        ],
      },
      dependsOn: [
        ...loadBalancer.listeners,
        ...network.wayOut,
        ...this.policies,
        props.ecsCluster.capacityProviders,
        ...(props.waitFor ?? []),
      ],
    });

    this.scale(id, props);
  }

  private scale(id: string, props: FargateServiceProps): void {
    const target = new AppautoscalingTarget(this, `aws_appautoscaling_target.${id}`, {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: `service/${props.ecsCluster.cluster.name}/${this.service.name}`,
      minCapacity: props.minCapacity,
      maxCapacity: props.maxCapacity,
    });
    const track = (suffix: string, metric: string, targetValue: number, resourceLabel?: string) =>
      new AppautoscalingPolicy(this, `aws_appautoscaling_policy.${id}_${suffix}`, {
        name: `${props.environment}-${props.taskName}-${suffix}`,
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          targetValue,
          predefinedMetricSpecification: { predefinedMetricType: metric, resourceLabel },
        },
      });
    track("cpu", "ECSServiceAverageCPUUtilization", props.cpuTargetPercent ?? 75);
    track("memory", "ECSServiceAverageMemoryUtilization", props.memoryTargetPercent ?? 75);
    if (props.requestsPerTarget) {
      track(
        "requests",
        "ALBRequestCountPerTarget",
        props.requestsPerTarget,
        `${props.loadBalancer.lb.arnSuffix}/${props.targetGroup.arnSuffix}`,
      );
    }
  }
}

/** Four of five tasks above the base on Spot; all of them where no task must always run. */
function spotStrategy(base: number) {
  return base > 0
    ? [
        { capacityProvider: "FARGATE", base, weight: 1 },
        { capacityProvider: "FARGATE_SPOT", weight: 4 },
      ]
    : [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];
}

/** Source: "Using ECS Exec", task IAM role, in the Amazon ECS developer guide. */
const executeCommandStatement = {
  Action: [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  Resource: "*",
};
