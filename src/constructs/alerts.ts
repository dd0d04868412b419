import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Construct } from "constructs";
import { names } from "../names";
import type { Context } from "./context";
import { policyDocument } from "./iam";
import { isNew } from "./legacy";

/** Properties of the alert topic. */
export interface AlertsProps extends Context {
  /** E-mail address; it must confirm the subscription. */
  readonly email: string;
}

/**
 * The topic that alarms publish to. Without a customer key it is not encrypted: CloudWatch may not use
 * the AWS-managed key. Alarms hold no secrets.
 */
export class Alerts extends Construct {
  /** The topic. */
  readonly topic: SnsTopic;
  /** Its policy, without which RDS refuses a subscription to events. */
  readonly policy: SnsTopicPolicy;

  /** Creates the topic and subscribes the address. */
  constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    this.topic = new SnsTopic(this, "aws_sns_topic.alerts", {
      name: names.alertsTopic(props.environment),
      kmsMasterKeyId: props.encryptionKeyArn,
    });
    this.policy = new SnsTopicPolicy(this, "aws_sns_topic_policy.alerts", {
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
          // EventBridge does not send a source account: with a condition its messages would be lost.
          // Source: "Using resource-based policies for Amazon EventBridge", in its user guide.
          Sid: "Events",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sns:Publish",
          Resource: this.topic.arn,
        },
        {
          // Source: "Granting permissions to publish notifications to an Amazon SNS topic", Amazon RDS user guide.
          Sid: "DatabaseEvents",
          Principal: { Service: "events.rds.amazonaws.com" },
          Action: "sns:Publish",
          Resource: this.topic.arn,
          Condition: { StringEquals: { "aws:SourceAccount": props.accountId } },
        },
      ),
    });
    isNew(this.policy);
    new SnsTopicSubscription(this, "aws_sns_topic_subscription.alerts_email", {
      topicArn: this.topic.arn,
      protocol: "email",
      endpoint: props.email,
    });
  }
}
