import { client } from "../aws/client";
import { each, HOURS_PER_MONTH } from "./charges";
import { any, noSearch, partOfType, type ResourceKind } from "./kind";

/** An Elastic IP address. */
export const eip: ResourceKind = {
  type: "aws_eip",
  words: "Elastic IP",
  drawing: partOfType(/^aws_nat_gateway$/),
  cost: each(
    "publicIpv4.hour",
    "public IPv4 address of NAT",
    HOURS_PER_MONTH,
    "public IPv4 addresses of NAT",
  ),
  existing: noSearch.newId,
  remaining: {
    "ec2:elastic-ip/": async (to, id) => {
      const { DescribeAddressesCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const Filters = [{ Name: "allocation-id", Values: [id] }];
      return any(
        (await client(EC2Client, to).send(new DescribeAddressesCommand({ Filters }))).Addresses,
      );
    },
  },
  loses: "none",
  permissions: { names: { "ec2:elastic-ip": /^eipalloc-/ } },
};
