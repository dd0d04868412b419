/** The schema of an environment: every setting with its type, bounds, default and description. */
import * as v from "valibot";
import { limits } from "../limits";
import { contains, parseCidr, unusableRange } from "./cidr";
import { check } from "./faults";
import {
  accessLogs,
  backup,
  cache,
  deployment,
  disasterRecovery,
  recovery,
  scaling,
  waf,
} from "./options";
import { patterns } from "./patterns";
import {
  amount,
  cidr,
  email,
  flag,
  group,
  isRecord,
  list,
  logRetention,
  oneOf,
  region,
  rule,
  text,
  whole,
  type Complete,
  type Given,
} from "./schema";
import { dailyWindow, overlap, weeklyWindow } from "./windows";

/** How long a CloudWatch log group keeps its events, in days. */
export type LogRetentionDays = Complete<typeof logRetention>;

const network = v.pipe(
  group({
    /** CIDR of the VPC. */
    cidr: v.pipe(
      cidr(16, 28),
      v.check(
        (value) => unusableRange(value) === undefined,
        ({ input }) => `must not lie in ${unusableRange(input)}: take a range such as 10.0.0.0/16`,
      ),
    ),
    /** One entry for each availability zone, at least two: RDS and the load balancer require it. */
    zones: v.pipe(
      list(
        group({
          /**
           * CIDR of the public subnet, for the load balancer and the NAT gateway. A change replaces the subnet, and
           * its NAT gateway with the public address.
           */
          publicCidr: cidr(16, 27, "10.0.1.0/24"),
          /** CIDR of the private subnet, for tasks, database and file system. It cannot be changed. */
          privateCidr: cidr(16, 28, "10.0.10.0/24"),
        }),
        2,
        "must have two to six entries: RDS and the load balancer need two zones, and no region has more than six",
      ),
      v.maxLength(
        6,
        "must have two to six entries: RDS and the load balancer need two zones, and no region has more than six",
      ),
    ),
    /**
     * Ids of availability zones to leave out, such as `use1-az3`: Fargate and RDS do not serve every
     * zone of some regions.
     * @default none
     */
    excludeZoneIds: v.optional(
      list(text(new RegExp(patterns.zoneId), "must be the id of an availability zone", "use1-az3")),
    ),
    /**
     * `single`: all private subnets go out through the first zone's NAT gateway (cheaper);
     * `per-zone`: each has its own and survives the loss of another zone.
     */
    natGateways: oneOf(["single", "per-zone"]),
    /**
     * The account's quota of Elastic IPs in the region; each NAT gateway needs one. Raise it here after
     * AWS has raised it (Service Quotas, "EC2-VPC Elastic IPs").
     */
    elasticIpQuota: v.optional(whole(1, 5000), 5),
    /** Retention of the VPC flow logs, in days. */
    flowLogRetentionDays: logRetention,
  }),
  rule(["cidr", "zones"], (settings, report) => {
    const earlier: { readonly path: string; readonly cidr: string }[] = [];
    settings.zones.forEach((zone, index) => {
      for (const key of ["publicCidr", "privateCidr"] as const) {
        const subnet = zone[key];
        const other = earlier.find(
          (one) => contains(one.cidr, subnet) || contains(subnet, one.cidr),
        );
        if (parseCidr(settings.cidr) && parseCidr(subnet) && !contains(settings.cidr, subnet)) {
          report(["zones", index, key], `must lie within network.cidr, ${settings.cidr}`);
        } else if (other) report(["zones", index, key], `overlaps ${other.path}`);
        earlier.push({ path: `zones[${index}].${key}`, cidr: subnet });
      }
    });
  }),
  rule(
    ["natGateways", "zones", "elasticIpQuota"],
    ({ natGateways, zones, elasticIpQuota }, report) => {
      if (natGateways === "per-zone" && zones.length > elasticIpQuota) {
        report(
          ["natGateways"],
          `needs ${zones.length} Elastic IPs, one for each zone, and the quota is ${elasticIpQuota}: choose "single", remove a zone, or let AWS raise the quota and set network.elasticIpQuota`,
        );
      }
    },
  ),
);

/** The VPC. */
export type NetworkSettings = Complete<typeof network>;

const masterPassword = v.variant(
  "mode",
  [
    group({
      /**
       * `random`: Terraform's random provider creates the password, and the state contains it.
       */
      mode: v.literal("random"),
    }),
    group({
      /**
       * `write-only`: Secrets Manager creates the password, and no plan or state contains it. Needs Terraform 1.11 or
       * later.
       */
      mode: v.literal("write-only"),
      /** Raise by one to rotate the password. */
      version: whole(1, 2147483647),
    }),
  ],
  "must be one of random, write-only",
);

/** Where the database's master password comes from. */
export type MasterPassword = Complete<typeof masterPassword>;

const [leastStorage, mostStorage] = limits.databaseStorage.gp3;

function timeWindow(
  read: typeof dailyWindow,
  [example, another]: readonly [string, string],
  most = Infinity,
) {
  const fix = `must look like ${example} (UTC) and last ${limits.databaseWindowMinutes} minutes ${most < Infinity ? "to 24 hours" : "or more"}`;
  return v.pipe(
    v.string(fix),
    v.check((value) => {
      const length = read(value)?.length ?? 0;
      return length >= limits.databaseWindowMinutes && length <= most;
    }, fix),
    v.examples([example, another]),
  );
}

const database = v.pipe(
  group({
    /** For example `db.t3.micro`. */
    instanceClass: text(
      new RegExp(`^db\\.(?!(${limits.oldDatabaseClasses.join("|")})\\.)[a-z0-9-]+\\.[a-z0-9]+$`),
      "must be an RDS instance class that PostgreSQL 16 supports",
      "db.t3.micro",
      "db.t3.small",
    ),
    /**
     * Major version of PostgreSQL; RDS installs minor versions by itself. A later one upgrades the database, and
     * RDS cannot downgrade it: docs/upgrading.md.
     */
    engineVersion: v.optional(oneOf(["16", "17", "18"]), "16"),
    /**
     * Lets an apply upgrade the database to `engineVersion`, at once, whatever `applyImmediately` is. Set it for the
     * upgrade only.
     */
    allowMajorVersionUpgrade: v.optional(flag, false),
    /** First size of the storage, in GiB. */
    allocatedStorage: whole(leastStorage, mostStorage),
    /**
     * Size up to which RDS may grow the storage by itself, in GiB, at least ten percent above
     * `allocatedStorage`; 0: it does not.
     */
    maxAllocatedStorage: whole(0, mostStorage),
    /** Retention of automated backups, in days; 0 switches them off. */
    backupRetentionDays: whole(...limits.databaseBackupDays),
    /** Daily, UTC, as `hh:mm-hh:mm`; at least 30 minutes, apart from the maintenance window. */
    backupWindow: timeWindow(dailyWindow, ["03:00-04:00", "05:00-06:00"]),
    /** Weekly, UTC, as `ddd:hh:mm-ddd:hh:mm`; at least 30 minutes. */
    maintenanceWindow: timeWindow(
      weeklyWindow,
      ["sun:04:00-sun:05:00", "mon:07:00-mon:08:00"],
      limits.maintenanceWindowMinutes,
    ),
    /** A standby in a second zone. */
    multiAz: flag,
    /** Default of the variable `database_deletion_protection`. */
    deletionProtection: flag,
    /** A destroy leaves a last snapshot behind. */
    finalSnapshot: flag,
    /** Changes take effect at once, not in the next maintenance window. */
    applyImmediately: flag,
    /** CloudWatch Database Insights in Standard mode, with seven days of history (free of charge). */
    performanceInsights: flag,
    /** Enhanced Monitoring's interval in seconds; 0 switches it off. */
    monitoringInterval: oneOf(limits.monitoringIntervals),
    /** Statements that take longer are logged, in milliseconds; 0 logs all, -1 none. */
    slowQueryMilliseconds: whole(-1, 2147483647),
    /** Retention of PostgreSQL's log, in days. */
    logRetentionDays: logRetention,
    /** Where the master password comes from. */
    masterPassword,
  }),
  rule(
    ["allocatedStorage", "maxAllocatedStorage"],
    ({ allocatedStorage, maxAllocatedStorage: most }, report) => {
      // RDS demands a margin of ten percent above the allocated storage.
      const least = Math.ceil(allocatedStorage * 1.1);
      if (most === 0 || most >= least) return;
      report(
        ["maxAllocatedStorage"],
        least > mostStorage
          ? `must be 0 (the storage does not grow by itself): allocatedStorage and ten percent exceed ${mostStorage}`
          : `must be 0 (the storage does not grow by itself) or a whole number from ${least} (allocatedStorage and ten percent) to ${mostStorage}`,
      );
    },
  ),
  rule(["backupWindow", "maintenanceWindow"], ({ backupWindow, maintenanceWindow }, report) => {
    const [daily, weekly] = [dailyWindow(backupWindow), weeklyWindow(maintenanceWindow)];
    if (daily && weekly && overlap(daily, weekly)) {
      report(["maintenanceWindow"], `must not overlap backupWindow, ${backupWindow}`);
    }
  }),
);

/** PostgreSQL on RDS. */
export type DatabaseSettings = Complete<typeof database>;

const storage = group({
  /** Days without access after which a file moves to the Infrequent Access class. */
  transitionToInfrequentAccessDays: oneOf(limits.infrequentAccessDays),
  /**
   * `bursting`: throughput that grows with the data, 50 KiB/s for each GiB and at least 1 MiB/s, beyond which credits
   * are used up; `elastic`: as much as is needed, charged for each GB that is read or written.
   * @default `elastic`; `bursting` if the environment adopts a state
   */
  throughputMode: v.optional(oneOf(["bursting", "elastic"])),
  /** Daily backups by AWS Backup, kept for 35 days. */
  backups: flag,
});

/** EFS, which holds the git repositories. */
export type StorageSettings = Complete<typeof storage>;

const ecr = group({
  /** `MUTABLE`: a tag may be pushed again. */
  imageTagMutability: oneOf(["MUTABLE", "IMMUTABLE"]),
  /** Scan each image for known vulnerabilities when it is pushed. */
  scanOnPush: flag,
  /**
   * How many of the newest images each repository keeps, beside those that `plue deploy` has marked as
   * deployed; at least 5, so that no image is deleted between its push and its deployment.
   */
  maxImageCount: whole(5, 10000),
  /** A destroy may delete repositories with images. */
  forceDelete: flag,
});

/** The image repositories. */
export type EcrSettings = Complete<typeof ecr>;

const ecsCluster = group({
  /**
   * CloudWatch Container Insights (charged for each metric): metrics of cluster and services, or
   * `"enhanced"`, metrics of each task and container as well.
   */
  containerInsights: v.union(
    [v.boolean(), v.literal("enhanced")],
    'must be true, false or "enhanced"',
  ),
  /**
   * GuardDuty's agent in each task, $1.50 a month for each vCPU. `new-detector` also switches GuardDuty on, which one
   * environment of an account and region can do; `existing-detector` expects Runtime Monitoring to be on.
   * @default no agent
   */
  guardDutyAgent: v.optional(oneOf(["new-detector", "existing-detector"])),
});

/** The ECS cluster. */
export type EcsClusterSettings = Complete<typeof ecsCluster>;

const loadBalancer = group({
  /**
   * Default of the variable `enable_https`. If it is true and no hosted zone is given, the variable
   * `certificate_arn` is required.
   */
  https: flag,
  /** Default of the variable `alb_deletion_protection`. */
  deletionProtection: flag,
  /** AWS WAF in front of it. @default none */
  waf: v.optional(waf),
  /** A log of each request, in a bucket. @default none */
  accessLogs: v.optional(accessLogs),
  /**
   * Seconds after which it closes a connection on which nothing is sent, 1 to 4000: an upload or a
   * response that pauses for longer is aborted.
   * @default AWS's own, 60
   */
  idleTimeoutSeconds: v.optional(whole(1, 4000, "must be 1 to 4000 seconds")),
});

const domain = group({
  /** For example `plue.example.com`. */
  name: text(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "must be a domain name in lower case",
    "plue.example.com",
  ),
  /**
   * Route 53 zone of that name. The stack creates the alias record in it and, with HTTPS and without
   * `certificate_arn`, the records that validate a certificate.
   * @default none: you create the DNS record, and certificate_arn names your certificate
   */
  hostedZoneId: v.optional(
    text(/^Z[A-Z0-9]{1,31}$/, "must be the id of a Route 53 zone", "Z0123456789ABCDEFGHIJ"),
  ),
});

/** The name under which users reach Plue. */
export type DomainSettings = Complete<typeof domain>;

/** A task's CPU and memory: a pair that Fargate does not offer does not compile. */
export type FargateSize = {
  [Cpu in keyof typeof limits.fargateMemory]: {
    /** CPU units: 1024 is one vCPU. */
    readonly cpu: Cpu;
    /** Memory of the task, in MiB. */
    readonly memoryLimitMiB: (typeof limits.fargateMemory)[Cpu][number];
  };
}[keyof typeof limits.fargateMemory];

const size = v.variant(
  "cpu",
  Object.entries(limits.fargateMemory).map(([cpu, memory]) =>
    group({
      cpu: v.literal(Number(cpu)),
      memoryLimitMiB: oneOf(memory, `with ${cpu} CPU units must be one of `),
    }),
  ),
  `must be one of ${Object.keys(limits.fargateMemory).join(", ")}`,
) as unknown as v.GenericSchema<FargateSize>;

const egress = group({
  /** Purpose of the rule. */
  description: text(
    /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
    "must have 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
    "Mail",
  ),
  /** TCP port. */
  port: whole(1, 65535),
  /** IPv4 CIDRs. */
  cidrBlocks: list(
    cidr(0, 32, "192.0.2.0/24"),
    1,
    "must have an entry; to allow nothing, leave the rule out",
  ),
});

/** Where an egress rule lets traffic go. */
export type EgressSettings = Complete<typeof egress>;

const migration = group({
  /** CPU and memory of the task. */
  size,
  /** Retention of its log, in days. */
  logRetentionDays: logRetention,
});

/** The migration task. */
export type MigrationSettings = Complete<typeof migration>;

const percent = whole(1, 100);

const serviceSettings = {
  /** CPU and memory of a task. */
  size,
  /** Fewest tasks; also the first count. */
  minCapacity: whole(0, 5000),
  /** Most tasks. */
  maxCapacity: whole(1, 5000),
  /**
   * Run tasks on Fargate Spot: all of them if `onDemandBase` is 0, otherwise four of five of those above
   * `onDemandBase`.
   * @default none: all tasks run on FARGATE
   */
  fargateSpot: v.optional(
    group({
      /** First tasks, which run on FARGATE. */
      onDemandBase: whole(0, 100000),
    }),
  ),
  /** Average CPU, in percent, that autoscaling aims at. */
  cpuTargetPercent: v.optional(percent, 75),
  /** Average memory, in percent, that autoscaling aims at. */
  memoryTargetPercent: v.optional(percent, 75),
  /** Requests per target and minute that autoscaling aims at. @default none: does not scale on them */
  requestsPerTarget: v.optional(whole(1, 2147483647)),
  /**
   * ECS's own blue/green or canary deployments: new tasks start beside the old ones and replace
   * them.
   * @default rolling, with a circuit breaker
   */
  deployment: v.optional(deployment),
  /** Custom metrics and scheduled actions that autoscaling follows, too. @default none */
  scaling: v.optional(scaling),
  /** Time that a new task has before failed health checks count, in seconds. */
  healthCheckGracePeriodSeconds: v.optional(whole(0, 2147483647), 120),
  /**
   * Shells in running tasks by ECS Exec. With it, the root file system is writable and the container keeps its
   * capabilities.
   */
  executeCommand: v.optional(flag, false),
  /** Retention of the container's log, in days. */
  logRetentionDays: logRetention,
  /**
   * Where a task may connect to beside the parts of Plue that it needs. Image pulls, secrets and
   * logs need HTTPS.
   * @default HTTPS to anywhere
   */
  egress: v.optional(list(egress)),
};

const service = group(serviceSettings);

/** Outbound rules that a service has beside `egress`: to database, file system and cache, with some left for later. */
const OWN_RULES = 10;

/** Rules between the settings of a service. */
const serviceRules = <S extends v.InferOutput<typeof service>>() =>
  [
    rule<S>(["minCapacity", "maxCapacity"], ({ minCapacity, maxCapacity }, report) => {
      if (maxCapacity < minCapacity)
        report(["maxCapacity"], `must be at least minCapacity, ${minCapacity}`);
    }),
    rule<S>(
      ["deployment", "requestsPerTarget"],
      ({ deployment: shift, requestsPerTarget }, report) => {
        if (shift && requestsPerTarget !== undefined) {
          report(
            ["requestsPerTarget"],
            "counts the requests of one target group, and deployment moves them between two: leave one of the two settings out",
          );
        }
      },
    ),
    rule<S>(["egress"], ({ egress: rules = [] }, report) => {
      const most = limits.securityGroupRules - OWN_RULES;
      if (rules.flatMap(({ cidrBlocks }) => cidrBlocks).length > most) {
        report(
          ["egress"],
          `must have at most ${most} CIDRs: a security group has ${limits.securityGroupRules} outbound rules`,
        );
      }
      const seen = new Set<string>();
      rules.forEach(({ port, cidrBlocks }, index) =>
        cidrBlocks.forEach((block, at) => {
          if (seen.has(`${port} ${block}`)) {
            report(
              ["egress", index, "cidrBlocks", at],
              `is allowed on port ${port} already: AWS refuses the same rule twice`,
            );
          }
          seen.add(`${port} ${block}`);
        }),
      );
    }),
  ] as const;

const webApp = v.pipe(service, ...serviceRules());

/** A service on Fargate: the API server or the web app. */
export type ServiceSettings = Complete<typeof webApp>;

const apiService = group({
  ...serviceSettings,
  /**
   * Part that removes `/api` from the path of a request, because Plue serves its routes at the root. `proxy`: nginx,
   * a second container of the task with the same image; `load-balancer`: a `transform` of the listener rule, which
   * needs AWS provider 6.19.0 or later; `none`: no part, if Plue serves its routes below `/api`.
   */
  urlRewrite: v.optional(oneOf(["proxy", "load-balancer", "none"]), "proxy"),
});

const apiServer = v.pipe(apiService, ...serviceRules<v.InferOutput<typeof apiService>>());

/** The API server. */
export type ApiServerSettings = Complete<typeof apiServer>;

/** Tests whether the API server's task has the proxy, which it has by default. */
export const hasProxy = ({
  urlRewrite = "proxy",
}: Pick<Partial<ApiServerSettings>, "urlRewrite">) => urlRewrite === "proxy";

const budget = group({
  /** US dollars a month: `plue plan` and `plue cost` report when the estimate exceeds it. */
  monthlyDollars: amount(0.01, 1e12, "must be an amount of US dollars, at least 0.01"),
  /**
   * Address that gets an e-mail when the bill exceeds 80 % of it, or AWS forecasts that it will exceed all of
   * it: creates an AWS budget, which is free of charge. It counts what has the tag `Environment`,
   * which the account must have activated as a cost allocation tag.
   * @default none: there is no AWS budget
   */
  alertEmail: v.optional(email),
});

/** The most that an environment may cost. */
export type BudgetSettings = Complete<typeof budget>;

/** A target group's name has at most 32 characters and ends with `-plue-api-tg`. */
const MAX_NAME_LENGTH = 32 - "-plue-api-tg".length;

/** The stack's own AWS tags, which every resource gets, and `Name`, which many have. */
const OWN_TAGS = ["Environment", "Project", "ManagedBy", "Name"];

/** Source: "Tag naming limits and requirements", Tagging AWS resources user guide. */
const MOST_TAGS = 50;

const entries = {
  /** Name of the stack, prefix of every resource's name: lower case, starts with a letter. */
  name: text(
    new RegExp(
      `^(?!internal(-|$)|sg-|sthree-|amzn-s3-demo-)[a-z](?!.*--)[a-z0-9-]{0,${MAX_NAME_LENGTH - 1}}(?<!-)$`,
    ),
    `must have at most ${MAX_NAME_LENGTH} lower-case letters, digits and single hyphens, start with a letter, end with no hyphen, and not begin with "internal", "sg-", "sthree-" or "amzn-s3-demo-", because AWS refuses such names of load balancers, security groups and buckets`,
    "staging",
  ),
  /** Default of the variable `aws_region`. */
  region: v.optional(region, "us-east-1"),
  /** The only AWS account that this environment may be deployed to. @default any */
  accountId: v.optional(text(/^\d{12}$/, "must have twelve digits", "123456789012")),
  /**
   * The roles of the environment have the permissions boundary `NAME-plue-boundary`, which the stack
   * `github` creates: docs/ci.md. CI can deploy only an environment that has it.
   */
  permissionsBoundary: v.optional(flag, false),
  /** Tags of every resource beside Environment, Project and ManagedBy. @default none */
  tags: v.optional(v.record(v.string(), v.string("must be a text"), "must be names and texts")),
  /** Days for which a deleted secret can be restored, 7 to 30; 0 frees its name at once. */
  secretRecoveryWindowDays: v.pipe(
    whole(0, limits.secretRecoveryDays[1], "must be 0 (the name is free at once) or 7 to 30"),
    v.check(
      (days) => days === 0 || days >= limits.secretRecoveryDays[0],
      "must be 0 (the name is free at once) or 7 to 30",
    ),
  ),
  /** The VPC. */
  network,
  /** PostgreSQL. */
  database,
  /** The git repositories' file system. */
  storage,
  /** The image repositories. */
  ecr,
  /** The ECS cluster. */
  ecsCluster,
  /** The load balancer. */
  loadBalancer,
  /** The name under which users reach Plue. @default the load balancer's own DNS name */
  domain: v.optional(domain),
  /** The API server. */
  apiServer,
  /** The web app. */
  webApp,
  /** The migration task. */
  migration,
  /**
   * Processors of all tasks on Fargate. `ARM64` costs a fifth less than `X86_64`, and needs images of that
   * platform, which `plue images` then builds: push them before the deployment that changes this.
   */
  cpuArchitecture: v.optional(oneOf(["X86_64", "ARM64"]), "X86_64"),
  /**
   * `notify`: alarms on database, services and targets, sent by e-mail to the variable
   * `sns_alert_email`; `targets-only`: unhealthy targets raise an alarm that is seen in
   * CloudWatch, and nobody gets an e-mail.
   */
  alarms: oneOf(["notify", "targets-only"]),
  /**
   * `customer-key`: one KMS key of the environment's own for all of its data. Only for a new
   * environment: a database and a file system keep the key that they are created with.
   * @default keys that AWS manages
   */
  encryption: v.optional(oneOf(["customer-key"])),
  /** ElastiCache with Valkey for the API server. @default none */
  cache: v.optional(cache),
  /** AWS Backup of database and file system. @default RDS's own backups, and those of `storage` */
  backup: v.optional(backup),
  /** Copies of all that holds data in a second region. @default none */
  disasterRecovery: v.optional(disasterRecovery),
  /** The copies of another environment that this one is created from. @default none: it starts empty */
  recovery: v.optional(recovery),
  /**
   * Regions in which `backup.copyTo` or `disasterRecovery` had something, until an apply has removed
   * it: Terraform deletes nothing where it has no provider for the region.
   * @default none
   */
  formerRegions: v.optional(list(region)),
  /** A CloudWatch dashboard. */
  dashboard: v.optional(flag, false),
  /** Default of the variable `sns_alert_email`. @default none: the variable must be given */
  alertEmail: v.optional(email),
  /** The most that a month may cost. @default none */
  budget: v.optional(budget),
  /**
   * State of the old Terraform project that the stack adopts: the state of the same name, because each name in it
   * begins with the name of the environment. Keep it after the adoption: docs/adopting.md.
   * @default none: the stack starts empty, without `moved` blocks
   */
  adopts: v.optional(oneOf(["dev", "production"])),
  /**
   * Key of the Terraform state in its bucket, only with `adopts`: an environment that adopts a state of the old
   * project gets a key of its own, so that the old code no longer finds the state.
   * @default plue/NAME/terraform.tfstate
   */
  stateKey: v.optional(
    text(
      /^plue\/[\w.-]+\/([\w.-]+\/)*terraform\.tfstate$/,
      "must begin with plue/ and end with /terraform.tfstate, as the roles of CI expect",
      "plue/dev/cdktf/terraform.tfstate",
    ),
  ),
  /**
   * Leaves the S3 backend's bucket in the path of its URL instead of the host's name, as an
   * embedded AWS on loopback needs.
   */
  statePathStyle: v.optional(flag, false),
};

/** The partition of a region, by its prefix: regions of others have no credentials in common. */
const partition = (code: string) => /^(cn|us-gov|us-iso[bf]?|eu-isoe|eusc)-/.exec(code)?.[1];

/** The schema of an environment. */
export const environmentSchema = v.pipe(
  group(entries),
  rule(["name", "adopts"], ({ name, adopts }, report) => {
    if (adopts !== undefined && adopts !== name) {
      report(
        ["adopts"],
        'must be the environment\'s own name, "dev" or "production": every name in the state begins with it',
      );
    }
  }),
  rule(["adopts", "stateKey"], ({ adopts, stateKey }, report) => {
    if (stateKey !== undefined && adopts === undefined) {
      report(
        ["stateKey"],
        "needs adopts: restore it if this is the adopted environment, and unset stateKey in a copy of its settings",
      );
    }
  }),
  rule(["tags"], ({ tags = {} }, report) => {
    const taken = new Map(OWN_TAGS.map((key) => [key.toLowerCase(), key]));
    for (const [key, value] of Object.entries(tags)) {
      const other = taken.get(key.toLowerCase());
      if (
        !/^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu.test(key) ||
        !/^[\p{L}\p{N} _.:/=+@-]{0,256}$/u.test(value)
      ) {
        report(
          ["tags", key],
          "a key has 1 to 128 characters and does not begin with aws:; a value has at most 256; both have letters, digits, spaces and _.:/=+-@ only",
        );
      } else if (other !== undefined && !(key === "Name" && other === key)) {
        report(
          ["tags", key],
          OWN_TAGS.includes(other)
            ? `the stack sets ${other} itself: take another key`
            : `is the same key as ${other} to IAM, which ignores capitals: keep one`,
        );
      }
      taken.set(key.toLowerCase(), key);
    }
    const most = MOST_TAGS - OWN_TAGS.length;
    const count = Object.keys(tags).length;
    if (count > most) {
      report(
        ["tags"],
        `has ${count} tags and must have at most ${most}: AWS takes ${MOST_TAGS} on a resource, and the stack sets ${OWN_TAGS.length}`,
      );
    }
  }),
  rule(["apiServer", "webApp", "ecsCluster"], (settings, report) => {
    if (settings.ecsCluster.containerInsights !== false) return;
    for (const key of ["apiServer", "webApp"] as const) {
      settings[key].scaling?.customMetrics?.forEach(({ perTask }, index) => {
        if (perTask) {
          report(
            [key, "scaling", "customMetrics", index, "perTask"],
            "needs ecsCluster.containerInsights, which counts the running tasks",
          );
        }
      });
    }
  }),
  rule(["encryption", "adopts", "recovery"], ({ encryption, adopts, recovery: copies }, report) => {
    if (encryption !== undefined && adopts !== undefined) {
      report(
        ["encryption"],
        "an adopted database and file system cannot get another key, only be replaced, and lose their data: make a new environment with it and move the data there",
      );
    }
    if (!copies) return;
    if (adopts !== undefined)
      report(["adopts"], "recovery makes a new environment, which adopts no state: leave it out");
    if (encryption !== undefined) {
      report(["encryption"], "database and file system keep the key of the copies: leave it out");
    }
  }),
  rule(["region", "backup", "disasterRecovery", "formerRegions"], (settings, report) => {
    const other = (path: (string | number)[], value: string | undefined) => {
      if (value === settings.region) {
        report(path, `must be the code of another AWS region than ${settings.region}`);
      } else if (value !== undefined && partition(value) !== partition(settings.region)) {
        report(path, `must be in the same partition of AWS as ${settings.region}`);
      }
    };
    other(["backup", "copyTo", "region"], settings.backup?.copyTo?.region);
    other(["disasterRecovery", "region"], settings.disasterRecovery?.region);
    settings.formerRegions?.forEach((one, index) => other(["formerRegions", index], one));
  }),
  rule(["domain"], ({ domain: { name = "", hostedZoneId } = {} }, report) => {
    if (hostedZoneId !== undefined && name.length > limits.certificateName) {
      report(
        ["domain", "name"],
        `must have at most ${limits.certificateName} characters: AWS issues no certificate for a longer one. Leave hostedZoneId out, and set certificate_arn`,
      );
    }
  }),
  rule(["disasterRecovery", "database.backupRetentionDays"], (settings, report) => {
    if (settings.disasterRecovery && settings.database.backupRetentionDays === 0) {
      report(
        ["database", "backupRetentionDays"],
        "disasterRecovery copies the database's automated backups: must be 1 or more",
      );
    }
  }),
  rule(["name", "region", "recovery"], ({ name, region: own, recovery: copies }, report) => {
    if (!copies) return;
    if (copies.of === name) {
      report(
        ["recovery", "of"],
        "must be the name of another environment: IAM roles are global, not regional, and still have its names",
      );
    }
    for (const key of ["databaseBackupsArn", "passwordSecretArn"] as const) {
      if (copies[key].split(":")[3] !== own) report(["recovery", key], `must be in ${own}`);
    }
  }),
);

/** All that distinguishes one environment from another. */
export type EnvironmentSettings = Given<typeof environmentSchema>;

/** An environment's settings with every default filled in. */
export type CompleteSettings = Complete<typeof environmentSchema>;

/** Name of an environment in faults. */
export const nameOf = (settings: EnvironmentSettings): string =>
  (isRecord(settings) && String(settings.name)) || "environment";

/**
 * An environment's settings with every default filled in.
 * @throws SettingsError with every fault
 */
export const complete = (settings: EnvironmentSettings): CompleteSettings =>
  check(environmentSchema, settings, nameOf(settings));
