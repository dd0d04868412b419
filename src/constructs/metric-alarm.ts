import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { Construct } from "constructs";
import { names } from "../names";

/** What every part that brings alarms gets from the stack. */
export interface AlarmContext {
  /** Prefix of all names. */
  readonly environment: string;
  /** ARN of the topic that is told when an alarm starts and when it ends. @default nobody is told */
  readonly alarmTopicArn?: string;
}

/**
 * Makes an alarm on a metric. Cost: $0.10 a month.
 * @param resource name of the Terraform resource
 * @param name what follows `names.alarmPrefix` in the alarm's name
 */
export function metricAlarm(
  scope: Construct,
  resource: string,
  name: string,
  { environment, alarmTopicArn }: AlarmContext,
  config: Omit<CloudwatchMetricAlarmConfig, "alarmName" | "alarmActions" | "okActions">,
): CloudwatchMetricAlarm {
  return new CloudwatchMetricAlarm(scope, `aws_cloudwatch_metric_alarm.${resource}`, {
    alarmName: `${names.alarmPrefix(environment)}${name}`,
    ...(alarmTopicArn ? { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] } : {}),
    ...config,
  });
}
