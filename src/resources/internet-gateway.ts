import { client } from "../aws/client";
import { any, free, noSearch, type ResourceKind } from "./kind";

/** An internet gateway. */
export const internetGateway: ResourceKind = {
  type: "aws_internet_gateway",
  words: "internet gateway",
  drawing: { as: "card", family: "network", glyph: "gateway", title: "Internet gateway" },
  cost: free.byTraffic,
  existing: noSearch.newId,
  remaining: {
    "ec2:internet-gateway/": async (to, id) => {
      const { DescribeInternetGatewaysCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const Filters = [{ Name: "internet-gateway-id", Values: [id] }];
      const call = new DescribeInternetGatewaysCommand({ Filters });
      return any((await client(EC2Client, to).send(call)).InternetGateways);
    },
  },
  loses: "none",
  permissions: { names: { "ec2:internet-gateway": /^igw-/ } },
};
