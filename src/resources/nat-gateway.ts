import { aws } from "../aws/services";
import { listed } from "./ask";
import { allOf, byUsage, each, HOURS_PER_MONTH } from "./charges";
import { card, noSearch, resourceKind } from "./kind";

/** A NAT gateway. */
export const natGateway = resourceKind({
  type: "aws_nat_gateway",
  words: "NAT gateway",
  drawing: card("network", "swap", "NAT gateway", {
    facts: (_, { resource, zonesBehind }) => {
      const letters = zonesBehind(resource);
      return letters.length > 0 ? [`way out of zone ${letters.join(" and ")}`] : [];
    },
  }),
  cost: allOf(
    each("natGateway.hour", "NAT gateway", HOURS_PER_MONTH),
    byUsage("natGateway.gigabyte", "traffic through NAT", (usage) => usage.natGigabytes),
  ),
  existing: noSearch.newId,
  remaining: {
    "ec2:natgateway/": listed(
      aws.ec2,
      "NatGateways",
      (ec2, id) => ec2.describeNatGateways({ NatGatewayIds: [id] }),
      ({ State }) => State !== "deleted",
    ),
  },
  permissions: { names: { "ec2:natgateway": /^nat-/ } },
});
