/**
 * Numbers that AWS sets and that both the schema of the settings and the embedded AWS check.
 * `npm run docs` writes them to embedded-aws/limits.json, which the Python side reads.
 */
export const limits = {
  /**
   * Memory sizes, in MiB, for each CPU size of a Fargate task, in CPU units (1024 = 1 vCPU).
   * Source: "Task CPU and memory", page on Fargate task definition differences, Amazon ECS developer guide.
   */
  fargateMemory: {
    256: [512, 1024, 2048],
    512: [1024, 2048, 3072, 4096],
    1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
    2048: [4096, 5120, 6144, 7168, 8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384],
    4096: [
      8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384, 17408, 18432, 19456, 20480,
      21504, 22528, 23552, 24576, 25600, 26624, 27648, 28672, 29696, 30720,
    ],
    8192: [16384, 20480, 24576, 28672, 32768, 36864, 40960, 45056, 49152, 53248, 57344, 61440],
    16384: [32768, 40960, 49152, 57344, 65536, 73728, 81920, 90112, 98304, 106496, 114688, 122880],
  },
  /** Days for which CloudWatch Logs can keep events. Source: `retentionInDays` of PutRetentionPolicy. */
  logRetentionDays: [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
  ],
  /** Intervals, in seconds, of RDS Enhanced Monitoring; 0 is off. Source: `MonitoringInterval` of CreateDBInstance. */
  monitoringIntervals: [0, 1, 5, 10, 15, 30, 60],
  /**
   * Days without access after which EFS moves a file to Infrequent Access.
   * Source: `TransitionToIA` of LifecyclePolicy, EFS API reference.
   */
  infrequentAccessDays: [1, 7, 14, 30, 60, 90, 180, 270, 365],
  /**
   * Smallest and largest storage, in GiB, of a PostgreSQL, MySQL or MariaDB instance by storage type.
   * Source: "Amazon RDS DB instance storage", RDS user guide.
   */
  databaseStorage: {
    standard: [5, 3072],
    gp2: [20, 65536],
    gp3: [20, 65536],
    io1: [100, 65536],
    io2: [100, 65536],
  },
  /** Days for which RDS can keep automated backups; 0 is off. Source: `BackupRetentionPeriod` of CreateDBInstance. */
  databaseBackupDays: [0, 35],
  /** Shortest backup or maintenance window of RDS, in minutes. Source: "Backup window", RDS user guide. */
  databaseWindowMinutes: 30,
  /** Longest maintenance window of RDS, in minutes. Source: `PreferredMaintenanceWindow` of CreateDBInstance. */
  maintenanceWindowMinutes: 1440,
  /** Days for which a deleted secret can be restored. Source: `RecoveryWindowInDays` of DeleteSecret. */
  secretRecoveryDays: [7, 30],
  /**
   * Families of instance classes that RDS does not offer for PostgreSQL 13 or later.
   * Source: "Supported DB engines for DB instance classes", RDS user guide.
   */
  oldDatabaseClasses: ["cr1", "m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2", "x1", "x1e", "z1d"],
  /**
   * Families of node types that cannot encrypt data in transit.
   * Source: "ElastiCache in-transit encryption (TLS)", ElastiCache user guide.
   */
  oldNodeTypes: ["c1", "m1", "m2", "m3", "r3", "t1"],
  /** Characters of the first domain name of a certificate. Source: "Request a public certificate", ACM user guide. */
  certificateName: 64,
  /**
   * Outbound rules of a security group.
   * Source: "Amazon VPC quotas", Amazon VPC user guide.
   */
  securityGroupRules: 60,
  /** The regions of every partition of AWS. Source: `partitions.json` of the AWS SDK. */
  regions: [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "me-west-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
  ],
} as const;
