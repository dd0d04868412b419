import { client } from "../aws/client";
import { allOf, byUsage, each, HOURS_PER_MONTH } from "./charges";
import { any, noSearch, type ResourceKind } from "./kind";

/** A NAT gateway. */
export const natGateway: ResourceKind = {
  type: "aws_nat_gateway",
  words: "NAT gateway",
  drawing: {
    as: "card",
    family: "network",
    glyph: "swap",
    title: "NAT gateway",
    facts: (_, { resource, zonesBehind }) => {
      const letters = zonesBehind(resource);
      return letters.length > 0 ? [`way out of zone ${letters.join(" and ")}`] : [];
    },
  },
  cost: allOf(
    each("natGateway.hour", "NAT gateway", HOURS_PER_MONTH),
    byUsage("natGateway.gigabyte", "traffic through NAT", (usage) => usage.natGigabytes),
  ),
  existing: noSearch.newId,
  remaining: {
    "ec2:natgateway/": async (to, id) => {
      const { DescribeNatGatewaysCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const call = new DescribeNatGatewaysCommand({ NatGatewayIds: [id] });
      const { NatGateways } = await client(EC2Client, to).send(call);
      return any(NatGateways?.filter(({ State }) => State !== "deleted"));
    },
  },
  loses: "none",
  permissions: { names: { "ec2:natgateway": /^nat-/ } },
};
