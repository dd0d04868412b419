import { client } from "../aws/client";
import { after, any, existing, free, partOfType, type ResourceKind } from "./kind";

/** A parameter group of a database. */
export const dbParameterGroup: ResourceKind = {
  type: "aws_db_parameter_group",
  words: "parameter group",
  drawing: partOfType(/^aws_db_instance$/),
  cost: free.always,
  existing: async ({ name }, to) => {
    const { DescribeDBParameterGroupsCommand, ListTagsForResourceCommand, RDSClient } =
      await import("@aws-sdk/client-rds");
    const rds = client(RDSClient, to);
    const call = new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name });
    const { DBParameterGroups: [group] = [] } = await rds.send(call);
    const ResourceName = group?.DBParameterGroupArn;
    return existing(
      name,
      (await rds.send(new ListTagsForResourceCommand({ ResourceName }))).TagList,
    );
  },
  remaining: {
    "rds:pg:": async (to, name) => {
      const { DescribeDBParameterGroupsCommand, RDSClient } = await import("@aws-sdk/client-rds");
      const call = new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name });
      return any((await client(RDSClient, to).send(call)).DBParameterGroups);
    },
  },
  loses: "none",
  permissions: { names: { "rds:pg": (p) => after("pg:", p.DBParameterGroupName) } },
};
