import { aws } from "../aws/services";
import { listed } from "./ask";
import { free, noSearch, partBy, type ResourceKind } from "./kind";

/** A listener of a load balancer. */
export const lbListener: ResourceKind = {
  type: "aws_lb_listener",
  words: "listener",
  drawing: partBy("load_balancer_arn"),
  cost: free.partOfAnother,
  existing: noSearch.notYet,
  remaining: {
    "elasticloadbalancing:listener/": listed(aws.elb, "Listeners", (elb, _, arn) =>
      elb.describeListeners({ ListenerArns: [arn] }),
    ),
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
    "elasticloadbalancing:listener-rule/": listed(aws.elb, "Rules", (elb, _, arn) =>
      elb.describeRules({ RuleArns: [arn] }),
    ),
  },
  loses: "none",
  permissions: {},
};
