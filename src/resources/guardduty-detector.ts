import { card, linkedRole, resourceKind, settingOf } from "./kind";

/** GuardDuty in an account and region. */
export const guarddutyDetector = resourceKind({
  type: "aws_guardduty_detector",
  words: "guardduty detector",
  drawing: card("security", "shield", "GuardDuty"),
  cost: "GuardDuty charges by the tasks, which are counted there, and by events and logs of the account",
  existing: "AWS refuses a second one in the account and region",
  remaining: {
    "guardduty:detector/": () => ({
      reason: "its tags are listed for hours: see GuardDuty's console",
    }),
  },
  permissions: {
    names: { "guardduty:detector": () => "detector/*" },
    creates: { "guardduty:CreateDetector": "detector" },
    tagging: "guardduty:TagResource",
    also: {
      // Source: AmazonGuardDutyFullAccess, AWS Managed Policy Reference Guide.
      "guardduty:CreateDetector": () => [
        linkedRole("guardduty.amazonaws.com"),
        linkedRole("malware-protection.guardduty.amazonaws.com"),
      ],
    },
  },
});

/** A feature of GuardDuty. */
export const guarddutyDetectorFeature = settingOf("aws_guardduty_detector", {
  type: "aws_guardduty_detector_feature",
  words: "guardduty detector feature",
});
