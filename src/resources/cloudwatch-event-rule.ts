import { aws } from "../aws/services";
import { ask } from "./ask";
import { after, noSearch, settingOf, resourceKind } from "./kind";

/** A rule of EventBridge. */
export const cloudwatchEventRule = resourceKind({
  type: "aws_cloudwatch_event_rule",
  words: "cloudwatch event rule",
  cost: "events of AWS's own services are free of charge",
  existing: noSearch.idempotent,
  remaining: {
    "events:rule/": ask(aws.events, (events, Name) => events.describeRule({ Name })),
  },
  permissions: {
    names: { "events:rule-on-default-event-bus": (p) => after("rule/", p.Name ?? p.Rule) },
    tagging: "events:TagResource",
  },
});

/** Where a rule sends its events. */
export const cloudwatchEventTarget = settingOf("aws_cloudwatch_event_rule", {
  type: "aws_cloudwatch_event_target",
  words: "cloudwatch event target",
});
