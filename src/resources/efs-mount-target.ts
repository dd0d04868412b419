import { aws } from "../aws/services";
import { existing, search } from "./ask";
import { free, resourceKind } from "./kind";

/**
 * A mount target of a file system, for which AWS creates a network interface.
 * Source: https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html and its siblings.
 */
export const efsMountTarget = resourceKind({
  type: "aws_efs_mount_target",
  words: "efs mount target",
  drawing: { as: "card", family: "storage", glyph: "folder", title: "EFS mount target" },
  cost: free.partOfAnother,
  // A mount target has no tags: it belongs to whom its file system belongs.
  existing: search(aws.efs, async (efs, { file_system_id: FileSystemId, subnet_id: subnet }) => {
    const { MountTargets = [] } = await efs.describeMountTargets({ FileSystemId });
    const { FileSystems: [owner] = [] } = await efs.describeFileSystems({ FileSystemId });
    const found = MountTargets.find(({ SubnetId }) => SubnetId === subnet);
    return existing(found?.MountTargetId, owner?.Tags);
  }),
  remaining: "without tags: its network interface is asked for",
  permissions: {
    also: {
      "elasticfilesystem:CreateMountTarget": () => [
        { action: "ec2:DescribeSubnets", on: ["*"] },
        { action: "ec2:DescribeNetworkInterfaces", on: ["*"] },
        {
          action: "ec2:CreateNetworkInterface",
          on: ["ec2:network-interface/*", "ec2:subnet/*", "ec2:security-group/*"],
        },
      ],
      "elasticfilesystem:DeleteMountTarget": () => [
        { action: "ec2:DeleteNetworkInterface", on: ["ec2:network-interface/*"] },
      ],
      "elasticfilesystem:DescribeMountTargetSecurityGroups": () => [
        { action: "ec2:DescribeNetworkInterfaceAttribute", on: ["*"] },
      ],
      "elasticfilesystem:ModifyMountTargetSecurityGroups": () => [
        { action: "ec2:ModifyNetworkInterfaceAttribute", on: ["ec2:network-interface/*"] },
      ],
    },
  },
});
