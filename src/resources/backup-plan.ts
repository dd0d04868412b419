import { aws } from "../aws/services";
import { ask, search } from "./ask";
import { backupTags } from "./backup-vault";
import { text } from "./charges";
import { allFileGigabytes } from "./efs-file-system";
import {
  after,
  free,
  partBy,
  linkedRole,
  passRole,
  rolesIn,
  settingOf,
  withId,
  type Parameters,
  resourceKind,
} from "./kind";

/** A plan of AWS Backup. */
export const backupPlan = resourceKind({
  type: "aws_backup_plan",
  words: "backup plan",
  drawing: partBy("rule"),
  cost: free.partOfAnother,
  // AWS refuses a second plan with the same document.
  existing: search(aws.backup, async (backup, { name }) => {
    const { BackupPlansList: plans = [] } = await backup.listBackupPlans({ MaxResults: 1000 });
    const plan = plans.find(({ BackupPlanName }) => BackupPlanName === name);
    return backupTags(backup, plan?.BackupPlanId, plan?.BackupPlanArn);
  }),
  remaining: {
    "backup:backup-plan:": ask(
      aws.backup,
      (backup, BackupPlanId) => backup.getBackupPlan({ BackupPlanId }),
      ({ DeletionDate }) => ({ gone: DeletionDate !== undefined }),
    ),
  },
  permissions: {
    names: { "backup:backupPlan": () => "backup-plan:*" },
    tagging: "backup:TagResource",
    creates: { "backup:CreateBackupPlan": "backupPlan" },
  },
});

/** The resources that a plan backs up. */
export const backupSelection = settingOf("aws_backup_plan", {
  type: "aws_backup_selection",
  words: "backup selection",
  existing: search(aws.backup, async (backup, { name, plan_id: BackupPlanId }) => {
    const { BackupSelectionsList = [] } = await backup.listBackupSelections({ BackupPlanId });
    const found = BackupSelectionsList.find(({ SelectionName }) => SelectionName === name);
    const { BackupPlanArn } = await backup.getBackupPlan({ BackupPlanId });
    return backupTags(backup, found && `${BackupPlanId}|${found.SelectionId}`, BackupPlanArn);
  }),
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
export const backupRestoreTestingPlan = resourceKind({
  type: "aws_backup_restore_testing_plan",
  words: "backup restore testing plan",
  cost: free.partOfAnother,
  existing: search(aws.backup, async (backup, { name }) => {
    const found = await backup.getRestoreTestingPlan({ RestoreTestingPlanName: name });
    return backupTags(backup, name, found.RestoreTestingPlan?.RestoreTestingPlanArn);
  }),
  remaining: {
    // AWS puts an id of 36 characters behind the name.
    "backup:restore-testing-plan:": ask(aws.backup, (backup, id) =>
      backup.getRestoreTestingPlan({ RestoreTestingPlanName: id.slice(0, -37) }),
    ),
  },
  permissions: {
    names: {
      "backup:restoreTestingPlan": (p) =>
        after("restore-testing-plan:", withId(restoreTestingPlan(p), "-*")),
    },
    also: {
      // Source: "Restore testing", AWS Backup Developer Guide.
      "backup:CreateRestoreTestingPlan": () => [linkedRole("restore-testing.backup.amazonaws.com")],
    },
  },
});

/** Weekly tests. */
const TESTS_PER_MONTH = 52 / 12;

/** Hours until AWS Backup has restored a small database and deleted it again, at most. */
const HOURS_PER_TEST = 4;

/** The resources that restore tests restore. */
export const backupRestoreTestingSelection = settingOf("aws_backup_restore_testing_plan", {
  type: "aws_backup_restore_testing_selection",
  words: "backup restore testing selection",
  cost: (selections, { usage, of }) =>
    selections.flatMap(({ module: part, values: { protected_resource_type: type } }) =>
      type === "EFS"
        ? [
            {
              part,
              what: "restore tests of the git repositories",
              price: "fileSystemRestore.gigabyte",
              quantity: TESTS_PER_MONTH * allFileGigabytes(usage),
            },
          ]
        : of("aws_db_instance").map(({ values }) => ({
            part,
            what: "restore tests of the database",
            price: `database.${text(values.instance_class)}.hour`,
            quantity: TESTS_PER_MONTH * HOURS_PER_TEST,
          })),
    ),
  existing: search(aws.backup, async (backup, { name, restore_testing_plan_name: plan }) => {
    const [RestoreTestingPlanName, RestoreTestingSelectionName] = [plan, name];
    await backup.getRestoreTestingSelection({
      RestoreTestingPlanName,
      RestoreTestingSelectionName,
    });
    const found = await backup.getRestoreTestingPlan({ RestoreTestingPlanName });
    return backupTags(backup, `${name}:${plan}`, found.RestoreTestingPlan?.RestoreTestingPlanArn);
  }),
  permissions: {
    also: Object.fromEntries(
      ["Create", "Update"].map((verb) => [
        `backup:${verb}RestoreTestingSelection`,
        (p: Parameters) => [passRole(rolesIn(p), "restore-testing.backup.amazonaws.com")],
      ]),
    ),
  },
});
