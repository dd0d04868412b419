import { aws } from "../aws/services";
import { listed, where } from "./ask";
import { free, noSearch, type ResourceKind } from "./kind";

/** A subnet. */
export const subnet: ResourceKind = {
  type: "aws_subnet",
  words: "subnet",
  drawing: { as: "frame" },
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "ec2:subnet/": listed(aws.ec2, "Subnets", (ec2, id) =>
      ec2.describeSubnets(where({ "subnet-id": id })),
    ),
    // Other services create them in the subnets: load balancers, mount targets, tasks.
    "ec2:network-interface/": listed(aws.ec2, "NetworkInterfaces", (ec2, id) =>
      ec2.describeNetworkInterfaces(where({ "network-interface-id": id })),
    ),
  },
  loses: "none",
  permissions: { names: { "ec2:subnet": /^subnet-/, "ec2:network-interface": /^eni-/ } },
};
