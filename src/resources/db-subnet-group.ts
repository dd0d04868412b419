import { client } from "../aws/client";
import { after, any, existing, free, partOfType, type ResourceKind } from "./kind";

/** A subnet group of a database. */
export const dbSubnetGroup: ResourceKind = {
  type: "aws_db_subnet_group",
  words: "subnet group",
  drawing: partOfType(/^aws_db_instance$/),
  cost: free.always,
  existing: async ({ name }, to) => {
    const { DescribeDBSubnetGroupsCommand, ListTagsForResourceCommand, RDSClient } =
      await import("@aws-sdk/client-rds");
    const rds = client(RDSClient, to);
    const call = new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name });
    const { DBSubnetGroups: [group] = [] } = await rds.send(call);
    const ResourceName = group?.DBSubnetGroupArn;
    return existing(
      name,
      (await rds.send(new ListTagsForResourceCommand({ ResourceName }))).TagList,
    );
  },
  remaining: {
    "rds:subgrp:": async (to, name) => {
      const { DescribeDBSubnetGroupsCommand, RDSClient } = await import("@aws-sdk/client-rds");
      const call = new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name });
      return any((await client(RDSClient, to).send(call)).DBSubnetGroups);
    },
  },
  loses: "none",
  permissions: { names: { "rds:subgrp": (p) => after("subgrp:", p.DBSubnetGroupName) } },
};
