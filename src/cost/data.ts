import type { Usage } from "../environments/usage";
import { count } from "../terminal/output";
import {
  allOf,
  byUsage,
  each,
  HOURS_PER_MONTH,
  list,
  number,
  partOf,
  text,
  type Rule,
} from "./charges";

/**
 * GB a month that Enhanced Monitoring logs at an interval of one second; at others it is that part of
 * it. Source: "Cost of Enhanced Monitoring", Amazon RDS User Guide.
 */
const ENHANCED_MONITORING_GIGABYTES = 16.07;

/** What a serverless cache of Valkey is charged for at least, in GB. Source: Amazon ElastiCache pricing. */
const LEAST_CACHE_GIGABYTES = 0.1;

/** GB of all git repositories, in whichever storage class. */
const allFileGigabytes = (usage: Usage) => usage.fileGigabytes + usage.infrequentFileGigabytes;

/** What the database, the cache, files, objects, secrets and keys cost. */
export const dataRules: Readonly<Record<string, Rule>> = {
  aws_db_instance: (instances, { usage }) =>
    instances.flatMap(({ module: part, values }) => {
      const copies = values.multi_az === true ? 2 : 1;
      const both = copies === 2 ? ", in two zones" : "";
      const storage = number(values.allocated_storage);
      const largest = Math.max(storage, number(values.max_allocated_storage));
      // Both kinds of SSD cost the same.
      const storageType = text(values.storage_type, "gp3").replace(/^gp2$/, "gp3");
      const interval = number(values.monitoring_interval);
      return [
        {
          part,
          what: `${text(values.instance_class)}${both}`,
          price: `database.${text(values.instance_class)}.hour`,
          quantity: copies * HOURS_PER_MONTH,
        },
        {
          part,
          what: `${storage} GB of storage${both}, ${largest} at most`,
          price: `databaseStorage.${storageType}`,
          quantity: copies * storage,
          atMost: copies * largest,
        },
        {
          part,
          what: "backups beyond the size of the storage",
          price: "databaseBackup.gigabyteMonth",
          quantity:
            number(values.backup_retention_period) > 0
              ? Math.max(0, usage.databaseBackupGigabytes - storage)
              : 0,
        },
        {
          part,
          what: `Enhanced Monitoring, every ${interval} s`,
          price: "logs.gigabyte",
          quantity: interval > 0 ? ENHANCED_MONITORING_GIGABYTES / interval : 0,
        },
      ];
    }),
  aws_secretsmanager_secret: (secrets, { usage }) => {
    const copies = secrets.reduce(
      (total, { values }) => total + 1 + list(values.replica).length,
      0,
    );
    return [
      {
        part: partOf(secrets),
        what: count(copies, "secret"),
        price: "secret.month",
        quantity: copies,
      },
      {
        part: partOf(secrets),
        what: "reads of secrets",
        price: "secret.call",
        quantity: usage.secretReads,
      },
    ];
  },
  aws_efs_file_system: allOf(
    byUsage("fileSystem.gigabyteMonth", "git repositories", (usage) => usage.fileGigabytes),
    byUsage(
      "fileSystem.infrequentGigabyteMonth",
      "git repositories, Infrequent Access",
      (usage) => usage.infrequentFileGigabytes,
    ),
  ),
  aws_efs_backup_policy: byUsage(
    "fileSystemBackup.gigabyteMonth",
    "backups of the git repositories",
    allFileGigabytes,
  ),
  aws_efs_replication_configuration: byUsage(
    "fileSystem.gigabyteMonth",
    "copy of the git repositories in a second region",
    allFileGigabytes,
  ),
  aws_db_instance_automated_backups_replication: byUsage(
    "databaseBackup.gigabyteMonth",
    "copies of the database's backups",
    (usage) => usage.databaseBackupGigabytes,
  ),
  aws_ecr_replication_configuration: byUsage(
    "image.gigabyteMonth",
    "copies of the images in a second region",
    (usage) => usage.imageGigabytes,
  ),
  aws_backup_vault: (vaults, { usage }) =>
    vaults.flatMap(({ module: part }) => [
      {
        part,
        what: "backups of the database by AWS Backup",
        price: "databaseBackup.gigabyteMonth",
        quantity: usage.databaseBackupGigabytes,
      },
      {
        part,
        what: "backups of the git repositories by AWS Backup",
        price: "fileSystemBackup.gigabyteMonth",
        quantity: allFileGigabytes(usage),
      },
    ]),
  aws_s3_bucket: byUsage("object.gigabyteMonth", "objects", (usage) => usage.objectGigabytes),
  aws_kms_key: allOf(
    each("key.month", "customer key"),
    byUsage("key.call", "requests to the keys", (usage) => usage.keyRequests),
  ),
  aws_elasticache_serverless_cache: (caches, { usage }) =>
    caches.flatMap(({ module: part }) => [
      {
        part,
        what: "serverless cache: data",
        price: "cacheServerless.valkey.gigabyteHour",
        quantity: Math.max(LEAST_CACHE_GIGABYTES, usage.cacheGigabytes) * HOURS_PER_MONTH,
      },
      {
        part,
        what: "serverless cache: processing units",
        price: "cacheServerless.valkey.processingUnitMillion",
        quantity: usage.cacheProcessingUnitMillions,
      },
    ]),
  aws_elasticache_replication_group: (groups) =>
    groups.map(({ module: part, values }) => {
      const shards = Math.max(1, number(values.num_node_groups));
      const nodes =
        number(values.num_cache_clusters) || shards * (1 + number(values.replicas_per_node_group));
      const engine = text(values.engine, "redis");
      return {
        part,
        what: `${count(nodes, "node")} of ${engine}, ${text(values.node_type)}`,
        price: `cache.${engine}.${text(values.node_type)}.hour`,
        quantity: nodes * HOURS_PER_MONTH,
      };
    }),
};
