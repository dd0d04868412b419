import { DbInstanceAutomatedBackupsReplication } from "@cdktf/provider-aws/lib/db-instance-automated-backups-replication";
import { EcrReplicationConfiguration } from "@cdktf/provider-aws/lib/ecr-replication-configuration";
import { EfsReplicationConfiguration } from "@cdktf/provider-aws/lib/efs-replication-configuration";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { DisasterRecoverySettings, RecoverySettings } from "../environments/options";
import { names } from "../names";
import type { Context } from "./context";
import type { Database } from "./database";
import { metricAlarm } from "./metric-alarm";
import type { Storage } from "./storage";

/** What the copies are made of. */
export interface DisasterRecoveryProps extends Context {
  /** The provider of the second region. */
  readonly provider: AwsProvider;
  /** Its backups are copied, its secrets replicated. */
  readonly database: Database;
  /** Replicated. */
  readonly storage: Storage;
  /** Environment that the image repositories have their names of. */
  readonly origin: string;
  /** Days between the deletion of the second region's key and its end, 7 to 30. */
  readonly deletionWindowDays: number;
  /** The environment's settings of them. */
  readonly settings: DisasterRecoverySettings;
}

/**
 * Copies of the database's backups, the file system, the images and the secrets in a second region, from
 * which `plue dr` rebuilds the environment.
 *
 * Cost (us-east-1 to us-west-2): $0.02 a GB on its way; there $0.095 a GB-month of the database's backups,
 * $0.30 of files, $0.10 of images, $0.40 a month for each secret and $1 for the key.
 */
export class DisasterRecovery extends Construct {
  /** Makes the copies. */
  constructor(scope: Construct, id: string, props: DisasterRecoveryProps) {
    super(scope, id);
    const { environment, provider, database, storage, settings } = props;
    const key = new KmsKey(this, "aws_kms_key.copies", {
      provider,
      ...keyOfCopies(environment, props.deletionWindowDays),
    });
    new KmsAlias(this, "aws_kms_alias.copies", {
      provider,
      name: names.copiesKeyAlias(environment),
      targetKeyId: key.keyId,
    });
    // Made in the region that keeps the copies.
    new DbInstanceAutomatedBackupsReplication(
      this,
      "aws_db_instance_automated_backups_replication.main",
      {
        provider,
        sourceDbInstanceArn: database.instance.arn,
        kmsKeyId: key.arn,
        retentionPeriod: settings.backupRetentionDays ?? 7,
      },
    );
    const files = new EfsReplicationConfiguration(this, "aws_efs_replication_configuration.main", {
      sourceFileSystemId: storage.fileSystem.id,
      destination: { region: settings.region, kmsKeyId: key.arn },
    });
    new EcrReplicationConfiguration(this, "aws_ecr_replication_configuration.main", {
      replicationConfiguration: {
        rule: [
          {
            destination: [{ region: settings.region, registryId: props.accountId }],
            repositoryFilter: [{ filter: `${props.origin}-plue-`, filterType: "PREFIX_MATCH" }],
          },
        ],
      },
    });
    metricAlarm(this, "efs_replication", "efs-replication", props, {
      alarmDescription: "The copy of the file system in the second region is an hour behind",
      namespace: "AWS/EFS",
      metricName: "TimeSinceLastSync",
      statistic: "Maximum",
      period: 900,
      evaluationPeriods: 2,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 3600,
      treatMissingData: "breaching",
      dimensions: {
        FileSystemId: storage.fileSystem.id,
        DestinationFileSystemId: files.destination.fileSystemId,
      },
    });
  }
}

/**
 * The key of an environment that was made from copies: that of the copies, which its database and file
 * system go on being encrypted with. The environment that was copied must forget it, or the data go
 * with that environment's state.
 */
export class RecoveredKey extends Construct {
  /** The key. */
  readonly key: KmsKey;

  /** Takes the key over. */
  constructor(
    scope: Construct,
    id: string,
    props: Pick<DisasterRecoveryProps, "deletionWindowDays"> &
      Pick<RecoverySettings, "of" | "keyId">,
  ) {
    super(scope, id);
    this.key = new KmsKey(
      this,
      "aws_kms_key.copies",
      keyOfCopies(props.of, props.deletionWindowDays),
    );
    this.key.importFrom(props.keyId);
  }
}

function keyOfCopies(environment: string, deletionWindowDays: number) {
  return {
    description: `Copies of the data of ${environment}`,
    enableKeyRotation: true,
    deletionWindowInDays: deletionWindowDays,
  };
}
