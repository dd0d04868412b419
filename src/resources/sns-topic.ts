import { aws } from "../aws/services";
import { ask } from "./ask";
import { card, free, noSearch, resourceKind, settingOf, shown } from "./kind";

/** A topic. */
export const snsTopic = resourceKind({
  type: "aws_sns_topic",
  words: "sns topic",
  drawing: card("management", "bell", "Alerts (SNS)", {
    facts: (_, { stack }) =>
      stack
        .ofType("aws_sns_topic_subscription")
        .map(({ values }) => `to ${shown(values.protocol) ?? "subscribers"}`),
  }),
  cost: "e-mails of alarms: the first 1,000 a month are free, then $2 for 100,000",
  existing: noSearch.idempotent,
  remaining: {
    "sns:": ask(aws.sns, (sns, _, TopicArn) => sns.getTopicAttributes({ TopicArn })),
  },
  permissions: { names: { "sns:topic": (p) => p.Name }, tagging: "sns:TagResource" },
});

/** The policy of a topic: the principals that may publish. */
export const snsTopicPolicy = settingOf("aws_sns_topic", {
  type: "aws_sns_topic_policy",
  words: "sns topic policy",
  cost: free.always,
});

/** A receiver of the messages of a topic. */
export const snsTopicSubscription = settingOf("aws_sns_topic", {
  type: "aws_sns_topic_subscription",
  words: "subscription",
  cost: free.always,
});
