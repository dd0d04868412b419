import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Construct } from "constructs";
import { names } from "../names";

/** Who hears of alarms. */
export interface AlertsProps {
  /** Prefix of all names. */
  readonly environment: string;
  /** E-mail address; it must confirm the subscription. */
  readonly email: string;
  /** ARN of the key of the alarms on their way. @default none: they are not encrypted */
  readonly encryptionKeyArn?: string;
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
    new SnsTopicSubscription(this, "aws_sns_topic_subscription.alerts_email", {
      topicArn: this.topic.arn,
      protocol: "email",
      endpoint: props.email,
    });
  }
}
