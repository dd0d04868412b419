import { aws } from "../aws/services";
import { count } from "../terminal/output";
import { blocks } from "../terraform/stack";
import { existing, listed, search, where } from "./ask";
import { HOURS_PER_MONTH, partOf } from "./charges";
import { card, resourceKind, shown } from "./kind";

/** A VPC endpoint. */
export const vpcEndpoint = resourceKind({
  type: "aws_vpc_endpoint",
  words: "VPC endpoint",
  drawing: card("network", "plug", "VPC endpoint", {
    facts: ({ service_name: name, vpc_endpoint_type: type }) => [
      [shown(name)?.split(".").at(-1), shown(type)?.toLowerCase()].filter(Boolean).join(", "),
    ],
  }),
  cost: (endpoints) => {
    const interfaces = endpoints.filter(({ values }) => values.vpc_endpoint_type === "Interface");
    const addresses = interfaces.reduce(
      (total, { values }) => total + Math.max(1, blocks(values.subnet_ids).length),
      0,
    );
    return [
      {
        part: partOf(endpoints),
        what: `${count(interfaces.length, "interface endpoint")}, each in its zones`,
        price: "interfaceEndpoint.hour",
        quantity: addresses * HOURS_PER_MONTH,
      },
    ];
  },
  // A second one of a service would add routes that the first one has added, which AWS refuses.
  existing: search(aws.ec2, async (ec2, { vpc_id: vpc = "", service_name: service = "" }) => {
    const endpoints = where({ "vpc-id": vpc, "service-name": service });
    const { VpcEndpoints: [found] = [] } = await ec2.describeVpcEndpoints(endpoints);
    return existing(found?.VpcEndpointId, found?.Tags);
  }),
  remaining: {
    "ec2:vpc-endpoint/": listed(
      aws.ec2,
      "VpcEndpoints",
      (ec2, id) => ec2.describeVpcEndpoints(where({ "vpc-endpoint-id": id })),
      ({ State }) => State?.toLowerCase() !== "deleted",
    ),
  },
  permissions: { names: { "ec2:vpc-endpoint": /^vpce-/ } },
});
