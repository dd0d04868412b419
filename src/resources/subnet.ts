import { client } from "../aws/client";
import { any, free, noSearch, type ResourceKind } from "./kind";

/** A subnet. */
export const subnet: ResourceKind = {
  type: "aws_subnet",
  words: "subnet",
  drawing: { as: "frame" },
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "ec2:subnet/": async (to, id) => {
      const { DescribeSubnetsCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const call = new DescribeSubnetsCommand({ Filters: [{ Name: "subnet-id", Values: [id] }] });
      return any((await client(EC2Client, to).send(call)).Subnets);
    },
    // Other services create them in the subnets: load balancers, mount targets, tasks.
    "ec2:network-interface/": async (to, id) => {
      const { DescribeNetworkInterfacesCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const Filters = [{ Name: "network-interface-id", Values: [id] }];
      const call = new DescribeNetworkInterfacesCommand({ Filters });
      return any((await client(EC2Client, to).send(call)).NetworkInterfaces);
    },
  },
  loses: "none",
  permissions: { names: { "ec2:subnet": /^subnet-/, "ec2:network-interface": /^eni-/ } },
};
