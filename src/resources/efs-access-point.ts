import { client } from "../aws/client";
import { any, free, noSearch, partBy, type ResourceKind } from "./kind";

/** An access point of a file system. */
export const efsAccessPoint: ResourceKind = {
  type: "aws_efs_access_point",
  words: "access point",
  drawing: partBy("file_system_id"),
  cost: free.partOfAnother,
  existing: noSearch.newId,
  remaining: {
    "elasticfilesystem:access-point/": async (to, id) => {
      const { DescribeAccessPointsCommand, EFSClient } = await import("@aws-sdk/client-efs");
      const call = new DescribeAccessPointsCommand({ AccessPointId: id });
      return any((await client(EFSClient, to).send(call)).AccessPoints);
    },
  },
  loses: "none",
  permissions: { creates: { "elasticfilesystem:CreateAccessPoint": "access-point" } },
};
