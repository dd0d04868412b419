import { aws } from "../aws/services";
import { existing, listed, search, where } from "./ask";
import { free, resourceKind } from "./kind";

/** A subnet. */
export const subnet = resourceKind({
  type: "aws_subnet",
  words: "subnet",
  drawing: { as: "frame" },
  cost: free.always,
  // AWS refuses a subnet whose addresses another one has.
  existing: search(aws.ec2, async (ec2, { vpc_id: vpc = "", cidr_block: cidr = "" }) => {
    const found = await ec2.describeSubnets(where({ "vpc-id": vpc, "cidr-block": cidr }));
    const [subnet] = found.Subnets ?? [];
    return existing(subnet?.SubnetId, subnet?.Tags);
  }),
  remaining: {
    "ec2:subnet/": listed(aws.ec2, "Subnets", (ec2, id) =>
      ec2.describeSubnets(where({ "subnet-id": id })),
    ),
    // Other services create them in the subnets: load balancers, mount targets, tasks.
    "ec2:network-interface/": listed(aws.ec2, "NetworkInterfaces", (ec2, id) =>
      ec2.describeNetworkInterfaces(where({ "network-interface-id": id })),
    ),
  },
  permissions: {
    names: { "ec2:subnet": /^(subnet|rtbassoc)-/, "ec2:network-interface": /^(eni|eipassoc)-/ },
  },
});
