import {
  deploymentStages,
  deploymentStrategies,
  managedRuleGroups,
  type CacheSettings,
  type DeploymentSettings,
  type RecoverySettings,
  type ScalingSettings,
  type WafSettings,
} from "./options";
import { logRetentionDays, type EnvironmentSettings, type ServiceSettings } from "./settings";
import type { Checker } from "./checker";
import { components } from "../names";
import { patterns } from "./patterns";

/** Checks the settings of src/environments/options.ts. */
export function validateOptions(checker: Checker, settings: EnvironmentSettings): void {
  const { loadBalancer, cache, backup, disasterRecovery, encryption } = settings;
  if (loadBalancer.waf) waf(checker.at("loadBalancer.waf"), loadBalancer.waf);
  if (loadBalancer.accessLogs) {
    checker
      .at("loadBalancer.accessLogs")
      .integer("retentionDays", loadBalancer.accessLogs.retentionDays, 1, 36500);
  }
  for (const key of ["apiServer", "webApp"] as const) {
    service(checker.at(key), settings, settings[key]);
  }
  if (encryption !== undefined) {
    checker.oneOf("encryption", encryption, ["customer-key"]);
    checker.check(
      "encryption",
      encryption,
      settings.adopts === undefined,
      "an adopted database and file system cannot get another key, only be replaced, and lose their data: make a new environment with it and move the data there",
    );
  }
  settings.formerRegions?.forEach((region, index) =>
    otherRegion(checker, `formerRegions[${index}]`, region, settings),
  );
  if (cache) validateCache(checker.at("cache"), cache);
  if (backup) validateBackup(checker.at("backup"), settings, backup);
  if (disasterRecovery) {
    const recovery = checker.at("disasterRecovery");
    otherRegion(recovery, "region", disasterRecovery.region, settings);
    if (disasterRecovery.backupRetentionDays !== undefined) {
      recovery.integer("backupRetentionDays", disasterRecovery.backupRetentionDays, 1, 35);
    }
    checker.check(
      "database.backupRetentionDays",
      settings.database.backupRetentionDays,
      settings.database.backupRetentionDays > 0,
      "disasterRecovery copies the database's automated backups: must be 1 or more",
    );
  }
  if (settings.recovery) validateRecovery(checker, settings, settings.recovery);
}

/** The copies must be of another environment, and where this one is. */
function validateRecovery(
  checker: Checker,
  settings: EnvironmentSettings,
  recovery: RecoverySettings,
): void {
  const at = checker.at("recovery");
  const region = settings.region ?? "us-east-1";
  at.check(
    "of",
    recovery.of,
    /^[a-z][a-z0-9-]*$/.test(recovery.of) && recovery.of !== settings.name,
    "must be the name of another environment: IAM's roles, which no region has to itself, still have its names",
  );
  const arn = (service: string, rest: string) =>
    new RegExp(`^arn:aws[a-z-]*:${service}:${region}:\\d{12}:${rest}$`);
  at.matches(
    "databaseBackupsArn",
    recovery.databaseBackupsArn,
    arn("rds", "auto-backup:ab-[a-z0-9]+"),
    `must be the ARN of automated backups in ${region}, such as arn:aws:rds:${region}:123456789012:auto-backup:ab-...`,
  );
  if (recovery.databaseRestoreTime !== undefined) {
    at.matches(
      "databaseRestoreTime",
      recovery.databaseRestoreTime,
      /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/,
      "must be a moment such as 2030-01-31T07:00:00Z",
    );
  }
  at.matches(
    "fileSystemId",
    recovery.fileSystemId,
    /^fs-[0-9a-f]{8,40}$/,
    "must be the id of a file system, such as fs-0123456789abcdef0",
  );
  at.matches(
    "passwordSecretArn",
    recovery.passwordSecretArn,
    arn("secretsmanager", "secret:.+"),
    `must be the ARN of a secret in ${region}`,
  );
  at.matches(
    "keyId",
    recovery.keyId,
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    "must be the id of a KMS key, such as 01234567-89ab-cdef-0123-456789abcdef",
  );
  const keys = components.map(({ key }) => key);
  recovery.repositories.forEach((key, index) => at.oneOf(`repositories[${index}]`, key, keys));
  at.check(
    "repositories",
    recovery.repositories,
    new Set(recovery.repositories).size === recovery.repositories.length,
    "must name each repository once",
  );
  checker.check(
    "adopts",
    settings.adopts,
    settings.adopts === undefined,
    "recovery makes a new environment, which takes over no state: leave it out",
  );
  checker.check(
    "encryption",
    settings.encryption,
    settings.encryption === undefined,
    "database and file system keep the key of the copies: leave it out",
  );
}

function waf(checker: Checker, settings: WafSettings): void {
  checker.oneOf("mode", settings.mode, ["count", "block"]);
  if (settings.rateLimit !== undefined) {
    checker.integer("rateLimit", settings.rateLimit, 10, 2000000000);
  }
  checker.oneOf("logRetentionDays", settings.logRetentionDays, logRetentionDays);
  if (settings.blockedRequestsAlarm !== undefined) {
    checker.integer("blockedRequestsAlarm", settings.blockedRequestsAlarm, 0, 2147483647);
  }
  settings.exclusions?.forEach(({ group, rule }, index) => {
    const exclusion = checker.at(`exclusions[${index}]`);
    exclusion.oneOf("group", group, Object.keys(managedRuleGroups));
    exclusion.matches(
      "rule",
      rule,
      /^[\w-]{1,128}$/,
      "must be the name of a rule of the group, such as GenericLFI_BODY",
    );
  });
}

const optionName = /^[a-z][a-z0-9-]{0,31}$/;
const optionNameFix =
  "must have at most 32 lower-case letters, digits and hyphens and start with a letter";

function service(
  checker: Checker,
  { ecsCluster }: EnvironmentSettings,
  { deployment, requestsPerTarget, scaling }: ServiceSettings,
): void {
  if (deployment) {
    validateDeployment(checker.at("deployment"), deployment);
    checker.check(
      "requestsPerTarget",
      requestsPerTarget,
      requestsPerTarget === undefined,
      "counts the requests of one target group, and deployment moves them between two: leave one of the two settings out",
    );
  }
  if (scaling)
    validateScaling(checker.at("scaling"), scaling, ecsCluster.containerInsights !== false);
}

function validateDeployment(checker: Checker, settings: DeploymentSettings): void {
  const { strategy, canaryPercent, canaryBakeTimeMinutes, rollbackErrorPercent } = settings;
  checker.oneOf("strategy", strategy, Object.keys(deploymentStrategies));
  checker.integer("bakeTimeMinutes", settings.bakeTimeMinutes, 0, 1440);
  for (const [key, value] of Object.entries({ canaryPercent, canaryBakeTimeMinutes })) {
    const ok = value === undefined || strategy === "canary";
    checker.check(key, value, ok, 'needs strategy "canary"');
  }
  if (canaryPercent !== undefined) {
    checker.check(
      "canaryPercent",
      canaryPercent,
      // Tenths, which floating-point numbers do not hit.
      canaryPercent >= 0.1 && canaryPercent <= 100 && /^\d+(\.\d)?$/.test(String(canaryPercent)),
      "must be a number from 0.1 to 100 with one decimal at most",
    );
  }
  if (canaryBakeTimeMinutes !== undefined) {
    checker.integer("canaryBakeTimeMinutes", canaryBakeTimeMinutes, 0, 1440);
  }
  if (rollbackErrorPercent !== undefined) {
    checker.integer("rollbackErrorPercent", rollbackErrorPercent, 1, 99);
  }
  settings.hooks?.forEach(({ lambdaArn, stages }, index) => {
    const hook = checker.at(`hooks[${index}]`);
    hook.matches(
      "lambdaArn",
      lambdaArn,
      /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
      "must be the ARN of a Lambda function",
    );
    hook.check("stages", stages, stages.length > 0, "must name a stage");
    stages.forEach((stage, at) => hook.oneOf(`stages[${at}]`, stage, deploymentStages));
  });
}

function validateScaling(
  checker: Checker,
  { customMetrics = [], scheduledActions = [] }: ScalingSettings,
  containerInsights: boolean,
): void {
  // Each becomes a resource beside those of CPU, memory and requests.
  const seen = new Set(["cpu", "memory", "requests"]);
  customMetrics.forEach((metric, index) => {
    const at = checker.at(`customMetrics[${index}]`);
    at.matches("name", metric.name, optionName, optionNameFix);
    at.check("name", metric.name, !seen.has(metric.name), "another policy has that name");
    seen.add(metric.name);
    at.matches(
      "namespace",
      metric.namespace,
      /^[^:]{1,255}$/,
      "must be a CloudWatch namespace, such as Plue/Jobs",
    );
    at.matches(
      "metricName",
      metric.metricName,
      /^.{1,255}$/,
      "must be the name of a CloudWatch metric",
    );
    at.check(
      "target",
      metric.target,
      Number.isFinite(metric.target) && metric.target > 0,
      "must be a number above 0",
    );
    if (metric.statistic !== undefined) {
      at.oneOf("statistic", metric.statistic, [
        "Average",
        "Minimum",
        "Maximum",
        "SampleCount",
        "Sum",
      ]);
    }
    at.check(
      "perTask",
      metric.perTask,
      !metric.perTask || containerInsights,
      "needs ecsCluster.containerInsights, which counts the running tasks",
    );
  });
  const actions = new Set<string>();
  scheduledActions.forEach((action, index) => {
    const at = checker.at(`scheduledActions[${index}]`);
    at.matches("name", action.name, optionName, optionNameFix);
    at.check("name", action.name, !actions.has(action.name), "another action has that name");
    actions.add(action.name);
    at.matches(
      "schedule",
      action.schedule,
      /^(cron\(\S+( \S+){5}\)|rate\(\d+ (minute|hour|day)s?\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))$/,
      "must be cron(...) with six fields, rate(...) or at(yyyy-mm-ddThh:mm:ss)",
    );
    if (action.timezone !== undefined) {
      at.check(
        "timezone",
        action.timezone,
        isTimeZone(action.timezone),
        "must be a time zone such as Europe/Berlin",
      );
    }
    if (at.integer("minCapacity", action.minCapacity, 0, 5000)) {
      at.integer("maxCapacity", action.maxCapacity, action.minCapacity, 5000);
    }
  });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function validateCache(checker: Checker, settings: CacheSettings): void {
  if (!checker.oneOf("kind", settings.kind, ["serverless", "nodes"])) return;
  if (settings.snapshotRetentionDays !== undefined) {
    checker.integer("snapshotRetentionDays", settings.snapshotRetentionDays, 0, 35);
  }
  if (settings.kind === "serverless") {
    checker.integer("maxDataStorageGb", settings.maxDataStorageGb, 1, 5000);
    checker.integer("maxEcpuPerSecond", settings.maxEcpuPerSecond, 1000, 15000000);
    return;
  }
  checker.matches(
    "nodeType",
    settings.nodeType,
    /^cache\.[a-z0-9-]+\.[a-z0-9]+$/,
    "must be an ElastiCache node type, such as cache.t4g.micro",
  );
  checker.integer("replicas", settings.replicas, 0, 5);
}

function validateBackup(
  checker: Checker,
  settings: EnvironmentSettings,
  backup: NonNullable<EnvironmentSettings["backup"]>,
): void {
  const { copyTo, vaultLock } = backup;
  const [least, most] = vaultLock
    ? [vaultLock.minRetentionDays, vaultLock.maxRetentionDays]
    : [1, 36500];
  if (vaultLock) {
    const lock = checker.at("vaultLock");
    if (lock.integer("minRetentionDays", vaultLock.minRetentionDays, 1, 36500)) {
      lock.integer(
        "maxRetentionDays",
        vaultLock.maxRetentionDays,
        vaultLock.minRetentionDays,
        36500,
      );
    }
  }
  checker.integer("dailyRetentionDays", backup.dailyRetentionDays, least, most);
  if (backup.monthlyRetentionDays !== undefined) {
    checker.integer("monthlyRetentionDays", backup.monthlyRetentionDays, least, most);
  }
  if (copyTo) {
    const copy = checker.at("copyTo");
    otherRegion(copy, "region", copyTo.region, settings);
    copy.integer("retentionDays", copyTo.retentionDays, 1, 36500);
  }
}

function otherRegion(
  checker: Checker,
  setting: string,
  region: string,
  settings: EnvironmentSettings,
): void {
  const own = settings.region ?? "us-east-1";
  checker.check(
    setting,
    region,
    new RegExp(patterns.region).test(region) && region !== own,
    `must be the code of another AWS region than ${own}`,
  );
}
