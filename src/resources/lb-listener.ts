import { aws } from "../aws/services";
import { listed, search } from "./ask";
import { elbTags } from "./lb";
import { free, partBy, resourceKind } from "./kind";

/** A listener of a load balancer. */
export const lbListener = resourceKind({
  type: "aws_lb_listener",
  words: "listener",
  drawing: partBy("load_balancer_arn"),
  cost: free.partOfAnother,
  existing: search(aws.elb, async (elb, { load_balancer_arn: LoadBalancerArn, port }) => {
    const { Listeners = [] } = await elb.describeListeners({ LoadBalancerArn });
    return elbTags(elb, Listeners.find(({ Port }) => Port === Number(port))?.ListenerArn);
  }),
  remaining: {
    "elasticloadbalancing:listener/": listed(aws.elb, "Listeners", (elb, _, arn) =>
      elb.describeListeners({ ListenerArns: [arn] }),
    ),
  },
});

/** A rule of a listener. */
export const lbListenerRule = resourceKind({
  type: "aws_lb_listener_rule",
  words: "listener rule",
  drawing: partBy("listener_arn"),
  cost: free.partOfAnother,
  existing: search(aws.elb, async (elb, { listener_arn: ListenerArn, priority }) => {
    const { Rules = [] } = await elb.describeRules({ ListenerArn });
    return elbTags(elb, Rules.find(({ Priority }) => Priority === String(priority))?.RuleArn);
  }),
  remaining: {
    "elasticloadbalancing:listener-rule/": listed(aws.elb, "Rules", (elb, _, arn) =>
      elb.describeRules({ RuleArns: [arn] }),
    ),
  },
});
