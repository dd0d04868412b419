import { client } from "../aws/client";
import { any, free, noSearch, partBy, type ResourceKind } from "./kind";

/** A listener of a load balancer. */
export const lbListener: ResourceKind = {
  type: "aws_lb_listener",
  words: "listener",
  drawing: partBy("load_balancer_arn"),
  cost: free.partOfAnother,
  existing: noSearch.notYet,
  remaining: {
    "elasticloadbalancing:listener/": async (to, _, arn) => {
      const { DescribeListenersCommand, ElasticLoadBalancingV2Client } =
        await import("@aws-sdk/client-elastic-load-balancing-v2");
      const call = new DescribeListenersCommand({ ListenerArns: [arn] });
      return any((await client(ElasticLoadBalancingV2Client, to).send(call)).Listeners);
    },
  },
  loses: "none",
  permissions: {},
};

/** A rule of a listener. */
export const lbListenerRule: ResourceKind = {
  type: "aws_lb_listener_rule",
  words: "listener rule",
  drawing: partBy("listener_arn"),
  cost: free.partOfAnother,
  existing: noSearch.notYet,
  remaining: {
    "elasticloadbalancing:listener-rule/": async (to, _, arn) => {
      const { DescribeRulesCommand, ElasticLoadBalancingV2Client } =
        await import("@aws-sdk/client-elastic-load-balancing-v2");
      const call = new DescribeRulesCommand({ RuleArns: [arn] });
      return any((await client(ElasticLoadBalancingV2Client, to).send(call)).Rules);
    },
  },
  loses: "none",
  permissions: {},
};
