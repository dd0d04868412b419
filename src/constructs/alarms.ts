import type { CloudwatchMetricAlarmConfig } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { Construct } from "constructs";
import type { Context } from "./context";
import type { EcsCluster } from "./ecs-cluster";
import { metricAlarm } from "./metric-alarm";

/** Properties of the alarms. */
export interface AlarmsProps extends Context {
  /** The database: CPU and free storage. */
  readonly database: DbInstance;
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

/** Alarms on the database and the services. Cost: $0.10 a month each. */
export class Alarms extends Construct {
  /** Creates the alarms. */
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const alarm = (resource: string, name: string, config: Watched) =>
      metricAlarm(this, resource, name, props, {
        statistic: "Average",
        period: 300,
        comparisonOperator: "GreaterThanThreshold",
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
      alarmDescription: "The database has less than 5 GiB of free storage",
      metricName: "FreeStorageSpace",
      comparisonOperator: "LessThanThreshold",
      threshold: 5 * 1024 ** 3,
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
  }
}
