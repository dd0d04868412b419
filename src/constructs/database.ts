import { DataAwsDbInstance } from "@cdktf/provider-aws/lib/data-aws-db-instance";
import { DataAwsDbInstances } from "@cdktf/provider-aws/lib/data-aws-db-instances";
import { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group";
import { DbSubnetGroup } from "@cdktf/provider-aws/lib/db-subnet-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import { Fn, type TerraformResource, type TerraformLocal } from "../cdktf";
import type { RecoverySettings } from "../environments/options";
import type { DatabaseSettings } from "../environments/settings";
import { databaseLogs, names, ports } from "../names";
import { securityGroupOf, type Connectable } from "./connections";
import type { PartProps } from "./context";
import { trustService } from "./iam";
import { isNew } from "./legacy";
import {
  randomPassword,
  restoredPassword,
  writeOnlyPassword,
  type MasterPassword,
} from "./master-password";
import type { Network } from "./network";
import { logGroup } from "./log-group";
import { reference } from "./reference";

/** Properties of the database. */
export interface DatabaseProps extends PartProps<DatabaseSettings> {
  /** The database is in its private subnets. */
  readonly network: Network;
  /** Days during which a deleted secret can be restored. */
  readonly secretRecoveryWindowDays: number;
  /** Flag: AWS refuses to delete the database. */
  readonly deletionProtectionVariable: TerraformLocal;
  /**
   * Resources that hold data and must not be destroyed before the database. Terraform destroys in the
   * reverse order of dependencies, and the database depends on these: if its deletion protection stops
   * a destroy, they still exist.
   */
  readonly destroyBefore: readonly TerraformResource[];
  /** Region that gets a replica of each secret. @default none */
  readonly secretReplicaRegion?: string;
  /** Copies to restore the database from. @default none: the database starts empty */
  readonly recovery?: RecoverySettings;
}

const NAME = "plue";
/** The client checks certificate and host name. The images contain RDS's certificate authorities. */
const SSL_MODE = "verify-full";
/**
 * Size in GiB from which RDS stripes gp3 storage of PostgreSQL over four volumes, with more IOPS and
 * throughput (MiB/s) at no charge. Source: "gp3 storage" in the Amazon RDS user guide.
 */
const GP3_STEP_GIB = 400;
const GP3_BASELINE_ABOVE = { iops: 12000, storageThroughput: 500 };

/**
 * PostgreSQL on RDS, and two secrets: its master password, and the connection.
 *
 * Cost (us-east-1): db.t3.micro about $13 a month, db.t3.small Multi-AZ about $53; gp3 storage $0.115 a
 * GB-month, twice that with Multi-AZ; $0.40 a month for each secret.
 */
export class Database extends Construct implements Connectable {
  /** Name in `connections` of src/names.ts. */
  readonly part = "db";
  /** The instance. */
  readonly instance: DbInstance;
  /** JSON: engine, host, port, dbname, username, password, url. */
  readonly connectionSecret: SecretsmanagerSecret;
  /** Parameter group of the instance. */
  readonly parameterGroup: DbParameterGroup;
  /** A task that reads the connection secret must wait for its content. */
  readonly connectionSecretVersion: SecretsmanagerSecretVersion;
  /** Security group of the instance. */
  readonly securityGroup: SecurityGroup;

  /** Creates the instance and its parts. */
  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { environment, network, recovery, settings } = props;
    const identifier = names.database(environment);

    const secret = (resource: string, name: string) =>
      new SecretsmanagerSecret(this, `aws_secretsmanager_secret.${resource}`, {
        name,
        recoveryWindowInDays: props.secretRecoveryWindowDays,
        kmsKeyId: props.encryptionKeyArn,
        ...(props.secretReplicaRegion
          ? { replica: [{ region: props.secretReplicaRegion }], forceOverwriteReplicaSecret: true }
          : {}),
      });
    const passwordSecret = secret(
      "database_password",
      names.passwordSecret(recovery?.of ?? environment),
    );
    this.connectionSecret = secret("database_connection", names.connectionSecret(environment));
    const password = this.masterPassword(props, passwordSecret);

    const subnetGroup = new DbSubnetGroup(this, "aws_db_subnet_group.main", {
      name: `${environment}-plue-db-subnet-group`,
      subnetIds: network.privateSubnets.map((subnet) => subnet.id),
      tags: { Name: `${environment}-plue-db-subnet-group` },
    });
    // The group has no inline rules: `connect` adds its rules as resources of their own. Terraform creates
    // a group without rules; `egress: []` would race with the removal of an adopted group's
    // separate rule.
    this.securityGroup = securityGroupOf(this, "database", props, this.part, {
      description: "Security group for Plue RDS database",
    });
    this.parameterGroup = new DbParameterGroup(this, "aws_db_parameter_group.main", {
      // The name contains the major version, because the next version's group must exist at the same time.
      name: `${environment}-plue-db-postgres${settings.engineVersion}`,
      family: `postgres${settings.engineVersion}`,
      description: "Plue: schema changes and slow statements are logged",
      // From PostgreSQL 15 on RDS accepts TLS connections only (rds.force_ssl is 1). Do not repeat that
      // here: the provider shows a parameter that equals its default in every plan.
      parameter: [
        { name: "log_statement", value: "ddl" },
        ...(settings.slowQueryMilliseconds >= 0
          ? [{ name: "log_min_duration_statement", value: String(settings.slowQueryMilliseconds) }]
          : []),
      ],
      lifecycle: { createBeforeDestroy: true },
    });
    isNew(this.parameterGroup);
    // If this group does not exist, RDS creates it without a retention.
    const logGroups = databaseLogs.map((log) => {
      const resource = log === "postgresql" ? "database" : log;
      return logGroup(
        this,
        resource,
        props,
        names.databaseLogGroup(environment, log),
        settings.logRetentionDays,
      );
    });
    isNew(...logGroups.slice(1));

    const monitoring = settings.monitoringInterval > 0 ? this.monitoringRole(props) : undefined;

    this.instance = new DbInstance(this, "aws_db_instance.main", {
      identifier,
      engine: "postgres",
      engineVersion: settings.engineVersion,
      ...(settings.allowMajorVersionUpgrade ? { allowMajorVersionUpgrade: true } : {}),
      instanceClass: settings.instanceClass,
      ...(recovery ? restoreTo(recovery) : { dbName: NAME }),
      username: NAME,
      ...password.instanceArguments,
      port: ports.database,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: props.encryptionKeyArn,
      allocatedStorage: settings.allocatedStorage,
      // Without them Terraform would send the old IOPS with the new size of a storage that grows past the step.
      ...(settings.allocatedStorage >= GP3_STEP_GIB ? GP3_BASELINE_ABOVE : {}),
      maxAllocatedStorage: settings.maxAllocatedStorage,
      dbSubnetGroupName: subnetGroup.name,
      vpcSecurityGroupIds: [this.securityGroup.id],
      publiclyAccessible: false,
      parameterGroupName: this.parameterGroup.name,
      multiAz: settings.multiAz,
      backupRetentionPeriod: settings.backupRetentionDays,
      backupWindow: settings.backupWindow,
      maintenanceWindow: settings.maintenanceWindow,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      // The old parameter group can be deleted only after the upgrade.
      applyImmediately: settings.applyImmediately || settings.allowMajorVersionUpgrade,
      enabledCloudwatchLogsExports: [...databaseLogs],
      performanceInsightsEnabled: settings.performanceInsights,
      ...(settings.performanceInsights && props.encryptionKeyArn
        ? { performanceInsightsKmsKeyId: props.encryptionKeyArn }
        : {}),
      ...(settings.performanceInsights ? { performanceInsightsRetentionPeriod: 7 } : {}),
      monitoringInterval: settings.monitoringInterval,
      ...(monitoring ? { monitoringRoleArn: monitoring.role.arn } : {}),
      deletionProtection: props.deletionProtectionVariable.asBoolean,
      skipFinalSnapshot: !settings.finalSnapshot,
      // The name must be unused at each destroy and the same in each plan. The group's id has both
      // properties: it is new each time the environment is created, and does not change until the destroy.
      ...(settings.finalSnapshot
        ? {
            finalSnapshotIdentifier: `${identifier}-final-snapshot-${Fn.trimprefix(this.securityGroup.id, "sg-")}`,
          }
        : {}),
      tags: { Name: identifier },
      lifecycle: {
        // A change here would replace the database with a second restore.
        ...(recovery && { ignoreChanges: ["restore_to_point_in_time"] }),
        precondition: this.keepsWhatExists(environment, settings),
      },
      dependsOn: [
        ...logGroups,
        passwordSecret,
        this.connectionSecret,
        ...(monitoring ? [monitoring.policy] : []),
        ...props.destroyBefore,
      ],
    });

    this.connectionSecretVersion = new SecretsmanagerSecretVersion(
      this,
      "aws_secretsmanager_secret_version.database_connection",
      {
        secretId: this.connectionSecret.id,
        ...password.secretArguments(connection(this.instance.address, password.value), [
          this.instance.address,
          SSL_MODE,
        ]),
        // No createBeforeDestroy: Terraform would apply it to all dependencies as well, the database and
        // the file system included, whose names cannot exist twice. It is not needed: the provider
        // keeps the current content of a secret until the next one exists.
      },
    );
  }

  private masterPassword(
    { recovery, settings: { masterPassword } }: DatabaseProps,
    secret: SecretsmanagerSecret,
  ): MasterPassword {
    if (recovery) {
      secret.importFrom(recovery.passwordSecretArn);
      return restoredPassword(this, secret, masterPassword);
    }
    return masterPassword.mode === "random"
      ? randomPassword(this, secret)
      : writeOnlyPassword(this, secret, masterPassword.version);
  }

  /** RDS never shrinks the storage, which grows by itself, and never downgrades PostgreSQL. */
  private keepsWhatExists(environment: string, settings: DatabaseSettings) {
    const { allocatedStorage: size, maxAllocatedStorage: most, engineVersion } = settings;
    const found = new DataAwsDbInstances(this, "data.aws_db_instances.existing", {
      filter: [{ name: "db-instance-id", values: [names.database(environment)] }],
    });
    const each = new DataAwsDbInstance(this, "data.aws_db_instance.existing", {
      dbInstanceIdentifier: "${each.key}",
    });
    each.addOverride("for_each", `\${toset(${reference(found)}.instance_identifiers)}`);
    const all = (condition: string) =>
      `\${alltrue([for one in ${reference(each)} : ${condition}])}`;
    const list = (attribute: string) =>
      `\${join(", ", [for one in ${reference(each)} : one.${attribute}])}`;

    // The maximum is at least ten percent above the size, and the provider ignores a smaller first size.
    const fits =
      most > 0
        ? `one.max_allocated_storage == ${most} || 11 * one.allocated_storage <= ${10 * most}`
        : `one.allocated_storage <= ${size}`;
    const setting =
      most > 0
        ? `database.maxAllocatedStorage of ${environment} is ${most} GiB`
        : `database.allocatedStorage of ${environment} is ${size} GiB`;

    const upgrades = settings.allowMajorVersionUpgrade;
    return [
      {
        condition: all(fits),
        errorMessage: `${setting}, and the storage has ${list("allocated_storage")} GiB. RDS cannot shrink it: set ${most > 0 ? "a maximum at least ten percent above that" : "at least that size, or a database.maxAllocatedStorage at least ten percent above it"}.`,
      },
      {
        condition: all(
          `tonumber(split(".", one.engine_version)[0]) ${upgrades ? "<=" : "=="} ${engineVersion}`,
        ),
        errorMessage: `database.engineVersion of ${environment} is ${engineVersion}, and the database has PostgreSQL ${list("engine_version")}. RDS cannot downgrade it, and upgrades it only with database.allowMajorVersionUpgrade: set its major version, or read docs/upgrading.md.`,
      },
    ];
  }

  private monitoringRole({ environment, accountId, partition }: DatabaseProps) {
    const role = new IamRole(this, "aws_iam_role.monitoring", {
      name: `${environment}-plue-db-monitoring`,
      assumeRolePolicy: trustService("monitoring.rds.amazonaws.com", accountId),
    });
    const policy = new IamRolePolicyAttachment(this, "aws_iam_role_policy_attachment.monitoring", {
      role: role.name,
      policyArn: `arn:${partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole`,
    });
    isNew(role, policy);
    return { role, policy };
  }
}

/**
 * Arguments that restore a database. Its name and its key come with the backup.
 *
 * RDS restores the last daily backup and then replays the log since. That can take longer than the
 * provider's default timeout of 40 minutes.
 */
function restoreTo({ databaseBackupsArn, databaseRestoreTime }: RecoverySettings) {
  return {
    restoreToPointInTime: {
      sourceDbInstanceAutomatedBackupsArn: databaseBackupsArn,
      ...(databaseRestoreTime
        ? { restoreTime: databaseRestoreTime }
        : { useLatestRestorableTime: true }),
    },
    timeouts: { create: "3h" },
  };
}

/** The connection secret's content, as a Terraform expression. */
function connection(host: string, password: string): string {
  return Fn.jsonencode({
    engine: "postgres",
    host,
    port: ports.database,
    dbname: NAME,
    username: NAME,
    password,
    url: `postgresql://${NAME}:${Fn.urlencode(password)}@${host}:${ports.database}/${NAME}?sslmode=${SSL_MODE}`,
  });
}
