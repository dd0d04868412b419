import { client } from "../aws/client";
import { after, any, free, partOfType, withId, type ResourceKind } from "./kind";
import { withTags } from "./lb";

/** A target group. */
export const lbTargetGroup: ResourceKind = {
  type: "aws_lb_target_group",
  words: "target group",
  drawing: partOfType(/^aws_lb_listener/),
  cost: free.partOfAnother,
  existing: async ({ name = "" }, to) => {
    const { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } =
      await import("@aws-sdk/client-elastic-load-balancing-v2");
    const elb = client(ElasticLoadBalancingV2Client, to);
    const call = new DescribeTargetGroupsCommand({ Names: [name] });
    const { TargetGroups: [group] = [] } = await elb.send(call);
    return withTags(elb, group?.TargetGroupArn);
  },
  remaining: {
    "elasticloadbalancing:targetgroup/": async (to, _, arn) => {
      const { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } =
        await import("@aws-sdk/client-elastic-load-balancing-v2");
      const call = new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
      return any((await client(ElasticLoadBalancingV2Client, to).send(call)).TargetGroups);
    },
  },
  loses: "none",
  permissions: {
    names: {
      "elasticloadbalancing:targetgroup": (p) => after("targetgroup/", withId(p.Name ?? p.Names)),
    },
    creates: { "elasticloadbalancing:CreateTargetGroup": "targetgroup" },
  },
};
