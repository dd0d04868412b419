import { aws } from "../aws/services";
import { listed, where } from "./ask";
import { free, noSearch, resourceKind } from "./kind";

/** A VPC. */
export const vpc = resourceKind({
  type: "aws_vpc",
  words: "VPC",
  drawing: { as: "frame" },
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "ec2:vpc/": listed(aws.ec2, "Vpcs", (ec2, id) => ec2.describeVpcs(where({ "vpc-id": id }))),
  },
  permissions: { names: { "ec2:vpc": /^vpc-/ }, tagging: "ec2:CreateTags" },
});
