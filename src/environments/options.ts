/**
 * The settings of what is off unless an environment asks for it: see docs/options.md for what each
 * costs, which alarms it brings and how it is switched on and off.
 */
import type { Component } from "../names";
import type { LogRetentionDays } from "./log-retention";

/**
 * The groups of rules that AWS keeps up to date, by the names that they have here.
 * Source: "AWS Managed Rules rule groups list" in the AWS WAF developer guide.
 */
export const managedRuleGroups = {
  /** Addresses with a bad reputation; 25 capacity units. */
  "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
  /** Requests that are known to exploit something; 200 capacity units. */
  "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
  /** What the OWASP publications describe; 700 capacity units. */
  common: "AWSManagedRulesCommonRuleSet",
} as const;

/** One of the rule groups that AWS keeps up to date. */
export type ManagedRuleGroup = keyof typeof managedRuleGroups;

/** A rule of a managed group that only counts. */
export interface WafExclusion {
  /** The rule's group. */
  readonly group: ManagedRuleGroup;
  /** The rule's own name, for example `GenericLFI_BODY`. */
  readonly rule: string;
}

/** AWS WAF in front of the load balancer. */
export interface WafSettings {
  /**
   * `count`: the rules let everything through and tell what they would have blocked; `block`: they
   * block it. Begin with `count` and look at the log for a week.
   */
  readonly mode: "count" | "block";
  /** Requests of one address in five minutes above which its requests match, from 10. @default 2000 */
  readonly rateLimit?: number;
  /**
   * Rules that only count, even in `block`. `SizeRestrictions_BODY` always does: it would block each
   * `git push` of more than 8 KiB.
   * @default none
   */
  readonly exclusions?: readonly WafExclusion[];
  /** Retention of the log of matched requests, in days. */
  readonly logRetentionDays: LogRetentionDays;
  /** Blocked requests in five minutes above which an alarm starts. @default 100 */
  readonly blockedRequestsAlarm?: number;
}

/** The load balancer's access logs, in a bucket of their own. */
export interface AccessLogsSettings {
  /** Days after which a log is deleted. */
  readonly retentionDays: number;
  /** Whether a destroy deletes the logs with the bucket; otherwise it stops while there are any. */
  readonly forceDestroy: boolean;
}

/** A metric that autoscaling holds at a target by changing the count of tasks. */
export interface CustomMetricSettings {
  /** Last part of the names of policy and alarm: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** For example `Plue/Jobs`. */
  readonly namespace: string;
  /** For example `Waiting`. */
  readonly metricName: string;
  /** What the metric is told apart by. @default none */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** What is made of the values of a minute. @default Average */
  readonly statistic?: "Average" | "Minimum" | "Maximum" | "SampleCount" | "Sum";
  /** Value that autoscaling aims at, in the metric's own unit. */
  readonly target: number;
  /**
   * Divide the metric by the count of running tasks. A metric must fall as tasks are added, and
   * one such as the length of a queue does not by itself. Needs `ecsCluster.containerInsights`.
   * @default false
   */
  readonly perTask?: boolean;
}

/** Other bounds for the count of tasks from a moment on. */
export interface ScheduledScalingSettings {
  /** Last part of its name: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** For example `cron(0 7 ? * MON-FRI *)`, `rate(1 day)` or `at(2030-01-31T07:00:00)`. */
  readonly schedule: string;
  /** Time zone of the schedule, for example `Europe/Berlin`. @default UTC */
  readonly timezone?: string;
  /** Fewest tasks from then on. */
  readonly minCapacity: number;
  /** Most tasks from then on. */
  readonly maxCapacity: number;
}

/** What else a service's count of tasks follows, beside CPU, memory and requests. */
export interface ScalingSettings {
  /** Metrics that are held at a target. @default none */
  readonly customMetrics?: readonly CustomMetricSettings[];
  /** Other bounds from a moment on. @default none */
  readonly scheduledActions?: readonly ScheduledScalingSettings[];
}

/**
 * The ways in which ECS sends requests over to new tasks, and the AWS provider that brought each.
 * Source: the provider's changelog, `deployment_configuration` of `aws_ecs_service`.
 */
export const deploymentStrategies = { "blue-green": "6.4.0", canary: "6.21.0" } as const;

/**
 * The moments of a deployment at which ECS asks a function.
 * Source: lifecycleStages of DeploymentLifecycleHook in the Amazon ECS API reference.
 */
export const deploymentStages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
] as const;

/** A Lambda function of your own that ECS asks during a deployment. */
export interface DeploymentHookSettings {
  /**
   * ARN of the function, which this project does not make. It answers
   * `{"hookStatus": "SUCCEEDED"}`, `FAILED` or `IN_PROGRESS`; `FAILED` turns the deployment back.
   */
  readonly lambdaArn: string;
  /** When it is asked: before the first new task starts, for example, at `PRE_SCALE_UP`. */
  readonly stages: readonly (typeof deploymentStages)[number][];
}

/** How ECS replaces a service's tasks, where it is not by rolling. */
export interface DeploymentSettings {
  /**
   * `blue-green`: all requests at once go over to the new tasks, with the AWS provider 6.4.0 or
   * later; `canary`: first `canaryPercent` of them, with 6.21.0 or later.
   */
  readonly strategy: keyof typeof deploymentStrategies;
  /** Minutes for which the old tasks stay after all requests have gone over, 0 to 1440. */
  readonly bakeTimeMinutes: number;
  /** Percent of the requests that go over first, 0.1 to 100; of `canary` only. @default 5 */
  readonly canaryPercent?: number;
  /** Minutes until the other requests follow, 0 to 1440; of `canary` only. @default 10 */
  readonly canaryBakeTimeMinutes?: number;
  /** Percent of requests answered with 5xx above which the old tasks take over again, 1 to 99. @default 10 */
  readonly rollbackErrorPercent?: number;
  /** Functions that ECS asks on the way. @default none */
  readonly hooks?: readonly DeploymentHookSettings[];
}

/** ElastiCache with Valkey, reached by TLS and as the API server's IAM role. */
export type CacheSettings =
  | {
      /** `serverless` grows by itself; at least about $6 a month. */
      readonly kind: "serverless";
      /** Most data, in GB, 1 to 5000. */
      readonly maxDataStorageGb: number;
      /** Most ElastiCache Processing Units in a second, 1000 to 15000000. */
      readonly maxEcpuPerSecond: number;
      /** Days for which a daily snapshot is kept; 0 for none, 35 at most. @default 0 */
      readonly snapshotRetentionDays?: number;
    }
  | {
      /** `nodes` have a fixed size. */
      readonly kind: "nodes";
      /** For example `cache.t4g.micro`. */
      readonly nodeType: string;
      /** Copies of the primary node, 0 to 5; with one or more, one takes over when it fails. */
      readonly replicas: number;
      /** Days for which a daily snapshot is kept; 0 for none, 35 at most. @default 0 */
      readonly snapshotRetentionDays?: number;
    };

/** Backups of database and file system by AWS Backup. */
export interface BackupSettings {
  /** Days for which a daily backup is kept. */
  readonly dailyRetentionDays: number;
  /** Days for which the backup of a month's first day is kept. @default none is made */
  readonly monthlyRetentionDays?: number;
  /** Each backup is copied to this region. @default none */
  readonly copyTo?: {
    /** Another region than the environment's. */
    readonly region: string;
    /** Days for which a copy is kept. */
    readonly retentionDays: number;
  };
  /**
   * A vault lock in governance mode: nobody without `backup:DeleteBackupVaultLockConfiguration`
   * deletes a backup before its time. Compliance mode, which nobody can ever undo, is not offered.
   * @default none
   */
  readonly vaultLock?: {
    /** No backup may be kept for fewer days. */
    readonly minRetentionDays: number;
    /** No backup may be kept for more days. */
    readonly maxRetentionDays: number;
  };
  /** Restores the newest backup of each every Sunday, and deletes what it restored. @default false */
  readonly restoreTesting?: boolean;
  /** Whether a destroy deletes the backups; otherwise it stops while there are any. */
  readonly forceDestroy: boolean;
}

/** Copies of all that holds data in a second region. */
export interface DisasterRecoverySettings {
  /** Another region than the environment's. */
  readonly region: string;
  /** Days for which the database's backups are kept there, 1 to 35. @default 7 */
  readonly backupRetentionDays?: number;
}

/**
 * The copies that an environment is made from, in its own region. `plue dr plan` writes these settings;
 * they stay for as long as the environment lives.
 */
export interface RecoverySettings {
  /**
   * Name of the environment that was copied. Its image repositories, and the secret of the database's
   * password, are taken over under the names that they have.
   */
  readonly of: string;
  /** ARN of the copied automated backups, from which the database is restored. */
  readonly databaseBackupsArn: string;
  /**
   * Moment to which the database is restored, for example `2030-01-31T07:00:00Z`. It counts when the
   * database is made, and not afterwards.
   * @default the latest that there is
   */
  readonly databaseRestoreTime?: string;
  /** Id of the copy of the file system, whose replication has been ended. */
  readonly fileSystemId: string;
  /** ARN of the secret of the database's password, which is a replica no more. */
  readonly passwordSecretArn: string;
  /** Id of the KMS key of database and file system. */
  readonly keyId: string;
  /** The image repositories that are there; the others are made. */
  readonly repositories: readonly Component["key"][];
}
