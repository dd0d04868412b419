import { Backup, paginateListRecoveryPointsByBackupVault } from "@aws-sdk/client-backup";
import { names } from "../names";
import { client, type AwsEnvironment } from "./client";
import { unlessMissing } from "./errors";
import { itemsOf } from "./pages";

/** The environment's vault of AWS Backup. */
export interface Vault {
  /** When it was made. */
  readonly createdAt: Date;
  /** When the newest completed backup of each kind was made: `RDS`, `EFS`. */
  readonly newest: ReadonlyMap<string, Date>;
}

/** The environment's vault; undefined if there is none. */
export async function describeVault(environment: AwsEnvironment): Promise<Vault | undefined> {
  const backup = client(Backup, environment);
  const BackupVaultName = names.backupVault(environment.name);
  const describe = async () => {
    const { CreationDate } = await backup.describeBackupVault({ BackupVaultName });
    const newest = new Map<string, Date>();
    const pages = paginateListRecoveryPointsByBackupVault({ client: backup }, { BackupVaultName });
    const points = await itemsOf(pages, ({ RecoveryPoints }) => RecoveryPoints);
    for (const { ResourceType = "", Status, CreationDate: made } of points) {
      const known = newest.get(ResourceType);
      if (Status === "COMPLETED" && made && (!known || known < made)) {
        newest.set(ResourceType, made);
      }
    }
    return { createdAt: CreationDate ?? new Date(0), newest };
  };
  // Backup denies access to a vault that does not exist.
  return unlessMissing(describe, /ResourceNotFound|AccessDenied/);
}
