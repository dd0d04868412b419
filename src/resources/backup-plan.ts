import { aws } from "../aws/services";
import { ask } from "./ask";
import {
  after,
  free,
  noSearch,
  partBy,
  passRole,
  settingOf,
  withId,
  type Parameters,
  type ResourceKind,
} from "./kind";

/** A plan of AWS Backup. */
export const backupPlan: ResourceKind = {
  type: "aws_backup_plan",
  words: "backup plan",
  drawing: partBy("rule"),
  cost: free.partOfAnother,
  existing: noSearch.newId,
  remaining: {
    "backup:backup-plan:": ask(
      aws.backup,
      (backup, BackupPlanId) => backup.getBackupPlan({ BackupPlanId }),
      ({ DeletionDate }) => ({ gone: DeletionDate !== undefined }),
    ),
  },
  loses: "none",
  permissions: {
    names: { "backup:backupPlan": () => "backup-plan:*" },
    tagging: "backup:TagResource",
  },
};

const rolesIn = (value: unknown): string[] => {
  if (typeof value === "string") return /:role\//.test(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(rolesIn) : [];
};

/** What a plan backs up. */
export const backupSelection = settingOf("aws_backup_plan", {
  type: "aws_backup_selection",
  words: "backup selection",
  existing: noSearch.newId,
  permissions: {
    also: {
      "backup:CreateBackupSelection": (p) => [passRole(rolesIn(p), "backup.amazonaws.com")],
    },
  },
});

function restoreTestingPlan({ RestoreTestingPlan, RestoreTestingPlanName }: Parameters): unknown {
  const { RestoreTestingPlanName: name } = (RestoreTestingPlan ?? {}) as Parameters;
  return RestoreTestingPlanName ?? name;
}

/** A plan of restore tests. */
export const backupRestoreTestingPlan: ResourceKind = {
  type: "aws_backup_restore_testing_plan",
  words: "backup restore testing plan",
  drawing: { as: "part" },
  cost: "each test costs what it restores, for as long as it is there",
  existing: noSearch.notYet,
  remaining: {
    // AWS puts an id of 36 characters behind the name.
    "backup:restore-testing-plan:": ask(aws.backup, (backup, id) =>
      backup.getRestoreTestingPlan({ RestoreTestingPlanName: id.slice(0, -37) }),
    ),
  },
  loses: "none",
  permissions: {
    names: {
      "backup:restoreTestingPlan": (p) =>
        after("restore-testing-plan:", withId(restoreTestingPlan(p), "-*")),
    },
  },
};

/** What restore tests restore. */
export const backupRestoreTestingSelection = settingOf("aws_backup_restore_testing_plan", {
  type: "aws_backup_restore_testing_selection",
  words: "backup restore testing selection",
});
