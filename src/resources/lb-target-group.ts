import { aws } from "../aws/services";
import { listed, search } from "./ask";
import { after, free, partOfType, withId, resourceKind } from "./kind";
import { elbTags } from "./lb";

/** A target group. */
export const lbTargetGroup = resourceKind({
  type: "aws_lb_target_group",
  words: "target group",
  drawing: partOfType(/^aws_lb_listener/),
  cost: free.partOfAnother,
  existing: search(aws.elb, async (elb, { name = "" }) => {
    const { TargetGroups: [group] = [] } = await elb.describeTargetGroups({ Names: [name] });
    return elbTags(elb, group?.TargetGroupArn);
  }),
  remaining: {
    "elasticloadbalancing:targetgroup/": listed(aws.elb, "TargetGroups", (elb, _, arn) =>
      elb.describeTargetGroups({ TargetGroupArns: [arn] }),
    ),
  },
  permissions: {
    names: {
      "elasticloadbalancing:targetgroup": (p) => after("targetgroup/", withId(p.Name ?? p.Names)),
    },
    creates: { "elasticloadbalancing:CreateTargetGroup": "targetgroup" },
  },
});
