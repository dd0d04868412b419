import { aws } from "../aws/services";
import { listed } from "./ask";
import { free, noSearch, partBy, resourceKind } from "./kind";

/** An access point of a file system. */
export const efsAccessPoint = resourceKind({
  type: "aws_efs_access_point",
  words: "access point",
  drawing: partBy("file_system_id"),
  cost: free.partOfAnother,
  existing: noSearch.newId,
  remaining: {
    "elasticfilesystem:access-point/": listed(aws.efs, "AccessPoints", (efs, AccessPointId) =>
      efs.describeAccessPoints({ AccessPointId }),
    ),
  },
  permissions: {
    names: { "elasticfilesystem:access-point": /^fsap-/ },
    creates: { "elasticfilesystem:CreateAccessPoint": "access-point" },
  },
});
