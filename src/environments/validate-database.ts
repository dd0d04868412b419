import type { Checker } from "./checker";
import {
  logRetentionDays,
  masterPasswordModes,
  monitoringIntervals,
  type DatabaseSettings,
} from "./settings";
import { dailyWindow, overlap, weeklyWindow } from "./windows";

/** GiB of gp3 that a PostgreSQL instance can have. Source: "Amazon RDS DB instance storage", RDS user guide. */
const MOST_STORAGE = 65536;

/** Checks the settings of the database. */
export function validateDatabase(checker: Checker, settings: DatabaseSettings): void {
  checker.matches(
    "instanceClass",
    settings.instanceClass,
    /^db\.[a-z0-9-]+\.[a-z0-9]+$/,
    "must be an RDS instance class, such as db.t3.micro",
  );
  if (checker.integer("allocatedStorage", settings.allocatedStorage, 20, MOST_STORAGE)) {
    // RDS asks for a margin of ten percent above the allocated storage.
    const least = Math.ceil(settings.allocatedStorage * 1.1);
    const { maxAllocatedStorage: most } = settings;
    checker.check(
      "maxAllocatedStorage",
      most,
      most === 0 || (Number.isInteger(most) && most >= least && most <= MOST_STORAGE),
      least > MOST_STORAGE
        ? `must be 0 (the storage does not grow by itself): allocatedStorage and ten percent pass ${MOST_STORAGE}`
        : `must be 0 (the storage does not grow by itself) or a whole number from ${least} (allocatedStorage and ten percent) to ${MOST_STORAGE}`,
    );
  }
  checker.integer("backupRetentionDays", settings.backupRetentionDays, 0, 35);
  checker.oneOf("monitoringInterval", settings.monitoringInterval, monitoringIntervals);
  checker.integer("slowQueryMilliseconds", settings.slowQueryMilliseconds, -1, 2147483647);
  checker.oneOf("logRetentionDays", settings.logRetentionDays, logRetentionDays);
  if (
    checker.oneOf("masterPassword.mode", settings.masterPassword.mode, masterPasswordModes) &&
    settings.masterPassword.mode === "write-only"
  ) {
    checker.integer("masterPassword.version", settings.masterPassword.version, 1, 2147483647);
  }
  validateWindows(checker, settings);
}

function validateWindows(checker: Checker, settings: DatabaseSettings): void {
  const { backupWindow, maintenanceWindow } = settings;
  const backup = dailyWindow(backupWindow);
  checker.check(
    "backupWindow",
    backupWindow,
    backup !== undefined && backup.length >= 30,
    "must look like 03:00-04:00 (UTC) and last 30 minutes or more",
  );
  const maintenance = weeklyWindow(maintenanceWindow);
  checker.check(
    "maintenanceWindow",
    maintenanceWindow,
    maintenance !== undefined && maintenance.length >= 30,
    "must look like sun:04:00-sun:05:00 (UTC) and last 30 minutes or more",
  );
  if (!backup || !maintenance) return;
  checker.check(
    "maintenanceWindow",
    maintenanceWindow,
    !overlap(backup, maintenance),
    `must not overlap backupWindow, ${backupWindow}`,
  );
}
