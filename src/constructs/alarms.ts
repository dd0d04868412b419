import type { CloudwatchMetricAlarmConfig } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { Construct } from "constructs";
import { Token } from "../cdktf";
import type { Context } from "./context";
import type { EcsCluster } from "./ecs-cluster";
import { isNew } from "./legacy";
import { metricAlarm } from "./metric-alarm";
import { reference } from "./reference";
import type { Storage } from "./storage";

/** Properties of the alarms. */
export interface AlarmsProps extends Context {
  /** The database: CPU and free storage. */
  readonly database: DbInstance;
  /** True if RDS enlarges the storage by itself. */
  readonly databaseGrows: boolean;
  /** True if the environment adopted a state, whose alarm on storage stays as it is. */
  readonly adopted: boolean;
  /** The file system: burst credits. */
  readonly storage: Storage;
  /** The services' cluster. */
  readonly ecsCluster: EcsCluster;
  /** The API server's service: CPU. */
  readonly apiServer: EcsService;
  /** The web app's service: CPU. */
  readonly webApp: EcsService;
}

/** The settings in which the alarms differ. */
type Watched = Pick<
  CloudwatchMetricAlarmConfig,
  "alarmDescription" | "namespace" | "metricName" | "dimensions"
> & {
  readonly threshold: number;
  readonly evaluationPeriods: number;
  /** @default GreaterThanThreshold */
  readonly comparisonOperator?: string;
};

/** Threshold of the old project's alarm on storage. */
const LEGACY_STORAGE_BYTES = 5 * 1024 ** 3;

/**
 * Alarm threshold for free storage, in percent. RDS enlarges storage at 10 % of free space, so the alarm is lower
 * if that is on. Source: "Managing capacity automatically with storage autoscaling", Amazon RDS user guide.
 */
const freePercent = ({ databaseGrows }: AlarmsProps) => (databaseGrows ? 5 : 10);

/** The threshold in bytes. It follows the storage as RDS enlarges it. */
function storageThreshold(props: AlarmsProps): number {
  const bytes = (freePercent(props) / 100) * 1024 ** 3;
  return Token.asNumber(`\${floor(${reference(props.database)}.allocated_storage * ${bytes})}`);
}

/**
 * Burst credits in bytes that last for an hour at the highest throughput of a small file system, 100 MiB/s.
 * Source: "Amazon EFS performance specifications", bursting throughput.
 */
const HOUR_OF_BURSTS = 100 * 1024 ** 2 * 3600;

/** Alarms on the database, the file system and the services. Cost: $0.10 a month each. */
export class Alarms extends Construct {
  /** Creates the alarms. */
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const alarm = (resource: string, name: string, config: Watched) =>
      metricAlarm(this, resource, name, props, {
        statistic: "Average",
        period: 300,
        ...config,
      });

    const database = {
      namespace: "AWS/RDS",
      dimensions: { DBInstanceIdentifier: props.database.identifier },
    };
    alarm("database_cpu", "db-cpu", {
      ...database,
      alarmDescription: "The database's CPU is above 80 %",
      metricName: "CPUUtilization",
      threshold: 80,
      evaluationPeriods: 2,
    });
    alarm("database_storage", "db-storage", {
      ...database,
      alarmDescription: props.adopted
        ? "The database has less than 5 GiB of free storage"
        : `The database has less than ${freePercent(props)} % of free storage`,
      metricName: "FreeStorageSpace",
      comparisonOperator: "LessThanThreshold",
      threshold: props.adopted ? LEGACY_STORAGE_BYTES : storageThreshold(props),
      evaluationPeriods: 1,
    });

    const service = (resource: string, name: string, watched: EcsService, title: string) =>
      alarm(resource, name, {
        alarmDescription: `The ${title}'s CPU is above 90 %`,
        namespace: "AWS/ECS",
        metricName: "CPUUtilization",
        threshold: 90,
        evaluationPeriods: 2,
        dimensions: {
          ClusterName: props.ecsCluster.cluster.name,
          ServiceName: watched.name,
        },
      });
    service("ecs_cpu_api", "api-cpu", props.apiServer, "API server");
    service("ecs_cpu_web", "web-cpu", props.webApp, "web app");

    if (props.storage.throughputMode !== "bursting") return;
    const credits = alarm("efs_credits", "efs-credits", {
      alarmDescription: "The file system's burst credits last for less than an hour",
      namespace: "AWS/EFS",
      metricName: "BurstCreditBalance",
      comparisonOperator: "LessThanThreshold",
      threshold: HOUR_OF_BURSTS,
      evaluationPeriods: 3,
      dimensions: { FileSystemId: props.storage.fileSystem.id },
    });
    isNew(credits);
  }
}
