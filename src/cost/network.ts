import { count } from "../terminal/output";
import { allOf, byUsage, each, HOURS_PER_MONTH, list, partOf, type Rule } from "./charges";

/** What the network, the load balancer and its web ACL cost. */
export const networkRules: Readonly<Record<string, Rule>> = {
  aws_nat_gateway: allOf(
    each("natGateway.hour", "NAT gateway", HOURS_PER_MONTH),
    byUsage("natGateway.gigabyte", "traffic through NAT", (usage) => usage.natGigabytes),
  ),
  aws_eip: each(
    "publicIpv4.hour",
    "public IPv4 address of NAT",
    HOURS_PER_MONTH,
    "public IPv4 addresses of NAT",
  ),
  aws_vpc_endpoint: (endpoints) => {
    const interfaces = endpoints.filter(({ values }) => values.vpc_endpoint_type === "Interface");
    const addresses = interfaces.reduce(
      (total, { values }) => total + Math.max(1, list(values.subnet_ids).length),
      0,
    );
    return [
      {
        part: partOf(endpoints),
        what: `${count(interfaces.length, "interface endpoint")}, each in its zones`,
        price: "interfaceEndpoint.hour",
        quantity: addresses * HOURS_PER_MONTH,
      },
    ];
  },
  aws_flow_log: byUsage(
    "logs.vendedGigabyte",
    "flow logs taken in",
    (usage) => usage.flowLogGigabytes,
  ),
  aws_lb: (balancers, { usage }) =>
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
        what: count(list(values.subnets).length, "public IPv4 address", "public IPv4 addresses"),
        price: "publicIpv4.hour",
        quantity: values.internal === true ? 0 : list(values.subnets).length * HOURS_PER_MONTH,
      },
      {
        part,
        what: "traffic to the internet",
        price: "internetOut.gigabyte",
        quantity: values.internal === true ? 0 : usage.internetGigabytes,
      },
    ]),
  aws_wafv2_web_acl: (acls, { usage }) =>
    acls.flatMap(({ module: part, values }) => [
      { part, what: "web ACL", price: "webAcl.month", quantity: 1 },
      {
        part,
        what: count(list(values.rule).length, "rule"),
        price: "webAclRule.month",
        quantity: list(values.rule).length,
      },
      {
        part,
        what: "requests looked at",
        price: "webAcl.request",
        quantity: usage.requestMillions * 1e6,
      },
    ]),
};
