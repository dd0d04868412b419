import { describeVault } from "../../../aws/backup";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

const HOUR = 60 * 60 * 1000;
/** Maximum age of a backup: a day, one hour to start the job, eight hours to run it, and a reserve. */
const OLDEST = 36 * HOUR;

/** Checks that AWS Backup has a recent backup of database and file system. */
export async function checkBackup(environment: Environment): Promise<Check[]> {
  const { name, settings } = environment;
  if (!settings.backup) return [];
  const vault = await describeVault(environment);
  if (!vault) {
    return [failed("backups are made", "there is no vault", `plue deploy ${name}`)];
  }
  const age = (date: Date) => Date.now() - date.getTime();
  return [
    { what: "the database", type: "RDS" },
    { what: "the file system", type: "EFS" },
  ].map(({ what, type }) => {
    const check = `there is a recent backup of ${what}`;
    const newest = vault.newest.get(type);
    if (newest && age(newest) < OLDEST) return ok(check, newest.toISOString());
    if (!newest && age(vault.createdAt) < OLDEST)
      return ok(check, "the first backup has not run yet");
    return failed(
      check,
      newest ? `the newest is from ${newest.toISOString()}` : "there is no backup",
      `see why the last job failed: aws backup list-backup-jobs --by-state FAILED --region ${environment.region}`,
    );
  });
}
