import type { RDS } from "@aws-sdk/client-rds";
import { aws } from "../aws/services";
import { existing, listed, search } from "./ask";
import { after, free, partOfType, type Existing, resourceKind } from "./kind";

/** A parameter group of a database. */
export const dbParameterGroup = resourceKind({
  type: "aws_db_parameter_group",
  words: "parameter group",
  drawing: partOfType(/^aws_db_instance$/),
  cost: free.always,
  existing: search(aws.rds, async (rds, { name }) => {
    const found = await rds.describeDBParameterGroups({ DBParameterGroupName: name });
    return rdsTags(rds, name, found.DBParameterGroups?.[0]?.DBParameterGroupArn);
  }),
  remaining: {
    "rds:pg:": listed(aws.rds, "DBParameterGroups", (rds, DBParameterGroupName) =>
      rds.describeDBParameterGroups({ DBParameterGroupName }),
    ),
  },
  permissions: { names: { "rds:pg": (p) => after("pg:", p.DBParameterGroupName) } },
});

/** A named object of RDS with its tags. */
export async function rdsTags(
  rds: RDS,
  name: string | undefined,
  ResourceName: string | undefined,
): Promise<Existing | undefined> {
  if (ResourceName === undefined) return undefined;
  return existing(name, (await rds.listTagsForResource({ ResourceName })).TagList);
}
