import { free, noSearch, type ResourceKind } from "./kind";

/**
 * A mount target of a file system, for which AWS creates a network interface.
 * Source: https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html and its siblings.
 */
export const efsMountTarget: ResourceKind = {
  type: "aws_efs_mount_target",
  words: "efs mount target",
  drawing: { as: "card", family: "storage", glyph: "folder", title: "EFS mount target" },
  cost: free.partOfAnother,
  existing: noSearch.notYet,
  remaining: "without tags: its network interface is asked for",
  loses: "none",
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
};
