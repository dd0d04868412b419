import { aws } from "../aws/services";
import { listed, where } from "./ask";
import { free, noSearch, partBy, partOfType, settingOf, resourceKind } from "./kind";

/** A route table. */
export const routeTable = resourceKind({
  type: "aws_route_table",
  words: "route table",
  drawing: partOfType(/^aws_route_table_association$/),
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "ec2:route-table/": listed(aws.ec2, "RouteTables", (ec2, id) =>
      ec2.describeRouteTables(where({ "route-table-id": id })),
    ),
  },
  permissions: { names: { "ec2:route-table": /^rtb(assoc)?-/ } },
});

/** The route table of a subnet. */
export const routeTableAssociation = settingOf("aws_subnet", {
  type: "aws_route_table_association",
  words: "route table association",
  drawing: partBy("subnet_id"),
  cost: free.always,
});
