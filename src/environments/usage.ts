import * as v from "valibot";
import { check } from "./faults";
import { amount, group, type Complete, type Given } from "./schema";

const quantity = amount(0);

/** The schema of {@link Usage}. The defaults are those of a small environment that few people use. */
export const usageSchema = group({
  /** Traffic of tasks through the NAT gateways, in both directions, in GB. */
  natGigabytes: v.optional(quantity, 10),
  /** Traffic from AWS to the internet, in GB. */
  internetGigabytes: v.optional(quantity, 5),
  /** The load balancer's capacity units, on average. */
  loadBalancerCapacityUnits: v.optional(quantity, 0.1),
  /** Requests that reach the load balancer, in millions. */
  requestMillions: v.optional(quantity, 0.1),
  /**
   * How many tasks the API server runs on average: fewer than its fewest where they stop at night,
   * more where autoscaling adds some. @default its `minCapacity`
   */
  apiServerTasks: v.optional(quantity),
  /** How many tasks the web app runs on average. @default its `minCapacity` */
  webAppTasks: v.optional(quantity),
  /** Migration runs, in minutes altogether. */
  migrationMinutes: v.optional(quantity, 30),
  /** Logs of tasks and database, in GB. */
  logGigabytes: v.optional(quantity, 1),
  /** The VPC's flow logs, in GB. */
  flowLogGigabytes: v.optional(quantity, 1),
  /** Metrics of Container Insights, where it is on. */
  containerInsightsMetrics: v.optional(quantity, 40),
  /** Metrics of Container Insights with enhanced observability: about 30 more for each task. */
  enhancedInsightsMetrics: v.optional(quantity, 160),
  /** Raw data of Container Insights, where it is on, in GB: about 1 KB a minute for each task, service and cluster. */
  containerInsightsGigabytes: v.optional(quantity, 0.5),
  /** Backups of the database, in GB; those up to its storage are free. */
  databaseBackupGigabytes: v.optional(quantity, 20),
  /** Git repositories in EFS Standard, in GB. */
  fileGigabytes: v.optional(quantity, 5),
  /** Git repositories in EFS Infrequent Access, in GB. */
  infrequentFileGigabytes: v.optional(quantity, 0),
  /** Reads of files in EFS Infrequent Access, in GB. */
  infrequentReadGigabytes: v.optional(quantity, 0),
  /** Reads of the file system, in GB, where its throughput is elastic. */
  fileReadGigabytes: v.optional(quantity, 5),
  /** Writes to the file system, in GB, where its throughput is elastic. */
  fileWriteGigabytes: v.optional(quantity, 1),
  /** Images in all repositories, in GB. */
  imageGigabytes: v.optional(quantity, 3),
  /** Objects in the environment's S3 buckets, in GB. */
  objectGigabytes: v.optional(quantity, 1),
  /** Data in the cache, in GB, where there is a serverless one. */
  cacheGigabytes: v.optional(quantity, 0.1),
  /** Processing units of that cache, in millions: one for each KB that a command reads or writes. */
  cacheProcessingUnitMillions: v.optional(quantity, 10),
  /** Reads of secrets; a task reads one when it starts. */
  secretReads: v.optional(quantity, 1000),
  /** Requests to customer keys of KMS. */
  keyRequests: v.optional(quantity, 10_000),
});

/**
 * Use of an environment that AWS charges for and that no setting defines: the basis of
 * `plue cost`. Each is a month's.
 */
export type Usage = Complete<typeof usageSchema>;

/** Usage that differs from the defaults, by environment: change the numbers here when you know yours. */
export const usage: Readonly<Record<string, Given<typeof usageSchema>>> = {
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
    infrequentReadGigabytes: 10,
    fileReadGigabytes: 100,
    fileWriteGigabytes: 20,
    objectGigabytes: 10,
    secretReads: 10_000,
    keyRequests: 100_000,
  },
};

/** The usage of an environment. */
export const usageOf = (environment: string): Usage =>
  check(usageSchema, usage[environment] ?? {}, `usage.${environment}`);
