import { AppautoscalingPolicy } from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import type { EcsTaskDefinitionVolume } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import type { Construct } from "constructs";
import type { TerraformResource } from "../cdktf";
import type { ServiceSettings } from "../environments/settings";
import { healthPath, names, type Component } from "../names";
import type { EcsCluster } from "./ecs-cluster";
import {
  fargateTask,
  type ContainerProps,
  type FargateTask,
  type TaskContext,
} from "./fargate-task";
import type { PolicyStatement } from "./iam";
import { isNew } from "./legacy";
import type { LoadBalancer } from "./load-balancer";
import { metricAlarm } from "./metric-alarm";
import { scale } from "./scaling";
import { shiftTraffic } from "./traffic-shift";

/** Where a service runs. */
export interface ServiceContext extends TaskContext {
  /** The cluster that it runs in. */
  readonly ecsCluster: EcsCluster;
  /** The load balancer that requests come through. */
  readonly loadBalancer: LoadBalancer;
  /** Whether the service took over a state in which it had the launch type FARGATE. */
  readonly adopted: boolean;
}

/** What a service is made of. */
export interface FargateServiceProps extends ServiceContext {
  /** Names of the service and all that is its own. */
  readonly component: Component;
  /** Description of the security group. */
  readonly securityGroupDescription: string;
  /** The environment's settings of the service. */
  readonly settings: ServiceSettings;
  /** The task's container; it listens on `port`. */
  readonly container: ContainerProps & { readonly port: number };
  /** A container that takes the requests in its place. @default none: the load balancer asks it directly */
  readonly proxy?: ContainerProps & { readonly port: number };
  /** Its target group at the load balancer. */
  readonly targetGroup: LbTargetGroup;
  /** What the application itself may do. @default nothing */
  readonly taskStatements?: Readonly<Record<string, PolicyStatement>>;
  /** Volumes of the task. @default none */
  readonly volumes?: readonly EcsTaskDefinitionVolume[];
  /** What must be there before the first task starts. @default nothing more than the service's own */
  readonly waitFor?: readonly TerraformResource[];
}

/** A service on Fargate: the task that it runs, and the service itself. */
export interface FargateService extends FargateTask {
  /** The service. */
  readonly service: EcsService;
}

/**
 * Makes a service on Fargate behind the load balancer, which keeps its tasks between two bounds.
 *
 * Cost (us-east-1): $0.0405 for each vCPU-hour and $0.0044 for each GB-hour; about a third of that on
 * Spot.
 *
 * @param scope the construct that the service is: the resources are named after its id
 */
export function fargateService(scope: Construct, props: FargateServiceProps): FargateService {
  const { environment, component, settings, container, proxy, loadBalancer, network } = props;
  const target = proxy ?? container;
  const { fargateSpot, executeCommand = false } = settings;
  const task = fargateTask(scope, {
    ...props,
    size: settings.size,
    logRetentionDays: settings.logRetentionDays,
    egress: settings.egress,
    container: {
      ...container,
      healthPath,
      // ECS Exec's agent writes to the root file system, and Fargate supports it with no other.
      // Source: "Using ECS Exec", considerations, in the Amazon ECS developer guide.
      readonlyRootFilesystem: container.readonlyRootFilesystem && !executeCommand,
    },
    proxy: proxy && { ...proxy, healthPath },
    taskStatements: {
      ...props.taskStatements,
      ...(executeCommand ? { exec: executeCommandStatement } : {}),
    },
  });

  const alarmNames = [...loadBalancer.answerAlarmsOf(props.targetGroup)];
  const service = new EcsService(scope, `aws_ecs_service.${scope.node.id}`, {
    name: names.task(environment, component),
    cluster: props.ecsCluster.cluster.id,
    taskDefinition: task.taskDefinition.arn,
    desiredCount: settings.minCapacity,
    // A service that goes from launch type to strategy is replaced: only one that took over a state
    // with a launch type has it.
    ...(props.adopted && !fargateSpot
      ? { launchType: "FARGATE" }
      : { capacityProviderStrategy: strategy(fargateSpot), forceNewDeployment: true }),
    networkConfiguration: {
      subnets: network.privateSubnets.map((subnet) => subnet.id),
      securityGroups: [task.securityGroup.id],
      assignPublicIp: false,
    },
    loadBalancer: [
      {
        targetGroupArn: props.targetGroup.arn,
        containerName: target.name,
        // It may differ from the target group's, which is the default of targets without their own.
        containerPort: target.port,
      },
    ],
    deploymentMaximumPercent: 200,
    deploymentMinimumHealthyPercent: 100,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    ...(alarmNames.length > 0 && { alarms: { enable: true, rollback: true, alarmNames } }),
    healthCheckGracePeriodSeconds: settings.healthCheckGracePeriodSeconds ?? 120,
    enableExecuteCommand: executeCommand,
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
        // The provider cannot take the alarms off a service that had some: its request lacks their
        // names, and is refused.
        ...(alarmNames.length === 0 && !settings.deployment ? ["alarms"] : []),
      ],
    },
    dependsOn: [
      ...loadBalancer.listeners,
      ...network.privateRoutes,
      ...task.rolePolicies,
      props.ecsCluster.capacityProviders,
      ...(props.waitFor ?? []),
    ],
  });
  const targetGroups = [props.targetGroup];
  if (settings.deployment) {
    targetGroups.push(shiftTraffic(scope, { ...props, service, settings: settings.deployment }));
  }
  autoscale(scope, service, props);
  if (props.alarmTopicArn) alarmOnTooFew(scope, service, targetGroups, props);
  return { ...task, service };
}

function autoscale(scope: Construct, service: EcsService, props: FargateServiceProps): void {
  const { settings, loadBalancer, targetGroup } = props;
  const { id } = scope.node;
  const target = new AppautoscalingTarget(scope, `aws_appautoscaling_target.${id}`, {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: `service/${props.ecsCluster.cluster.name}/${service.name}`,
    minCapacity: settings.minCapacity,
    maxCapacity: settings.maxCapacity,
  });
  const track = (suffix: string, metric: string, targetValue: number, resourceLabel?: string) =>
    new AppautoscalingPolicy(scope, `aws_appautoscaling_policy.${id}_${suffix}`, {
      name: `${names.task(props.environment, props.component)}-${suffix}`,
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue,
        predefinedMetricSpecification: { predefinedMetricType: metric, resourceLabel },
      },
    });
  track("cpu", "ECSServiceAverageCPUUtilization", settings.cpuTargetPercent ?? 75);
  track("memory", "ECSServiceAverageMemoryUtilization", settings.memoryTargetPercent ?? 75);
  if (settings.requestsPerTarget) {
    const policy = track(
      "requests",
      "ALBRequestCountPerTarget",
      settings.requestsPerTarget,
      `${loadBalancer.lb.arnSuffix}/${targetGroup.arnSuffix}`,
    );
    isNew(policy);
  }
  if (settings.scaling) scale(scope, { ...props, service, target, settings: settings.scaling });
}

/** Where no target is registered, nothing is unhealthy: what is missing has alarms of its own. */
function alarmOnTooFew(
  scope: Construct,
  service: EcsService,
  targetGroups: readonly LbTargetGroup[],
  props: FargateServiceProps,
): void {
  const { component, settings, loadBalancer, ecsCluster } = props;
  const { key, title } = component;
  const { minCapacity } = settings;
  if (minCapacity > 0) {
    const groups = targetGroups.map((group, index) => ({
      id: `group${index + 1}`,
      metric: {
        namespace: "AWS/ApplicationELB",
        metricName: "HealthyHostCount",
        stat: "Minimum",
        period: 60,
        dimensions: { LoadBalancer: loadBalancer.lb.arnSuffix, TargetGroup: group.arnSuffix },
      },
    }));
    // Of two groups one is empty most of the time; of none there is no data, which is an outage.
    const expression = groups.map(({ id }) => `FILL(${id}, 0)`).join(" + ");
    const healthy = metricAlarm(scope, "healthy_hosts", `alb-healthy-${key}`, props, {
      alarmDescription: `The load balancer has fewer than ${minCapacity} healthy targets of the ${title}`,
      metricQuery: [
        { id: "healthy", expression, label: "Healthy targets", returnData: true },
        ...groups,
      ],
      evaluationPeriods: 5,
      comparisonOperator: "LessThanThreshold",
      threshold: minCapacity,
      treatMissingData: "breaching",
    });
    isNew(healthy);
  }
  if (!ecsCluster.countsTasks) return;
  const count = (id: string, metricName: string) => ({
    id,
    metric: {
      namespace: "ECS/ContainerInsights",
      metricName,
      stat: "Minimum",
      period: 60,
      dimensions: { ClusterName: ecsCluster.cluster.name, ServiceName: service.name },
    },
  });
  const tasks = metricAlarm(scope, "missing_tasks", `${key}-tasks`, props, {
    alarmDescription: `Fewer tasks of the ${title} run than should, for a quarter of an hour`,
    metricQuery: [
      { id: "missing", expression: "desired - running", label: "Missing tasks", returnData: true },
      count("desired", "DesiredTaskCount"),
      count("running", "RunningTaskCount"),
    ],
    // Longer than a deployment, or AWS taking Spot capacity back, needs to replace tasks.
    evaluationPeriods: 15,
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    treatMissingData: "missing",
  });
  isNew(tasks);
}

/** With Spot, four of five tasks above the base; all of them where no task must always run. */
function strategy(fargateSpot: ServiceSettings["fargateSpot"]) {
  if (!fargateSpot) return [{ capacityProvider: "FARGATE", weight: 1 }];
  const { onDemandBase: base } = fargateSpot;
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
