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
import { oneByOne, scale } from "./scaling";
import type { PartProps } from "./context";
import { shiftTraffic } from "./traffic-shift";

/** Properties that all services share. */
export interface ServiceContext extends TaskContext {
  /** Cluster of the service. */
  readonly ecsCluster: EcsCluster;
  /** Load balancer in front of the service. */
  readonly loadBalancer: LoadBalancer;
  /** Flag: the environment adopted a state, in which the service has the launch type FARGATE. */
  readonly adopted: boolean;
}

/** Properties of a service. */
export interface FargateServiceProps extends ServiceContext, PartProps<ServiceSettings> {
  /** Component, which names the service and its resources. */
  readonly component: Component;
  /** Description of the security group. */
  readonly securityGroupDescription: string;
  /** The task's container; it listens on `port`. */
  readonly container: ContainerProps & { readonly port: number };
  /** Container that receives the requests instead. @default none: the load balancer sends them to `container` */
  readonly proxy?: ContainerProps & { readonly port: number };
  /** Target group of the service. */
  readonly targetGroup: LbTargetGroup;
  /** Policy statements of the task role, by name. @default none */
  readonly taskStatements?: Readonly<Record<string, PolicyStatement>>;
  /** Volumes of the task. @default none */
  readonly volumes?: readonly EcsTaskDefinitionVolume[];
  /** Further resources that must exist before the first task starts. @default none */
  readonly waitFor?: readonly TerraformResource[];
}

/** A service on Fargate: the task that it runs, and the service itself. */
export interface FargateService extends FargateTask {
  /** The service. */
  readonly service: EcsService;
}

/**
 * Creates a service on Fargate behind the load balancer. Autoscaling keeps its number of tasks between two
 * bounds.
 *
 * Cost (us-east-1): $0.0405 for each vCPU-hour and $0.0044 for each GB-hour; about a third of that on
 * Spot.
 *
 * @param scope construct of the service; its id is the prefix of the resources' names
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
      // ECS Exec does not work with a read-only root file system, and its agent runs as root.
      // Source: "Using ECS Exec", considerations, in the Amazon ECS developer guide.
      hardened: !executeCommand,
    },
    proxy: proxy && { ...proxy, healthPath },
    taskStatements: {
      ...props.taskStatements,
      ...(executeCommand ? { exec: executeCommandStatement } : {}),
    },
  });

  const alarmNames = [...loadBalancer.responseAlarmsOf(props.targetGroup)];
  const service = new EcsService(scope, `aws_ecs_service.${scope.node.id}`, {
    name: names.task(environment, component),
    cluster: props.ecsCluster.cluster.id,
    taskDefinition: task.taskDefinition.arn,
    desiredCount: settings.minCapacity,
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
        // The port of these targets; the target group's port is only a default.
        containerPort: target.port,
      },
    ],
    deploymentMaximumPercent: 200,
    deploymentMinimumHealthyPercent: 100,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    ...(alarmNames.length > 0 && { alarms: { enable: true, rollback: true, alarmNames } }),
    healthCheckGracePeriodSeconds: settings.healthCheckGracePeriodSeconds,
    enableExecuteCommand: executeCommand,
    enableEcsManagedTags: true,
    propagateTags: "SERVICE",
    availabilityZoneRebalancing: "ENABLED",
    lifecycle: {
      ignoreChanges: [
        // Autoscaling changes it after the first apply.
        "desired_count",
        // The provider would replace a service that changes between launch type and strategy; ECS
        // changes it in place.
        ...(props.adopted ? ["launch_type", "capacity_provider_strategy"] : []),
        // The provider cannot remove the alarms of a service: ECS refuses its request, which has no
        // alarm names.
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
  const policies = [
    track("cpu", "ECSServiceAverageCPUUtilization", settings.cpuTargetPercent),
    track("memory", "ECSServiceAverageMemoryUtilization", settings.memoryTargetPercent),
  ];
  if (settings.requestsPerTarget) {
    const policy = track(
      "requests",
      "ALBRequestCountPerTarget",
      settings.requestsPerTarget,
      `${loadBalancer.lb.arnSuffix}/${targetGroup.arnSuffix}`,
    );
    isNew(policy);
    policies.push(policy);
  }
  const further = settings.scaling
    ? scale(scope, { ...props, service, target, settings: settings.scaling })
    : [];
  oneByOne([...policies, ...further]);
}

/** With no registered targets UnHealthyHostCount is 0, so missing targets have their own alarms. */
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
    // A group without targets has no data, and FILL has no effect on a metric without data. One of two groups is
    // empty most of the time; no data from either group is an outage.
    const expression = "SUM(METRICS())";
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
    // Longer than a deployment or an interruption of Spot takes to replace tasks.
    evaluationPeriods: 15,
    threshold: 0,
    treatMissingData: "missing",
  });
  isNew(tasks);
}

/** With Spot, four of five tasks above the base run on Spot; without a base, all of them. */
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
