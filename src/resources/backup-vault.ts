import type { Backup } from "@aws-sdk/client-backup";
import { aws } from "../aws/services";
import { block, blocks } from "../terraform/stack";
import { ask, search } from "./ask";
import { allFileGigabytes } from "./efs-file-system";
import { after, card, resourceKind, settingOf, shown, type Existing } from "./kind";

/** A vault of AWS Backup. */
export const backupVault = resourceKind({
  type: "aws_backup_vault",
  words: "backup vault",
  drawing: card("storage", "archive", "Backup vault", {
    facts: (_, { resource: vault, stack }) => [
      ...stack
        .ofType("aws_backup_plan")
        .flatMap(({ attributes }) => blocks(attributes.rule))
        .filter(({ target_vault_name: name }) => stack.references(name).includes(vault))
        .map(
          ({ rule_name: name, lifecycle }) =>
            `${shown(name)}, kept ${shown(block(lifecycle).delete_after)} days`,
        ),
      ...(stack
        .referrersOf(vault)
        .some(({ type }) => type === "aws_backup_vault_lock_configuration")
        ? ["locked"]
        : []),
    ],
  }),
  cost: (vaults, { usage }) =>
    vaults.flatMap(({ module: part }) => [
      {
        part,
        what: "backups of the database by AWS Backup",
        price: "databaseBackup.gigabyteMonth",
        quantity: usage.databaseBackupGigabytes,
      },
      {
        part,
        what: "backups of the git repositories by AWS Backup",
        price: "fileSystemBackup.gigabyteMonth",
        quantity: allFileGigabytes(usage),
      },
    ]),
  existing: search(aws.backup, async (backup, { name }) => {
    const found = await backup.describeBackupVault({ BackupVaultName: name });
    return backupTags(backup, name, found.BackupVaultArn);
  }),
  remaining: {
    "backup:backup-vault:": ask(aws.backup, (backup, BackupVaultName) =>
      backup.describeBackupVault({ BackupVaultName }),
    ),
    "backup:recovery-point:": () => ({ reason: "backup by AWS Backup: expires by itself" }),
  },
  loses: "the backups in the vault",
  permissions: {
    names: { "backup:backupVault": (p) => after("backup-vault:", p.BackupVaultName) },
    keyActions: {
      "backup:CreateBackupVault": [
        "CreateGrant",
        "Decrypt",
        "DescribeKey",
        "GenerateDataKey",
        "RetireGrant",
      ],
    },
    also: {
      // Source: "Access control", AWS Backup Developer Guide.
      "backup:CreateBackupVault": () => [{ action: "backup-storage:MountCapsule", on: ["*"] }],
    },
  },
});

/** The lock of a vault. */
export const backupVaultLockConfiguration = settingOf("aws_backup_vault", {
  type: "aws_backup_vault_lock_configuration",
  words: "backup vault lock configuration",
});

/** An object of AWS Backup with the tags of this ARN; undefined without an id. */
export async function backupTags(
  backup: Backup,
  id: string | undefined,
  ResourceArn: string | undefined,
): Promise<Existing | undefined> {
  if (id === undefined) return undefined;
  return { id, tags: (await backup.listTags({ ResourceArn })).Tags ?? {} };
}
