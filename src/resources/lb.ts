import type { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { aws } from "../aws/services";
import { count } from "../terminal/output";
import { blocks } from "../terraform/stack";
import { listed, search, existing } from "./ask";
import { HOURS_PER_MONTH } from "./charges";
import { after, card, linkedRole, resourceKind, shown, withId, type Existing } from "./kind";

/** A load balancer. */
export const lb = resourceKind({
  type: "aws_lb",
  words: "load balancer",
  drawing: card("network", "split", "Load balancer", {
    facts: ({ load_balancer_type: type, internal }, { resource, stack }) => [
      [shown(type), internal === true ? "internal" : "public"].filter(Boolean).join(", "),
      ...stack
        .referrersOf(resource)
        .filter((one) => one.type === "aws_route53_record")
        .map(({ values }) => shown(values.name)),
    ],
  }),
  cost: (balancers, { usage }) =>
    balancers.flatMap(({ module: part, values }) => [
      { part, what: "load balancer", price: "loadBalancer.hour", quantity: HOURS_PER_MONTH },
      {
        part,
        what: `its capacity units, ${usage.loadBalancerCapacityUnits} on average`,
        price: "loadBalancer.capacityUnitHour",
        quantity: usage.loadBalancerCapacityUnits * HOURS_PER_MONTH,
      },
      {
        part,
        what: count(blocks(values.subnets).length, "public IPv4 address", "public IPv4 addresses"),
        price: "publicIpv4.hour",
        quantity: values.internal === true ? 0 : blocks(values.subnets).length * HOURS_PER_MONTH,
      },
      {
        part,
        what: "traffic to the internet",
        price: "internetOut.gigabyte",
        quantity: values.internal === true ? 0 : usage.internetGigabytes,
      },
    ]),
  existing: search(aws.elb, async (elb, { name = "" }) => {
    const { LoadBalancers: [balancer] = [] } = await elb.describeLoadBalancers({ Names: [name] });
    return elbTags(elb, balancer?.LoadBalancerArn);
  }),
  remaining: {
    "elasticloadbalancing:loadbalancer/": listed(aws.elb, "LoadBalancers", (elb, _, arn) =>
      elb.describeLoadBalancers({ LoadBalancerArns: [arn] }),
    ),
  },
  permissions: {
    names: {
      "elasticloadbalancing:loadbalancer/app/": (p) =>
        after("loadbalancer/app/", withId(p.Name ?? p.Names)),
    },
    tagging: "elasticloadbalancing:AddTags",
    creates: { "elasticloadbalancing:CreateLoadBalancer": "loadbalancer/app/" },
    also: {
      "elasticloadbalancing:CreateLoadBalancer": () => [
        linkedRole("elasticloadbalancing.amazonaws.com"),
      ],
    },
  },
});

/** An object of Elastic Load Balancing with its tags; undefined without an ARN. */
export async function elbTags(
  elb: ElasticLoadBalancingV2,
  arn: string | undefined,
): Promise<Existing | undefined> {
  if (arn === undefined) return undefined;
  const { TagDescriptions } = await elb.describeTags({ ResourceArns: [arn] });
  return existing(arn, TagDescriptions?.[0]?.Tags);
}
