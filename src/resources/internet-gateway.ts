import { aws } from "../aws/services";
import { listed, where } from "./ask";
import { card, free, noSearch, resourceKind } from "./kind";

/** An internet gateway. */
export const internetGateway = resourceKind({
  type: "aws_internet_gateway",
  words: "internet gateway",
  drawing: card("network", "gateway", "Internet gateway"),
  cost: free.byTraffic,
  existing: noSearch.newId,
  remaining: {
    "ec2:internet-gateway/": listed(aws.ec2, "InternetGateways", (ec2, id) =>
      ec2.describeInternetGateways(where({ "internet-gateway-id": id })),
    ),
  },
  permissions: { names: { "ec2:internet-gateway": /^igw-/ } },
});
