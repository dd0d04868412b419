import { aws } from "../aws/services";
import { listed, where } from "./ask";
import { each, HOURS_PER_MONTH } from "./charges";
import { noSearch, partOfType, resourceKind } from "./kind";

/** An Elastic IP address. */
export const eip = resourceKind({
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
    "ec2:elastic-ip/": listed(aws.ec2, "Addresses", (ec2, id) =>
      ec2.describeAddresses(where({ "allocation-id": id })),
    ),
  },
  permissions: { names: { "ec2:elastic-ip": /^eip(alloc|assoc)-/ } },
});
