import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { Construct } from "constructs";
import { names } from "../names";
import type { Context } from "./context";

/**
 * Creates an alarm on a metric. Cost: $0.10 a month.
 * @param resource name of the Terraform resource
 * @param name the alarm's name without `names.alarmPrefix`
 * @param config the settings in which alarms differ; by default the value must be greater than the threshold
 */
export function metricAlarm(
  scope: Construct,
  resource: string,
  name: string,
  { environment, alarmTopicArn }: Context,
  config: Omit<
    CloudwatchMetricAlarmConfig,
    "alarmName" | "alarmActions" | "okActions" | "comparisonOperator"
  > & { readonly comparisonOperator?: string },
): CloudwatchMetricAlarm {
  return new CloudwatchMetricAlarm(scope, `aws_cloudwatch_metric_alarm.${resource}`, {
    alarmName: `${names.alarmPrefix(environment)}${name}`,
    ...(alarmTopicArn ? { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] } : {}),
    comparisonOperator: "GreaterThanThreshold",
    ...config,
  });
}
