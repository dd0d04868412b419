import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import type { Construct } from "constructs";
import { names } from "../names";
import type { Context } from "./context";

/** An event of an AWS service, and its notification. */
export interface EventNotification {
  /** The rule's name without `names.alarmPrefix`; also the name of the Terraform resources. */
  readonly name: string;
  /** Description of the rule. */
  readonly description: string;
  /** Event pattern of EventBridge. */
  readonly pattern: object;
  /** Fields of the text, with their paths in the event. */
  readonly fields: Readonly<Record<string, string>>;
  /** Text of the notification, with the fields in angle brackets. */
  readonly text: string;
}

/**
 * Notifies the alarm topic of an event; does nothing without a topic. Events of AWS's own services are free of
 * charge.
 */
export function notifyOf(
  scope: Construct,
  { environment, alarmTopicArn }: Context,
  { name, description, pattern, fields, text }: EventNotification,
): void {
  if (!alarmTopicArn) return;
  const resource = name.replaceAll("-", "_");
  const rule = new CloudwatchEventRule(scope, `aws_cloudwatch_event_rule.${resource}`, {
    name: `${names.alarmPrefix(environment)}${name}`,
    description,
    eventPattern: JSON.stringify(pattern),
  });
  new CloudwatchEventTarget(scope, `aws_cloudwatch_event_target.${resource}`, {
    rule: rule.name,
    targetId: "alerts",
    arn: alarmTopicArn,
    inputTransformer: { inputPaths: { ...fields }, inputTemplate: JSON.stringify(text) },
  });
}
