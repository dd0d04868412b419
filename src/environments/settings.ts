import type { FargateSize } from "./fargate";
import type { LogRetentionDays } from "./log-retention";
import type {
  AccessLogsSettings,
  BackupSettings,
  CacheSettings,
  DeploymentSettings,
  DisasterRecoverySettings,
  RecoverySettings,
  ScalingSettings,
  WafSettings,
} from "./options";

export { logRetentionDays, type LogRetentionDays } from "./log-retention";

/**
 * The intervals, in seconds, at which RDS Enhanced Monitoring measures; 0 is off.
 * Source: MonitoringInterval of CreateDBInstance in the RDS API reference.
 */
export const monitoringIntervals = [0, 1, 5, 10, 15, 30, 60] as const;

/** How private subnets reach the internet. */
export const natGatewayModes = ["single", "per-zone"] as const;

/** Where the database's master password may come from. */
export const masterPasswordModes = ["random", "write-only"] as const;

/**
 * The days without access after which EFS moves a file to Infrequent Access.
 * Source: TransitionToIA of LifecyclePolicy in the EFS API reference.
 */
export const infrequentAccessDays = [1, 7, 14, 30, 60, 90, 180, 270, 365] as const;

/** Whether a tag of an image repository may be pushed again. */
export const imageTagMutabilities = ["MUTABLE", "IMMUTABLE"] as const;

/** The fewest images that `ecr.maxImageCount` may keep. */
export const leastImageCount = 5;

/** Which alarms an environment has. */
export const alarmModes = ["notify", "targets-only"] as const;

/** The environments of the Terraform project that this one replaces. */
export const adoptableEnvironments = ["dev", "production"] as const;

/** The two subnets of one availability zone. */
export interface ZoneSettings {
  /** CIDR of the public subnet: the load balancer and the NAT gateway. */
  readonly publicCidr: string;
  /** CIDR of the private subnet: tasks, database, file system. */
  readonly privateCidr: string;
}

/** The VPC. */
export interface NetworkSettings {
  /** CIDR of the VPC, /16 to /28. */
  readonly cidr: string;
  /** One entry for each availability zone, at least two: RDS and the load balancer require it. */
  readonly zones: readonly ZoneSettings[];
  /**
   * Ids of availability zones to leave out, such as `use1-az3`: Fargate and RDS do not serve every
   * zone of some regions.
   * @default none
   */
  readonly excludeZoneIds?: readonly string[];
  /**
   * `single`: all private subnets go out through the first zone's NAT gateway (cheaper);
   * `per-zone`: each has its own and survives the loss of another zone.
   */
  readonly natGateways: (typeof natGatewayModes)[number];
  /** Retention of the VPC flow logs, in days. */
  readonly flowLogRetentionDays: LogRetentionDays;
}

/** Where the database's master password comes from. */
export type MasterPassword =
  /** Made by Terraform's random provider: it stands in the state. */
  | { readonly mode: "random" }
  /**
   * Made by Secrets Manager and passed on through write-only arguments: neither plan nor state
   * ever holds it. Needs Terraform 1.11 or later.
   */
  | {
      readonly mode: "write-only";
      /** Raise by one to rotate the password. */
      readonly version: number;
    };

/** PostgreSQL on RDS. */
export interface DatabaseSettings {
  /** For example `db.t3.micro`. */
  readonly instanceClass: string;
  /** First size of the storage, in GiB. */
  readonly allocatedStorage: number;
  /** Size up to which RDS may grow the storage by itself, in GiB; 0: it does not. */
  readonly maxAllocatedStorage: number;
  /** Retention of automated backups, in days; 0 switches them off. */
  readonly backupRetentionDays: number;
  /** Daily, UTC, as `hh:mm-hh:mm`; at least 30 minutes, apart from the maintenance window. */
  readonly backupWindow: string;
  /** Weekly, UTC, as `ddd:hh:mm-ddd:hh:mm`; at least 30 minutes. */
  readonly maintenanceWindow: string;
  /** A standby in a second zone. */
  readonly multiAz: boolean;
  /** Default of the variable `database_deletion_protection`. */
  readonly deletionProtection: boolean;
  /** Whether a destroy leaves a last snapshot behind. */
  readonly finalSnapshot: boolean;
  /** Whether changes take effect at once or in the next maintenance window. */
  readonly applyImmediately: boolean;
  /** Performance Insights, with seven days of history (free of charge). */
  readonly performanceInsights: boolean;
  /** Enhanced Monitoring's interval in seconds; 0 switches it off. */
  readonly monitoringInterval: (typeof monitoringIntervals)[number];
  /** Statements that take longer are logged, in milliseconds; 0 logs all, -1 none. */
  readonly slowQueryMilliseconds: number;
  /** Retention of PostgreSQL's log, in days. */
  readonly logRetentionDays: LogRetentionDays;
  /** Where the master password comes from. */
  readonly masterPassword: MasterPassword;
}

/** EFS, which holds the git repositories. */
export interface StorageSettings {
  /** Days without access after which a file moves to the Infrequent Access class. */
  readonly transitionToInfrequentAccessDays: (typeof infrequentAccessDays)[number];
  /** Daily backups by AWS Backup, kept for 35 days. */
  readonly backups: boolean;
}

/** The image repositories. */
export interface EcrSettings {
  /** Whether a tag may be pushed again. */
  readonly imageTagMutability: (typeof imageTagMutabilities)[number];
  /** Scan each image for known vulnerabilities when it is pushed. */
  readonly scanOnPush: boolean;
  /**
   * How many of the newest images each repository keeps, beside those that `plue deploy` has marked as
   * deployed; at least 5, so that no image goes between its push and its deployment.
   */
  readonly maxImageCount: number;
  /** Whether a destroy may delete repositories that hold images. */
  readonly forceDelete: boolean;
}

/** The ECS cluster. */
export interface EcsClusterSettings {
  /**
   * CloudWatch Container Insights (charged for each metric): metrics of cluster and services, or
   * `"enhanced"`, metrics of each task and container as well.
   */
  readonly containerInsights: boolean | "enhanced";
}

/** The Application Load Balancer. */
export interface LoadBalancerSettings {
  /**
   * Default of the variable `enable_https`. Where it is true and no hosted zone is given, the
   * variable `certificate_arn` has no default.
   */
  readonly https: boolean;
  /** Default of the variable `alb_deletion_protection`. */
  readonly deletionProtection: boolean;
  /** AWS WAF in front of it. @default none */
  readonly waf?: WafSettings;
  /** A log of each request, in a bucket. @default none */
  readonly accessLogs?: AccessLogsSettings;
}

/** The name under which users reach Plue. */
export interface DomainSettings {
  /** For example `plue.example.com`. */
  readonly name: string;
  /**
   * Route 53 zone of that name: the alias record and, with HTTPS and without `certificate_arn`, a
   * DNS-validated certificate are made in it.
   * @default none: you make the DNS record, and certificate_arn names your certificate
   */
  readonly hostedZoneId?: string;
}

/** Where an egress rule lets traffic go. */
export interface EgressSettings {
  /** What it is for. */
  readonly description: string;
  /** TCP port. */
  readonly port: number;
  /** IPv4 CIDRs. */
  readonly cidrBlocks: readonly string[];
}

/** A service on Fargate: the API server or the web app. */
export interface ServiceSettings {
  /** CPU and memory of a task. */
  readonly size: FargateSize;
  /** Fewest tasks; also the first count. */
  readonly minCapacity: number;
  /** Most tasks. */
  readonly maxCapacity: number;
  /**
   * Run on Fargate Spot, but for the first `onDemandBase` tasks, which stay on FARGATE.
   * @default none: all tasks run on FARGATE
   */
  readonly fargateSpot?: { readonly onDemandBase: number };
  /** Average CPU, in percent, that autoscaling aims at. @default 75 */
  readonly cpuTargetPercent?: number;
  /** Average memory, in percent, that autoscaling aims at. @default 75 */
  readonly memoryTargetPercent?: number;
  /** Requests per target and minute that autoscaling aims at. @default none: does not scale on them */
  readonly requestsPerTarget?: number;
  /**
   * ECS's own blue/green or canary deployments: new tasks start beside the old ones and take over
   * their requests.
   * @default rolling, with a circuit breaker
   */
  readonly deployment?: DeploymentSettings;
  /** Custom metrics and scheduled actions that autoscaling follows, too. @default none */
  readonly scaling?: ScalingSettings;
  /**
   * Time that a new task has before failed health checks count, in seconds.
   * @default 120
   */
  readonly healthCheckGracePeriodSeconds?: number;
  /**
   * Shells in running tasks by ECS Exec. The web app's root file system, read-only otherwise, is
   * writable with it.
   * @default false
   */
  readonly executeCommand?: boolean;
  /** Retention of the container's log, in days. */
  readonly logRetentionDays: LogRetentionDays;
  /**
   * Where a task may connect to beside the parts of Plue that it needs. Image pulls, secrets and
   * logs need HTTPS.
   * @default HTTPS to anywhere
   */
  readonly egress?: readonly EgressSettings[];
}

/** Who may turn `/api/users` into `/users`, which is how the API knows it. */
export const urlRewrites = ["proxy", "load-balancer", "none"] as const;

/** The API server. */
export interface ApiServerSettings extends ServiceSettings {
  /**
   * Who takes `/api` off a request's path, for Plue serves its routes at the root. `proxy`: nginx, a
   * second container in the task, of the same image; `load-balancer`: the listener rule, by a
   * `transform` that the AWS provider knows from 6.19.0 on; `none`: nobody, for a Plue that serves
   * its routes below `/api`.
   * @default proxy
   */
  readonly urlRewrite?: (typeof urlRewrites)[number];
}

/** Whether the API server's task has the proxy, which is what it has by default. */
export const hasProxy = ({ urlRewrite = "proxy" }: ApiServerSettings) => urlRewrite === "proxy";

/** The migration task. */
export interface MigrationSettings {
  /** CPU and memory of the task. */
  readonly size: FargateSize;
  /** Retention of its log, in days. */
  readonly logRetentionDays: LogRetentionDays;
}

/** What an environment may cost. */
export interface BudgetSettings {
  /** US dollars a month: `plue plan` and `plue cost` say when the estimate passes it. */
  readonly monthlyDollars: number;
  /**
   * Who gets an e-mail when the bill passes 80 % of it, or AWS forecasts that it will pass all of
   * it: makes an AWS budget, which is free of charge. It counts what has the tag `Environment`,
   * which the account must have activated as a cost allocation tag.
   * @default none: there is no AWS budget
   */
  readonly alertEmail?: string;
}

/** All that distinguishes one environment from another. */
export interface EnvironmentSettings {
  /** Name of the stack, prefix of every resource's name: lower case, starts with a letter. */
  readonly name: string;
  /** Default of the variable `aws_region`. @default us-east-1 */
  readonly region?: string;
  /** The only AWS account that this environment may be deployed to. @default any */
  readonly accountId?: string;
  /** Tags of every resource beside Environment, Project and ManagedBy. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Days for which a deleted secret can be restored; 0 frees its name at once. */
  readonly secretRecoveryWindowDays: number;
  /** The VPC. */
  readonly network: NetworkSettings;
  /** PostgreSQL. */
  readonly database: DatabaseSettings;
  /** The git repositories' file system. */
  readonly storage: StorageSettings;
  /** The image repositories. */
  readonly ecr: EcrSettings;
  /** The ECS cluster. */
  readonly ecsCluster: EcsClusterSettings;
  /** The load balancer. */
  readonly loadBalancer: LoadBalancerSettings;
  /** The name under which users reach Plue. @default the load balancer's own DNS name */
  readonly domain?: DomainSettings;
  /** The API server. */
  readonly apiServer: ApiServerSettings;
  /** The web app. */
  readonly webApp: ServiceSettings;
  /** The migration task. */
  readonly migration: MigrationSettings;
  /**
   * `notify`: alarms on database, services and targets, sent by e-mail to the variable
   * `sns_alert_email`; `targets-only`: unhealthy targets raise an alarm that is seen in
   * CloudWatch, and nobody is told.
   */
  readonly alarms: (typeof alarmModes)[number];
  /**
   * `customer-key`: one KMS key of the environment's own for all of its data. Only for a new
   * environment: a database and a file system keep the key that they are made with.
   * @default keys that AWS manages
   */
  readonly encryption?: "customer-key";
  /** ElastiCache with Valkey for the API server. @default none */
  readonly cache?: CacheSettings;
  /** AWS Backup of database and file system. @default RDS's own backups, and those of `storage` */
  readonly backup?: BackupSettings;
  /** Copies of all that holds data in a second region. @default none */
  readonly disasterRecovery?: DisasterRecoverySettings;
  /** The copies of another environment that this one is made from. @default none: it starts empty */
  readonly recovery?: RecoverySettings;
  /**
   * Regions in which `backup.copyTo` or `disasterRecovery` had something, until an apply has removed
   * it: Terraform deletes nothing where it has no provider for the region.
   * @default none
   */
  readonly formerRegions?: readonly string[];
  /** A CloudWatch dashboard. @default false */
  readonly dashboard?: boolean;
  /** Default of the variable `sns_alert_email`. @default none: the variable must be given */
  readonly alertEmail?: string;
  /** What a month may cost. @default none */
  readonly budget?: BudgetSettings;
  /**
   * Which state of the Terraform project that this one replaces the stack takes over: that of the
   * same name, since each name in it begins with the environment's.
   * @default none: the stack starts empty, without `moved` blocks
   */
  readonly adopts?: (typeof adoptableEnvironments)[number];
  /**
   * Leaves the S3 backend's bucket in the path of its URL instead of the host's name, as an
   * embedded AWS on loopback needs.
   * @default false
   */
  readonly statePathStyle?: boolean;
}
