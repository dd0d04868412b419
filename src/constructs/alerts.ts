import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Construct } from "constructs";
import { names } from "../names";
import type { Context } from "./context";
import { policyDocument } from "./iam";
import { isNew } from "./legacy";

/** Who hears of alarms. */
export interface AlertsProps extends Context {
  /** E-mail address; it must confirm the subscription. */
  readonly email: string;
}

/**
 * The topic that alarms publish to. It is not encrypted with the AWS-managed key, which CloudWatch
 * may not use; alarms hold no secrets. A customer key can let CloudWatch use it.
 */
export class Alerts extends Construct {
  /** The topic. */
  readonly topic: SnsTopic;

  /** Makes the topic and subscribes the address. */
  constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    this.topic = new SnsTopic(this, "aws_sns_topic.alerts", {
      name: names.alertsTopic(props.environment),
      kmsMasterKeyId: props.encryptionKeyArn,
    });
    const policy = new SnsTopicPolicy(this, "aws_sns_topic_policy.alerts", {
      arn: this.topic.arn,
      policy: policyDocument(
        {
          Sid: "Alarms",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: this.topic.arn,
          Condition: {
            ArnLike: {
              "aws:SourceArn": `arn:${props.partition}:cloudwatch:${props.region}:${props.accountId}:alarm:${names.alarmPrefix(props.environment)}*`,
            },
          },
        },
        {
          // EventBridge does not say for whom it publishes: with a condition its messages get lost.
          // Source: "Using resource-based policies for Amazon EventBridge", in its user guide.
          Sid: "Events",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sns:Publish",
          Resource: this.topic.arn,
        },
      ),
    });
    isNew(policy);
    new SnsTopicSubscription(this, "aws_sns_topic_subscription.alerts_email", {
      topicArn: this.topic.arn,
      protocol: "email",
      endpoint: props.email,
    });
  }
}
