import { client } from "../aws/client";
import { any, free, noSearch, type ResourceKind } from "./kind";

/** A VPC. */
export const vpc: ResourceKind = {
  type: "aws_vpc",
  words: "VPC",
  drawing: { as: "frame" },
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "ec2:vpc/": async (to, id) => {
      const { DescribeVpcsCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const call = new DescribeVpcsCommand({ Filters: [{ Name: "vpc-id", Values: [id] }] });
      return any((await client(EC2Client, to).send(call)).Vpcs);
    },
  },
  loses: "none",
  permissions: { names: { "ec2:vpc": /^vpc-/ }, tagging: "ec2:CreateTags" },
};
