import { aws } from "../aws/services";
import { listed, search, existing } from "./ask";
import { byUsage, HOURS_PER_MONTH, number, text } from "./charges";
import {
  after,
  card,
  linkedRole,
  passRole,
  resourceKind,
  shown,
  type Also,
  type Parameters,
} from "./kind";

/**
 * GB a month that Enhanced Monitoring logs at an interval of one second; at others it is that part of
 * it. Source: "Cost of Enhanced Monitoring", Amazon RDS User Guide.
 */
const ENHANCED_MONITORING_GIGABYTES = 16.07;

const roles = ({ MonitoringRoleArn }: Parameters): Also[] => [
  // RDS checks both names of the service.
  passRole([MonitoringRoleArn], "monitoring.rds.amazonaws.com"),
  passRole([MonitoringRoleArn], "rds.amazonaws.com"),
  linkedRole("rds.amazonaws.com"),
];

/** A database. */
export const dbInstance = resourceKind({
  type: "aws_db_instance",
  words: "db instance",
  drawing: card("database", "cylinder", "Database", {
    facts: (values) => [
      `${values.engine === "postgres" ? "PostgreSQL" : (shown(values.engine) ?? "")} ${shown(values.engine_version) ?? ""}`.trim(),
      shown(values.instance_class),
      `${shown(values.allocated_storage)} to ${shown(values.max_allocated_storage)} GiB`,
      values.multi_az === true ? "Multi-AZ" : "one zone",
    ],
  }),
  cost: (instances, { usage }) =>
    instances.flatMap(({ module: part, values }) => {
      const copies = values.multi_az === true ? 2 : 1;
      const both = copies === 2 ? ", in two zones" : "";
      const storage = number(values.allocated_storage);
      const largest = Math.max(storage, number(values.max_allocated_storage));
      // Both kinds of SSD cost the same.
      const storageType = text(values.storage_type, "gp3").replace(/^gp2$/, "gp3");
      const interval = number(values.monitoring_interval);
      const hasBackups = number(values.backup_retention_period) > 0;
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
          quantity: hasBackups ? Math.max(0, usage.databaseBackupGigabytes - storage) : 0,
        },
        {
          part,
          what: `Enhanced Monitoring, every ${interval} s`,
          price: "logs.gigabyte",
          quantity: interval > 0 ? ENHANCED_MONITORING_GIGABYTES / interval : 0,
        },
      ];
    }),
  existing: search(aws.rds, async (rds, { identifier }) => {
    const found = await rds.describeDBInstances({ DBInstanceIdentifier: identifier });
    const [instance] = found.DBInstances ?? [];
    return existing(instance?.DBInstanceIdentifier, instance?.TagList);
  }),
  remaining: {
    "rds:db:": listed(aws.rds, "DBInstances", (rds, DBInstanceIdentifier) =>
      rds.describeDBInstances({ DBInstanceIdentifier }),
    ),
    "rds:snapshot:awsbackup:": () => ({
      reason: "backup of the database by AWS Backup: expires by itself",
    }),
    "rds:snapshot:": () => ({
      reason: "final snapshot of the database: delete it when nobody needs it",
    }),
    "rds:auto-backup:": () => ({ reason: "automated backup of the database: expires by itself" }),
  },
  loses: "the database and its automated backups",
  permissions: {
    names: {
      "rds:auto-backup": (p) => (p.SourceDBInstanceArn ? "auto-backup:*" : []),
      "rds:db": (p) => after("db:", p.DBInstanceIdentifier),
      // The default option group of the engine's version: the stack has none of its own.
      "rds:og": (p) => (p.DBInstanceIdentifier ? "og:default:postgres-*" : []),
      "rds:snapshot": (p) =>
        after("snapshot:", p.DBSnapshotIdentifier ?? p.FinalDBSnapshotIdentifier),
    },
    tagging: "rds:AddTagsToResource",
    creates: { "rds:DeleteDBInstance": "snapshot" },
    also: { "rds:CreateDBInstance": roles, "rds:ModifyDBInstance": roles },
  },
});

/** The copies of a database's backups in another region. */
export const dbInstanceAutomatedBackupsReplication = resourceKind({
  type: "aws_db_instance_automated_backups_replication",
  words: "db instance automated backups replication",
  drawing: card("database", "cylinder", "Copies of the database", {
    facts: ({ retention_period: days }) => [`any moment of ${shown(days)} days`],
  }),
  cost: byUsage(
    "databaseBackup.gigabyteMonth",
    "copies of the database's backups",
    (usage) => usage.databaseBackupGigabytes,
  ),
  existing: "AWS has no error of its own for copies that exist: Terraform reports it",
  remaining: "without tags: the copies expire by themselves",
  permissions: {
    keyActions: {
      "rds:StartDBInstanceAutomatedBackupsReplication": ["CreateGrant", "DescribeKey"],
    },
  },
});
