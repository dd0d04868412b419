import { aws } from "../aws/services";
import { listed, search } from "./ask";
import { rdsTags } from "./db-parameter-group";
import { after, free, partOfType, resourceKind } from "./kind";

/** A subnet group of a database. */
export const dbSubnetGroup = resourceKind({
  type: "aws_db_subnet_group",
  words: "subnet group",
  drawing: partOfType(/^aws_db_instance$/),
  cost: free.always,
  existing: search(aws.rds, async (rds, { name }) => {
    const found = await rds.describeDBSubnetGroups({ DBSubnetGroupName: name });
    return rdsTags(rds, name, found.DBSubnetGroups?.[0]?.DBSubnetGroupArn);
  }),
  remaining: {
    "rds:subgrp:": listed(aws.rds, "DBSubnetGroups", (rds, DBSubnetGroupName) =>
      rds.describeDBSubnetGroups({ DBSubnetGroupName }),
    ),
  },
  permissions: { names: { "rds:subgrp": (p) => after("subgrp:", p.DBSubnetGroupName) } },
});
