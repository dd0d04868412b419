import { client } from "../aws/client";
import { any, free, noSearch, partBy, partOfType, settingOf, type ResourceKind } from "./kind";

/** A route table. */
export const routeTable: ResourceKind = {
  type: "aws_route_table",
  words: "route table",
  drawing: partOfType(/^aws_route_table_association$/),
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "ec2:route-table/": async (to, id) => {
      const { DescribeRouteTablesCommand, EC2Client } = await import("@aws-sdk/client-ec2");
      const Filters = [{ Name: "route-table-id", Values: [id] }];
      const call = new DescribeRouteTablesCommand({ Filters });
      return any((await client(EC2Client, to).send(call)).RouteTables);
    },
  },
  loses: "none",
  permissions: { names: { "ec2:route-table": /^rtb-/ } },
};

/** The route table of a subnet. */
export const routeTableAssociation = settingOf("aws_subnet", {
  type: "aws_route_table_association",
  words: "route table association",
  drawing: partBy("subnet_id"),
  cost: free.always,
});
