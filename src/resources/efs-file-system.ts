import type { Usage } from "../environments/usage";
import { aws } from "../aws/services";
import { block } from "../terraform/stack";
import { listed, search, existing } from "./ask";
import { allOf, byUsage, type Rule } from "./charges";
import { card, linkedRole, resourceKind, settingOf } from "./kind";

/** GB of all git repositories, in both storage classes. */
export const allFileGigabytes = (usage: Usage) =>
  usage.fileGigabytes + usage.infrequentFileGigabytes;

/** A charge for the throughput of elastic file systems. */
const elastic =
  (price: string, what: string, gigabytes: "fileReadGigabytes" | "fileWriteGigabytes"): Rule =>
  (resources, context) => {
    const own = resources.filter(({ values }) => values.throughput_mode === "elastic");
    return own.length > 0 ? byUsage(price, what, (usage) => usage[gigabytes])(own, context) : [];
  };

/** A file system. */
export const efsFileSystem = resourceKind({
  type: "aws_efs_file_system",
  words: "efs file system",
  drawing: card("storage", "folder", "File system", {
    facts: ({ encrypted }) => ["EFS", encrypted === true ? "encrypted" : undefined],
  }),
  cost: allOf(
    byUsage("fileSystem.gigabyteMonth", "git repositories", (usage) => usage.fileGigabytes),
    byUsage(
      "fileSystem.infrequentGigabyteMonth",
      "git repositories, Infrequent Access",
      (usage) => usage.infrequentFileGigabytes,
    ),
    byUsage(
      "fileSystem.infrequentRead",
      "reads of Infrequent Access",
      (usage) => usage.infrequentReadGigabytes,
    ),
    elastic("fileSystem.elasticRead", "reads by elastic throughput", "fileReadGigabytes"),
    elastic("fileSystem.elasticWrite", "writes by elastic throughput", "fileWriteGigabytes"),
  ),
  existing: search(aws.efs, async (efs, { creation_token: CreationToken }) => {
    const { FileSystems: [found] = [] } = await efs.describeFileSystems({ CreationToken });
    return existing(found?.FileSystemId, found?.Tags);
  }),
  remaining: {
    "elasticfilesystem:file-system/": listed(aws.efs, "FileSystems", (efs, FileSystemId) =>
      efs.describeFileSystems({ FileSystemId }),
    ),
  },
  loses: "every git repository on the file system",
  permissions: {
    // The actions on a mount target are checked against its file system.
    names: { "elasticfilesystem:file-system": /^fs(mt)?-/ },
    tagging: "elasticfilesystem:TagResource",
    creates: { "elasticfilesystem:CreateFileSystem": "file-system" },
    keyActions: {
      "elasticfilesystem:CreateFileSystem": [
        "CreateGrant",
        "DescribeKey",
        "GenerateDataKeyWithoutPlaintext",
      ],
    },
  },
});

/** The policy of a file system. */
export const efsFileSystemPolicy = settingOf("aws_efs_file_system", {
  type: "aws_efs_file_system_policy",
  words: "file system policy",
});

/** The automatic backups of a file system. */
export const efsBackupPolicy = settingOf("aws_efs_file_system", {
  type: "aws_efs_backup_policy",
  words: "backup policy",
  permissions: {
    also: {
      // Source: "Using roles to back up and copy", AWS Backup Developer Guide.
      "elasticfilesystem:PutBackupPolicy": () => [linkedRole("backup.amazonaws.com")],
    },
  },
  cost: byUsage(
    "fileSystemBackup.gigabyteMonth",
    "backups of the git repositories",
    allFileGigabytes,
  ),
});

/** The copy of a file system in another region. */
export const efsReplicationConfiguration = resourceKind({
  type: "aws_efs_replication_configuration",
  words: "efs replication configuration",
  drawing: card("storage", "folder", "Copy of the file system", {
    facts: () => ["read-only"],
    copiesTo: ({ destination }) => block(destination).region,
  }),
  cost: byUsage(
    "fileSystem.gigabyteMonth",
    "copy of the git repositories in a second region",
    allFileGigabytes,
  ),
  existing: "AWS has no error of its own for a replication that exists: Terraform reports it",
  remaining: "without tags: the copy stays in the other region until somebody deletes it",
  permissions: {
    keyActions: {
      "elasticfilesystem:CreateReplicationConfiguration": ["CreateGrant", "DescribeKey"],
    },
    also: {
      // Source: "Using service-linked roles", Amazon EFS User Guide.
      "elasticfilesystem:CreateReplicationConfiguration": () => [
        linkedRole("elasticfilesystem.amazonaws.com"),
      ],
    },
  },
});
