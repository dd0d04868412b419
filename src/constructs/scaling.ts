import {
  AppautoscalingPolicy,
  type AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification as CustomizedMetric,
} from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingScheduledAction } from "@cdktf/provider-aws/lib/appautoscaling-scheduled-action";
import type { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { Construct } from "constructs";
import type { CustomMetricSettings, ScalingSettings } from "../environments/options";
import { names, type Component } from "../names";
import type { PartProps } from "./context";
import type { EcsCluster } from "./ecs-cluster";
import { metricAlarm } from "./metric-alarm";
import { reference } from "./reference";

/** Properties of further scaling. */
export interface ScalingProps extends PartProps<ScalingSettings> {
  /** Component, which names the service. */
  readonly component: Component;
  /** The service. */
  readonly service: EcsService;
  /** The service's cluster. */
  readonly ecsCluster: EcsCluster;
  /** Scalable target with the minimum and maximum number of tasks. */
  readonly target: AppautoscalingTarget;
}

/**
 * Lets each of one target's policies and actions wait for the one before. Application Auto Scaling refuses
 * concurrent changes of a target.
 * Source: ConcurrentUpdateException of PutScalingPolicy in its API reference.
 */
export function oneByOne(
  changes: readonly (AppautoscalingPolicy | AppautoscalingScheduledAction)[],
) {
  changes.slice(1).forEach((change, index) => {
    change.dependsOn = [reference(changes[index]!)];
  });
}

/**
 * Scales a service on metrics of the application and on a schedule.
 *
 * Cost: $0.30 a month for each custom metric, $0.10 for each of the three alarms on it.
 * @param scope construct of the service; its id is the prefix of the resources' names
 * @returns the policies and actions
 */
export function scale(scope: Construct, props: ScalingProps) {
  const { environment, component, target, settings } = props;
  const { id } = scope.node;
  const prefix = names.task(environment, component);
  const scaled = {
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
  };
  const policies = (settings.customMetrics ?? []).map((metric) => {
    const resource = `${id}_${metric.name.replaceAll("-", "_")}`;
    const policy = new AppautoscalingPolicy(scope, `aws_appautoscaling_policy.${resource}`, {
      name: `${prefix}-${metric.name}`,
      policyType: "TargetTrackingScaling",
      ...scaled,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: metric.target,
        customizedMetricSpecification: specification(props, metric),
      },
    });
    // Autoscaling does not change the number of tasks while its metric has no data.
    metricAlarm(scope, `${resource}_missing`, names.scalingAlarm(component, metric.name), props, {
      alarmDescription: `${metric.namespace} ${metric.metricName} has no data for 15 minutes: the ${component.title} does not scale on it`,
      namespace: metric.namespace,
      metricName: metric.metricName,
      dimensions: metric.dimensions,
      statistic: "SampleCount",
      period: 300,
      evaluationPeriods: 3,
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      treatMissingData: "breaching",
    });
    return policy;
  });
  const actions = (settings.scheduledActions ?? []).map(
    (action) =>
      new AppautoscalingScheduledAction(
        scope,
        `aws_appautoscaling_scheduled_action.${id}_${action.name.replaceAll("-", "_")}`,
        {
          name: `${prefix}-${action.name}`,
          ...scaled,
          schedule: action.schedule,
          timezone: action.timezone,
          scalableTargetAction: {
            minCapacity: String(action.minCapacity),
            maxCapacity: String(action.maxCapacity),
          },
        },
      ),
  );
  return [...policies, ...actions];
}

function specification(
  { service, ecsCluster }: ScalingProps,
  metric: CustomMetricSettings,
): CustomizedMetric {
  const statistic = metric.statistic;
  const dimensions = Object.entries(metric.dimensions ?? {}).map(([name, value]) => ({
    name,
    value,
  }));
  const { namespace, metricName } = metric;
  if (!metric.perTask) return { namespace, metricName, statistic, dimensions };
  const tasks = [
    { name: "ClusterName", value: ecsCluster.cluster.name },
    { name: "ServiceName", value: service.name },
  ];
  return {
    metrics: [
      {
        id: "load",
        returnData: false,
        metricStat: { stat: statistic, metric: { namespace, metricName, dimensions } },
      },
      {
        id: "tasks",
        returnData: false,
        metricStat: {
          stat: "Average",
          metric: {
            namespace: "ECS/ContainerInsights",
            metricName: "RunningTaskCount",
            dimensions: tasks,
          },
        },
      },
      { id: "load_per_task", expression: "load / tasks", returnData: true },
    ],
  };
}
