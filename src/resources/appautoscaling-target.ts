import { count } from "../terminal/output";
import { byModule } from "./charges";
import { after, free, linkedRole, noSearch, partBy, settingOf, resourceKind, withId } from "./kind";

/** How many tasks a service can scale to. */
export const appautoscalingTarget = resourceKind({
  type: "aws_appautoscaling_target",
  words: "scaling target",
  drawing: { as: "part", into: { by: "resource_id", type: /^aws_ecs_service$/ } },
  cost: free.always,
  existing: noSearch.idempotent,
  // Without its service it does nothing and costs nothing.
  remaining: { "application-autoscaling:scalable-target/": () => ({ gone: true }) },
  permissions: {
    names: { "application-autoscaling:ScalableTarget": () => "scalable-target/*" },
    tagging: "application-autoscaling:TagResource",
    creates: { "application-autoscaling:RegisterScalableTarget": "ScalableTarget" },
    also: {
      "application-autoscaling:RegisterScalableTarget": ({ ResourceId }) => [
        linkedRole("ecs.application-autoscaling.amazonaws.com"),
        { action: "ecs:DescribeServices", on: after("ecs:", ResourceId) },
        { action: "ecs:UpdateService", on: after("ecs:", ResourceId) },
      ],
    },
  },
});

/** Alarms that a target-tracking policy creates: one to scale out, one to scale in. */
const ALARMS_PER_POLICY = 2;

/** When a service scales. */
export const appautoscalingPolicy = settingOf("aws_appautoscaling_target", {
  type: "aws_appautoscaling_policy",
  words: "scaling policy",
  drawing: partBy("resource_id"),
  permissions: {
    also: {
      // Calls without an alarm's name test whether the caller may do what the service does for it.
      // Source: "Permissions validation", Application Auto Scaling User Guide.
      "application-autoscaling:PutScalingPolicy": ({ ResourceId }) => [
        { action: "cloudwatch:DescribeAlarms", on: ["cloudwatch:alarm:*"] },
        ...["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"].map((action) => ({
          action,
          on: [
            "cloudwatch:alarm:",
            ...after("cloudwatch:alarm:TargetTracking-", withId(ResourceId, "-*")),
          ],
        })),
      ],
    },
  },
  cost: (policies) =>
    byModule(policies.filter(({ values }) => values.policy_type === "TargetTrackingScaling")).map(
      ([part, own]) => ({
        part,
        what: `${count(own.length * ALARMS_PER_POLICY, "alarm")} of autoscaling's own`,
        price: "alarm.month",
        quantity: own.length * ALARMS_PER_POLICY,
      }),
    ),
});

/** A schedule on which a service scales. */
export const appautoscalingScheduledAction = settingOf("aws_appautoscaling_target", {
  type: "aws_appautoscaling_scheduled_action",
  words: "appautoscaling scheduled action",
  cost: "changes how many tasks run: apiServerTasks and webAppTasks in src/environments/usage.ts set the average",
});
