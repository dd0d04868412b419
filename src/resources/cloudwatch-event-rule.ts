import { client } from "../aws/client";
import { after, found, noSearch, settingOf, type ResourceKind } from "./kind";

/** A rule of EventBridge. */
export const cloudwatchEventRule: ResourceKind = {
  type: "aws_cloudwatch_event_rule",
  words: "cloudwatch event rule",
  drawing: { as: "part" },
  cost: "events of AWS's own services are free of charge",
  existing: noSearch.idempotent,
  remaining: {
    "events:rule/": async (to, Name) => {
      const { DescribeRuleCommand, EventBridgeClient } =
        await import("@aws-sdk/client-eventbridge");
      await client(EventBridgeClient, to).send(new DescribeRuleCommand({ Name }));
      return found;
    },
  },
  loses: "none",
  permissions: {
    names: { "events:rule-on-default-event-bus": (p) => after("rule/", p.Name ?? p.Rule) },
    tagging: "events:TagResource",
  },
};

/** Where a rule sends its events. */
export const cloudwatchEventTarget = settingOf("aws_cloudwatch_event_rule", {
  type: "aws_cloudwatch_event_target",
  words: "cloudwatch event target",
});
