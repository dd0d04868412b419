/**
 * What an environment is used for, as far as AWS charges for it and no setting tells it: the basis of
 * `plue cost`. Each is a month's.
 */
export interface Usage {
  /** What tasks send and receive through the NAT gateways, in GB. */
  readonly natGigabytes: number;
  /** What leaves AWS for the internet, in GB. */
  readonly internetGigabytes: number;
  /** The load balancer's capacity units, on average. */
  readonly loadBalancerCapacityUnits: number;
  /** Requests that reach the load balancer, in millions. */
  readonly requestMillions: number;
  /**
   * How many tasks the API server runs on average: fewer than its fewest where they stop at night,
   * more where autoscaling adds some. @default its `minCapacity`
   */
  readonly apiServerTasks?: number;
  /** How many tasks the web app runs on average. @default its `minCapacity` */
  readonly webAppTasks?: number;
  /** Migration runs, in minutes altogether. */
  readonly migrationMinutes: number;
  /** What tasks and database log, in GB. */
  readonly logGigabytes: number;
  /** The VPC's flow logs, in GB. */
  readonly flowLogGigabytes: number;
  /** Metrics of Container Insights, where it is on. */
  readonly containerInsightsMetrics: number;
  /** Backups of the database, in GB; those up to its storage are free. */
  readonly databaseBackupGigabytes: number;
  /** Git repositories in EFS Standard, in GB. */
  readonly fileGigabytes: number;
  /** Git repositories in EFS Infrequent Access, in GB. */
  readonly infrequentFileGigabytes: number;
  /** Images in all repositories, in GB. */
  readonly imageGigabytes: number;
  /** Objects in the environment's S3 buckets, in GB. */
  readonly objectGigabytes: number;
  /** Data in the cache, in GB, where there is a serverless one. */
  readonly cacheGigabytes: number;
  /** Processing units of that cache, in millions: one for each KB that a command reads or writes. */
  readonly cacheProcessingUnitMillions: number;
  /** Reads of secrets; a task reads one when it starts. */
  readonly secretReads: number;
  /** Requests to customer keys of KMS. */
  readonly keyRequests: number;
}

/** A small environment that few people use. */
const defaults: Usage = {
  natGigabytes: 10,
  internetGigabytes: 5,
  loadBalancerCapacityUnits: 0.1,
  requestMillions: 0.1,
  migrationMinutes: 30,
  logGigabytes: 1,
  flowLogGigabytes: 1,
  containerInsightsMetrics: 40,
  databaseBackupGigabytes: 20,
  fileGigabytes: 5,
  infrequentFileGigabytes: 0,
  imageGigabytes: 3,
  objectGigabytes: 1,
  cacheGigabytes: 0.1,
  cacheProcessingUnitMillions: 10,
  secretReads: 1000,
  keyRequests: 10_000,
};

/** What differs from that, by environment: change the numbers here when you know yours. */
const usage: Readonly<Record<string, Partial<Usage>>> = {
  production: {
    natGigabytes: 100,
    internetGigabytes: 50,
    loadBalancerCapacityUnits: 1,
    requestMillions: 5,
    logGigabytes: 10,
    flowLogGigabytes: 10,
    databaseBackupGigabytes: 100,
    fileGigabytes: 20,
    infrequentFileGigabytes: 80,
    objectGigabytes: 10,
    secretReads: 10_000,
    keyRequests: 100_000,
  },
};

/** What an environment is used for. */
export function usageOf(environment: string): Usage {
  return { ...defaults, ...usage[environment] };
}
