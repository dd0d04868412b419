import { BackupPlan } from "@cdktf/provider-aws/lib/backup-plan";
import { BackupRestoreTestingPlan } from "@cdktf/provider-aws/lib/backup-restore-testing-plan";
import { BackupRestoreTestingSelection } from "@cdktf/provider-aws/lib/backup-restore-testing-selection";
import { BackupSelection } from "@cdktf/provider-aws/lib/backup-selection";
import { BackupVault } from "@cdktf/provider-aws/lib/backup-vault";
import { BackupVaultLockConfiguration } from "@cdktf/provider-aws/lib/backup-vault-lock-configuration";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { TerraformResource } from "../cdktf";
import type { BackupSettings } from "../environments/options";
import { names } from "../names";
import type { PartProps } from "./context";
import type { Database } from "./database";
import { notifyOf } from "./event-notification";
import { trustService } from "./iam";
import { metricAlarm } from "./metric-alarm";
import type { Storage } from "./storage";

/** Properties of the backups. */
export interface BackupProps extends PartProps<BackupSettings> {
  /** Database to back up. */
  readonly database: Database;
  /** File system to back up. */
  readonly storage: Storage;
  /** Provider of the region of the copies. @default no copies */
  readonly copyProvider?: AwsProvider;
}

/** One hour after the windows of RDS. AWS Backup starts within the hour that follows. */
const DAILY = "cron(0 6 * * ? *)";
const MONTHLY = "cron(0 6 1 * ? *)";
const SUNDAY = "cron(0 12 ? * SUN *)";

/**
 * AWS Backup of the database and the file system, into the environment's own vault.
 *
 * Cost (us-east-1): $0.095 a GB-month for RDS, $0.05 for EFS; the first backup is full, later ones
 * are incremental. A copy costs the same there, and $0.02 a GB for the transfer.
 */
export class Backup extends Construct {
  /** The vault. */
  readonly vault: BackupVault;

  /** Creates the vault, the plan and the selection of resources. */
  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    const { environment, partition, settings } = props;
    const name = names.backupVault(environment);
    const role = new IamRole(this, "aws_iam_role.backup", {
      name: `${environment}-plue-backup`,
      assumeRolePolicy: trustService("backup.amazonaws.com", props.accountId),
    });
    const policies = ["Backup", "Restores"].map(
      (what) =>
        new IamRolePolicyAttachment(
          this,
          `aws_iam_role_policy_attachment.backup_${what.toLowerCase()}`,
          {
            role: role.name,
            policyArn: `arn:${partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor${what}`,
          },
        ),
    );
    this.vault = new BackupVault(this, "aws_backup_vault.main", {
      name,
      kmsKeyArn: props.encryptionKeyArn,
      forceDestroy: settings.forceDestroy,
    });
    const copies =
      settings.copyTo &&
      new BackupVault(this, "aws_backup_vault.copies", {
        provider: props.copyProvider,
        name,
        forceDestroy: settings.forceDestroy,
      });
    if (settings.vaultLock) {
      // changeable_for_days would turn on compliance mode.
      const { vaultLock } = settings;
      const lock = (resource: string, vault: BackupVault, provider?: AwsProvider) =>
        new BackupVaultLockConfiguration(this, `aws_backup_vault_lock_configuration.${resource}`, {
          provider,
          backupVaultName: vault.name,
          ...vaultLock,
        });
      lock("main", this.vault);
      if (copies) lock("copies", copies, props.copyProvider);
    }

    const rule = (ruleName: string, schedule: string, days: number) => ({
      ruleName,
      schedule,
      targetVaultName: this.vault.name,
      startWindow: 60,
      completionWindow: 480,
      lifecycle: { deleteAfter: days },
      copyAction:
        copies && settings.copyTo
          ? [
              {
                destinationVaultArn: copies.arn,
                lifecycle: { deleteAfter: settings.copyTo.retentionDays },
              },
            ]
          : undefined,
    });
    const plan = new BackupPlan(this, "aws_backup_plan.main", {
      name,
      rule: [
        rule("daily", DAILY, settings.dailyRetentionDays),
        ...(settings.monthlyRetentionDays
          ? [rule("monthly", MONTHLY, settings.monthlyRetentionDays)]
          : []),
      ],
    });
    new BackupSelection(this, "aws_backup_selection.main", {
      name,
      planId: plan.id,
      iamRoleArn: role.arn,
      // A resource must have one of these types and all of these tags.
      resources: [
        `arn:${partition}:rds:*:*:db:*`,
        `arn:${partition}:elasticfilesystem:*:*:file-system/*`,
      ],
      condition: [
        {
          stringEquals: [
            { key: "aws:ResourceTag/Environment", value: environment },
            { key: "aws:ResourceTag/Project", value: "plue" },
          ],
          stringLike: [],
          stringNotEquals: [],
          stringNotLike: [],
        },
      ],
      dependsOn: policies,
    });
    if (settings.restoreTesting) this.testRestores(props, role, policies);
    this.alarms(props);
  }

  private testRestores(
    { environment, database, storage }: BackupProps,
    role: IamRole,
    policies: readonly TerraformResource[],
  ): void {
    const plan = new BackupRestoreTestingPlan(this, "aws_backup_restore_testing_plan.main", {
      name: names.restoreTestingPlan(environment),
      scheduleExpression: SUNDAY,
      startWindowHours: 1,
      recoveryPointSelection: [
        {
          algorithm: "LATEST_WITHIN_WINDOW",
          includeVaults: [this.vault.arn],
          recoveryPointTypes: ["SNAPSHOT"],
          selectionWindowDays: 7,
        },
      ],
    });
    const select = (
      name: string,
      protectedResourceType: string,
      arn: string,
      restoreMetadataOverrides?: Record<string, string>,
    ) =>
      new BackupRestoreTestingSelection(this, `aws_backup_restore_testing_selection.${name}`, {
        name,
        restoreTestingPlanName: plan.name,
        protectedResourceType,
        protectedResourceArns: [arn],
        iamRoleArn: role.arn,
        restoreMetadataOverrides,
        dependsOn: [...policies],
      });
    select("database", "RDS", database.instance.arn, {
      dbsubnetgroupname: database.instance.dbSubnetGroupName,
    });
    select("file_system", "EFS", storage.fileSystem.arn);
  }

  private alarms(props: BackupProps): void {
    const { environment } = props;
    const failed = (what: string, metricName: string, dimensions: Record<string, string>) =>
      metricAlarm(this, `${what}_failed`, `${what.replace("_", "-")}-failed`, props, {
        alarmDescription: `A ${what.replace("_", " ")} job of AWS Backup failed`,
        namespace: "AWS/Backup",
        metricName,
        statistic: "Sum",
        period: 3600,
        evaluationPeriods: 1,
        threshold: 0,
        treatMissingData: "notBreaching",
        dimensions,
      });
    const vault = { BackupVaultName: this.vault.name };
    failed("backup", "NumberOfBackupJobsFailed", vault);
    if (props.settings.copyTo) failed("backup_copy", "NumberOfCopyJobsFailed", vault);
    // The metrics do not count jobs that were aborted, or that expired before they started.
    // Source: "Monitoring AWS Backup events using Amazon EventBridge", AWS Backup developer guide.
    notifyOf(this, props, {
      name: "backup-not-run",
      description: "A backup job of AWS Backup was aborted or expired",
      pattern: {
        source: ["aws.backup"],
        "detail-type": ["Backup Job State Change"],
        detail: {
          state: ["ABORTED", "EXPIRED"],
          backupVaultName: [names.backupVault(environment)],
        },
      },
      fields: { resource: "$.detail.resourceArn", state: "$.detail.state" },
      text: "A backup job ended as <state>. Resource: <resource>",
    });
    if (!props.settings.restoreTesting) return;
    // AWS publishes NumberOfRestoreJobsFailed by resource type, and without aborted jobs. The event names no
    // environment: another one in the same account and region is reported as well.
    notifyOf(this, props, {
      name: "restore-failed",
      description: "A restore test of AWS Backup failed or was aborted",
      pattern: {
        source: ["aws.backup"],
        "detail-type": ["Restore Job State Change"],
        detail: { status: ["ABORTED", "FAILED"], resourceType: ["RDS", "EFS"] },
      },
      fields: {
        job: "$.detail.restoreJobId",
        type: "$.detail.resourceType",
        status: "$.detail.status",
      },
      text: "A restore job of <type> ended as <status>: aws backup describe-restore-job --restore-job-id <job>",
    });
  }
}
