import { aws } from "../aws/services";
import { existing, search } from "./ask";
import { card, free, linkedRole, networkInterfaces, resourceKind } from "./kind";

/**
 * A mount target of a file system, for which AWS creates a network interface.
 * Source: https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html and its siblings.
 */
export const efsMountTarget = resourceKind({
  type: "aws_efs_mount_target",
  words: "efs mount target",
  drawing: card("storage", "folder", "EFS mount target"),
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
        // Source: "Using service-linked roles", Amazon EFS User Guide.
        linkedRole("elasticfilesystem.amazonaws.com"),
        { action: "ec2:DescribeSubnets", on: ["*"] },
        { action: "ec2:DescribeNetworkInterfaces", on: ["*"] },
        ...networkInterfaces,
      ],
      "elasticfilesystem:DeleteMountTarget": () => [...networkInterfaces.slice(1)],
      "elasticfilesystem:DescribeMountTargetSecurityGroups": () => [
        { action: "ec2:DescribeNetworkInterfaceAttribute", on: ["*"] },
      ],
      "elasticfilesystem:ModifyMountTargetSecurityGroups": () => [
        { action: "ec2:ModifyNetworkInterfaceAttribute", on: ["ec2:network-interface/*"] },
      ],
    },
  },
});
