import { DbInstanceAutomatedBackupsReplication } from "@cdktf/provider-aws/lib/db-instance-automated-backups-replication";
import { EcrReplicationConfiguration } from "@cdktf/provider-aws/lib/ecr-replication-configuration";
import { EfsReplicationConfiguration } from "@cdktf/provider-aws/lib/efs-replication-configuration";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { DisasterRecoverySettings, RecoverySettings } from "../environments/options";
import { names } from "../names";
import type { PartProps } from "./context";
import type { Database } from "./database";
import { metricAlarm } from "./metric-alarm";
import type { Storage } from "./storage";

/** Properties of the copies. */
export interface DisasterRecoveryProps extends PartProps<DisasterRecoverySettings> {
  /** The provider of the second region. */
  readonly provider: AwsProvider;
  /** Database whose backups and secrets are copied. */
  readonly database: Database;
  /** File system to copy. */
  readonly storage: Storage;
  /** Environment whose name the image repositories have. */
  readonly origin: string;
  /** Days between the request to delete the second region's key and its deletion, 7 to 30. */
  readonly deletionWindowDays: number;
}

/**
 * Copies of the database's backups, the file system, the images and the secrets in a second region, from
 * which the environment can be rebuilt (`plue dr plan`).
 *
 * Cost (us-east-1 to us-west-2): $0.02 a GB for the transfer; there $0.095 a GB-month of the database's backups,
 * $0.30 of files, $0.10 of images, $0.40 a month for each secret and $1 for the key.
 */
export class DisasterRecovery extends Construct {
  /** Creates the copies. */
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
    // AWS creates this in the region of the copies.
    new DbInstanceAutomatedBackupsReplication(
      this,
      "aws_db_instance_automated_backups_replication.main",
      {
        provider,
        sourceDbInstanceArn: database.instance.arn,
        kmsKeyId: key.arn,
        retentionPeriod: settings.backupRetentionDays,
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
 * The key of an environment that was rebuilt from copies. It encrypted the copies, and still encrypts
 * the database and the file system. Remove it from the state of the first environment: destroying that
 * environment would delete the key, and the data with it.
 */
export class RecoveredKey extends Construct {
  /** The key. */
  readonly key: KmsKey;

  /** Imports the key. */
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
