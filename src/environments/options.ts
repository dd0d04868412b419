/**
 * The settings of what is off unless an environment asks for it: see docs/options.md for what each
 * costs, which alarms it brings and how it is switched on and off.
 */
import * as v from "valibot";
import { limits } from "../limits";
import { components, type Component } from "../names";
import { isMoment, scheduleFault } from "./schedule";
import {
  flag,
  amount,
  group,
  list,
  logRetention,
  oneOf,
  region,
  rule,
  text,
  whole,
  type Complete,
} from "./schema";

/**
 * The groups of rules that AWS keeps up to date, by the names that they have here.
 * Source: "AWS Managed Rules rule groups list" in the AWS WAF developer guide.
 */
export const managedRuleGroups = {
  /** Addresses with a bad reputation; 25 capacity units. */
  "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
  /** Requests that exploit something known; 200 capacity units. */
  "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
  /** The attacks that the OWASP publications describe; 700 capacity units. */
  common: "AWSManagedRulesCommonRuleSet",
} as const;

/** One of the rule groups that AWS keeps up to date. */
export type ManagedRuleGroup = keyof typeof managedRuleGroups;

/** The schema of {@link WafSettings}. */
export const waf = group({
  /**
   * `count`: the rules let everything through and log what they would have blocked; `block`: they
   * block it. Begin with `count` and look at the log for a week.
   */
  mode: oneOf(["count", "block"]),
  /** Requests of one address in five minutes above which its requests match. */
  rateLimit: v.optional(whole(10, 2000000000), 2000),
  /**
   * Rules that only count, even in `block`. `SizeRestrictions_BODY` always does: it would block each
   * `git push` of more than 8 KiB.
   * @default none
   */
  exclusions: v.optional(
    list(
      group({
        /** The rule's group. */
        group: oneOf(Object.keys(managedRuleGroups) as ManagedRuleGroup[]),
        /** The rule's own name, for example `GenericLFI_BODY`. */
        rule: text(/^[\w-]{1,128}$/, "must be the name of a rule of the group", "GenericLFI_BODY"),
      }),
    ),
  ),
  /** Retention of the log of matched requests, in days. */
  logRetentionDays: logRetention,
  /** Blocked requests in five minutes above which an alarm starts. */
  blockedRequestsAlarm: v.optional(whole(0, 2147483647), 100),
});

/** AWS WAF in front of the load balancer. */
export type WafSettings = Complete<typeof waf>;

/** A rule of a managed group that only counts. */
export type WafExclusion = NonNullable<WafSettings["exclusions"]>[number];

/** The schema of {@link AccessLogsSettings}. */
export const accessLogs = group({
  /** Days after which a log is deleted. */
  retentionDays: whole(1, 36500),
  /** A destroy deletes the logs with the bucket; otherwise it stops while there are any. */
  forceDestroy: flag,
});

/** The load balancer's access logs, in a bucket of their own. */
export type AccessLogsSettings = Complete<typeof accessLogs>;

const resourceName = text(
  /^[a-z][a-z0-9-]{0,31}$/,
  "must have at most 32 lower-case letters, digits and hyphens and start with a letter",
  "morning",
);

const customMetric = group({
  /** Last part of the names of policy and alarm: lower-case letters, digits and hyphens. */
  name: resourceName,
  /** For example `Plue/Jobs`. */
  namespace: text(/^[^:]{1,255}$/, "must be a CloudWatch namespace", "Plue/Jobs"),
  /** For example `Waiting`. */
  metricName: text(/^.{1,255}$/, "must be the name of a CloudWatch metric", "Waiting"),
  /** The dimensions of the metric. @default none */
  dimensions: v.optional(
    v.pipe(
      v.record(v.string(), v.string("must be a text"), "must be names and texts"),
      v.check(
        (dimensions) =>
          Object.entries(dimensions).every(
            ([name, value]) => /^[^:].{0,254}$/.test(name) && /^.{1,1024}$/.test(value),
          ) && Object.keys(dimensions).length <= 30,
        "must have at most 30 names of 1 to 255 characters without a colon at the start, each with a text of 1 to 1024",
      ),
    ),
  ),
  /** How the values of a minute become one. */
  statistic: v.optional(oneOf(["Average", "Minimum", "Maximum", "SampleCount", "Sum"]), "Average"),
  /** Value that autoscaling aims at, in the metric's own unit. */
  target: v.pipe(
    amount(0, undefined, "must be a number above 0"),
    v.gtValue(0, "must be a number above 0"),
  ),
  /**
   * Divide the metric by the count of running tasks. A metric must fall as tasks are added, and
   * one such as the length of a queue does not by itself. Needs `ecsCluster.containerInsights`.
   */
  perTask: v.optional(flag, false),
});

/** A metric that autoscaling holds at a target by changing the count of tasks. */
export type CustomMetricSettings = Complete<typeof customMetric>;

const scheduledAction = v.pipe(
  group({
    /** Last part of its name: lower-case letters, digits and hyphens. */
    name: resourceName,
    /** For example `cron(0 7 ? * MON-FRI *)`, `rate(1 day)` or `at(2030-01-31T07:00:00)`. */
    schedule: v.pipe(
      v.string("must be a schedule, such as cron(0 7 ? * MON-FRI *)"),
      v.check(
        (schedule) => !scheduleFault(schedule),
        ({ input }) => scheduleFault(input)!,
      ),
      v.examples(["cron(0 7 ? * MON-FRI *)", "rate(1 day)", "at(2030-01-31T07:00:00)"]),
    ),
    /** Time zone of the schedule, for example `Europe/Berlin`. */
    timezone: v.optional(
      v.pipe(
        v.string("must be a time zone, such as Europe/Berlin"),
        v.check(isTimeZone, "must be a time zone, such as Europe/Berlin"),
        v.examples(["Europe/Berlin"]),
      ),
      "UTC",
    ),
    /** Fewest tasks from then on. */
    minCapacity: whole(0, 5000),
    /** Most tasks from then on. */
    maxCapacity: whole(0, 5000),
  }),
  rule(["minCapacity", "maxCapacity"], ({ minCapacity, maxCapacity }, report) => {
    if (maxCapacity < minCapacity)
      report(["maxCapacity"], `must be at least minCapacity, ${minCapacity}`);
  }),
);

/** The schema of {@link ScalingSettings}. */
export const scaling = v.pipe(
  group({
    /** Metrics that are held at a target. @default none */
    customMetrics: v.optional(list(customMetric)),
    /** Other bounds for the count of tasks from a moment on. @default none */
    scheduledActions: v.optional(list(scheduledAction)),
  }),
  rule(
    ["customMetrics", "scheduledActions"],
    ({ customMetrics = [], scheduledActions = [] }, report) => {
      const repeated = (names: readonly string[], index: number) =>
        names.indexOf(names[index]!) < index;
      // Each metric becomes a policy beside those of CPU, memory and requests.
      const policies = ["cpu", "memory", "requests", ...customMetrics.map(({ name }) => name)];
      customMetrics.forEach((_, index) => {
        if (repeated(policies, index + 3))
          report(["customMetrics", index, "name"], "another policy has that name");
      });
      const actions = scheduledActions.map(({ name }) => name);
      actions.forEach((_, index) => {
        if (repeated(actions, index))
          report(["scheduledActions", index, "name"], "another action has that name");
      });
    },
  ),
);

/** Metrics and schedules that a service's count of tasks follows, beside CPU, memory and requests. */
export type ScalingSettings = Complete<typeof scaling>;

/**
 * The ways in which ECS sends requests over to new tasks, and the AWS provider that brought each.
 * Source: the provider's changelog, `deployment_configuration` of `aws_ecs_service`.
 */
export const deploymentStrategies = { "blue-green": "6.4.0", canary: "6.21.0" } as const;

const minutes = whole(0, 1440);

const anyDeployment = {
  /** Minutes for which the old tasks stay after all requests have moved. */
  bakeTimeMinutes: minutes,
  /** Percent of requests answered with 5xx above which the deployment is rolled back. */
  rollbackErrorPercent: v.optional(whole(1, 99), 10),
  /** Functions that ECS calls during a deployment. @default none */
  hooks: v.optional(
    list(
      group({
        /**
         * ARN of a Lambda function, which this project does not create. It returns
         * `{"hookStatus": "SUCCEEDED"}`, `FAILED` or `IN_PROGRESS`; `FAILED` rolls the deployment back.
         */
        lambdaArn: text(
          /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
          "must be the ARN of a Lambda function",
          "arn:aws:lambda:us-east-1:123456789012:function:check",
        ),
        /**
         * When it is called: before the first new task starts, for example, at `PRE_SCALE_UP`.
         * Source: lifecycleStages of DeploymentLifecycleHook in the Amazon ECS API reference.
         */
        stages: list(
          oneOf([
            "RECONCILE_SERVICE",
            "PRE_SCALE_UP",
            "POST_SCALE_UP",
            "TEST_TRAFFIC_SHIFT",
            "POST_TEST_TRAFFIC_SHIFT",
            "PRODUCTION_TRAFFIC_SHIFT",
            "POST_PRODUCTION_TRAFFIC_SHIFT",
          ]),
          1,
          "must have at least one stage",
        ),
      }),
    ),
  ),
};

const tenths = "must be a number from 0.1 to 100 with one decimal at most";

/** The schema of {@link DeploymentSettings}. */
export const deployment = v.variant(
  "strategy",
  [
    group({
      /** `blue-green`: all requests move to the new tasks at once. Needs AWS provider 6.4.0 or later. */
      strategy: v.literal("blue-green"),
      ...anyDeployment,
    }),
    group({
      /** `canary`: first `canaryPercent` of the requests move. Needs AWS provider 6.21.0 or later. */
      strategy: v.literal("canary"),
      ...anyDeployment,
      /** Percent of the requests that move first. */
      canaryPercent: v.optional(
        v.pipe(
          amount(0.1, 100, tenths),
          // Floating-point numbers have no exact tenths.
          v.check((value) => /^\d+(\.\d)?$/.test(String(value)), tenths),
        ),
        5,
      ),
      /** Minutes until the other requests follow. */
      canaryBakeTimeMinutes: v.optional(minutes, 10),
    }),
  ],
  "must be one of blue-green, canary",
);

/** How ECS replaces a service's tasks, where it is not by rolling. */
export type DeploymentSettings = Complete<typeof deployment>;

const snapshotRetentionDays = v.optional(whole(0, 35), 0);

/** The schema of {@link CacheSettings}. */
export const cache = v.variant(
  "kind",
  [
    group({
      /** `serverless` grows by itself; at least about $6 a month. */
      kind: v.literal("serverless"),
      /** Most data, in GB. */
      maxDataStorageGb: whole(1, 5000),
      /** Most ElastiCache Processing Units in a second. */
      maxEcpuPerSecond: whole(1000, 15000000),
      /** Days for which a daily snapshot is kept; 0 for none. */
      snapshotRetentionDays,
    }),
    group({
      /** `nodes` have a fixed size. */
      kind: v.literal("nodes"),
      /** For example `cache.t4g.micro`. */
      nodeType: text(
        new RegExp(`^cache\\.(?!(${limits.oldNodeTypes.join("|")})\\.)[a-z0-9-]+\\.[a-z0-9]+$`),
        "must be an ElastiCache node type that can encrypt data in transit",
        "cache.t4g.micro",
        "cache.t4g.small",
      ),
      /** Copies of the primary node; with one or more, one replaces it when it fails. */
      replicas: whole(0, 5),
      /** Days for which a daily snapshot is kept; 0 for none. */
      snapshotRetentionDays,
    }),
  ],
  "must be one of serverless, nodes",
);

/** ElastiCache with Valkey, reached by TLS and as the API server's IAM role. */
export type CacheSettings = Complete<typeof cache>;

const days = whole(1, 36500);

/** The schema of {@link BackupSettings}. */
export const backup = v.pipe(
  group({
    /** Days for which a daily backup is kept. */
    dailyRetentionDays: days,
    /** Days for which the backup of a month's first day is kept. @default none is made */
    monthlyRetentionDays: v.optional(days),
    /** Each backup is copied to this region. @default none */
    copyTo: v.optional(
      group({
        /** Another region than the environment's. */
        region,
        /** Days for which a copy is kept. */
        retentionDays: days,
      }),
    ),
    /**
     * A vault lock in governance mode, also of the copies: nobody without `backup:DeleteBackupVaultLockConfiguration`
     * deletes a backup before its time. Compliance mode, which nobody can ever undo, is not offered.
     * @default none
     */
    vaultLock: v.optional(
      group({
        /** No backup may be kept for fewer days. */
        minRetentionDays: days,
        /** No backup may be kept for more days. */
        maxRetentionDays: days,
      }),
    ),
    /** Restores the newest backup of each every Sunday, and deletes what it restored. */
    restoreTesting: v.optional(flag, false),
    /** A destroy deletes the backups; otherwise it stops while there are any. */
    forceDestroy: flag,
  }),
  rule(
    ["vaultLock", "dailyRetentionDays", "monthlyRetentionDays", "copyTo"],
    ({ vaultLock, dailyRetentionDays, monthlyRetentionDays, copyTo }, report) => {
      if (!vaultLock) return;
      const { minRetentionDays: least, maxRetentionDays: most } = vaultLock;
      if (most < least)
        return report(
          ["vaultLock", "maxRetentionDays"],
          `must be at least minRetentionDays, ${least}`,
        );
      for (const [path, value = least] of [
        [["dailyRetentionDays"], dailyRetentionDays],
        [["monthlyRetentionDays"], monthlyRetentionDays],
        [["copyTo", "retentionDays"], copyTo?.retentionDays],
      ] as const) {
        if (value >= least && value <= most) continue;
        report(path, `must be from ${least} to ${most}, as backup.vaultLock demands`);
      }
    },
  ),
);

/** Backups of database and file system by AWS Backup. */
export type BackupSettings = Complete<typeof backup>;

/** The schema of {@link DisasterRecoverySettings}. */
export const disasterRecovery = group({
  /** Another region than the environment's. */
  region,
  /** Days for which the database's backups are kept there. */
  backupRetentionDays: v.optional(whole(1, 35), 7),
});

/** Copies of all that holds data in a second region. */
export type DisasterRecoverySettings = Complete<typeof disasterRecovery>;

const arn = (service: string, rest: string, what: string, example: string) =>
  text(
    new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${rest}$`),
    `must be the ARN of ${what}`,
    `arn:aws:${service}:us-east-1:123456789012:${example}`,
  );

const MOMENT = "must be a moment, such as 2030-01-31T07:00:00Z";

/** The schema of {@link RecoverySettings}. */
export const recovery = v.pipe(
  group({
    /**
     * Name of the environment that was copied. Its image repositories, and the secret of the database's
     * password, keep their names.
     */
    of: text(/^[a-z][a-z0-9-]*$/, "must be the name of another environment", "production"),
    /** ARN of the copied automated backups, from which the database is restored. */
    databaseBackupsArn: arn(
      "rds",
      "auto-backup:ab-[a-z0-9]+",
      "automated backups",
      "auto-backup:ab-0123456789",
    ),
    /**
     * Moment to which the database is restored, for example `2030-01-31T07:00:00Z`. It is used
     * only when the database is created.
     * @default the latest that there is
     */
    databaseRestoreTime: v.optional(
      v.pipe(
        text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, MOMENT, "2030-01-31T07:00:00Z"),
        v.check((value) => isMoment(value.slice(0, -1)), MOMENT),
      ),
    ),
    /** Id of the copy of the file system, whose replication has been ended. */
    fileSystemId: text(
      /^fs-[0-9a-f]{8,40}$/,
      "must be the id of a file system",
      "fs-0123456789abcdef0",
    ),
    /** ARN of the secret of the database's password, which is no longer a replica. */
    passwordSecretArn: arn("secretsmanager", "secret:.+", "a secret", "secret:plue-AbCdEf"),
    /** Id of the KMS key of database and file system. */
    keyId: text(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      "must be the id of a KMS key",
      "01234567-89ab-cdef-0123-456789abcdef",
    ),
    /** The image repositories that exist; the others are created. */
    repositories: list(oneOf(components.map(({ key }): Component["key"] => key))),
  }),
  rule(["repositories"], ({ repositories }, report) => {
    if (new Set(repositories).size < repositories.length) {
      report(["repositories"], "must name each repository once");
    }
  }),
);

/**
 * The copies that an environment is created from, in its own region. `plue dr plan` writes these settings;
 * they stay for as long as the environment lives.
 */
export type RecoverySettings = Complete<typeof recovery>;

const equalsIgnoringCase = (one: string, other: string) =>
  one.toLowerCase() === other.toLowerCase();

function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // Intl accepts offsets, and any capitals; AWS does not.
    return /^[A-Z]/.test(name) && (timeZone === name || !equalsIgnoringCase(timeZone, name));
  } catch {
    return false;
  }
}
