import { describeVault } from "../../../aws/backup";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

const HOUR = 60 * 60 * 1000;
/** A day, an hour in which the job may start, eight in which it may run, and some. */
const OLDEST = 36 * HOUR;

/** Whether AWS Backup has a fresh backup of database and file system. */
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
    const check = `there is a fresh backup of ${what}`;
    const newest = vault.newest.get(type);
    if (newest && age(newest) < OLDEST) return ok(check, newest.toISOString());
    if (!newest && age(vault.createdAt) < OLDEST) return ok(check, "the first one is yet to come");
    return failed(
      check,
      newest ? `the newest is of ${newest.toISOString()}` : "there is none",
      `see why the last job failed: aws backup list-backup-jobs --by-state FAILED --region ${environment.region}`,
    );
  });
}
