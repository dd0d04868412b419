import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import type { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { Construct } from "constructs";
import { names } from "../names";
import type { Context } from "./context";
import type { EcsCluster } from "./ecs-cluster";
import type { LoadBalancer } from "./load-balancer";
import type { Network } from "./network";
import type { Storage } from "./storage";

/** Properties of the dashboard. */
export interface DashboardProps extends Context {
  /** Network, for the traffic of its NAT gateways. */
  readonly network: Network;
  /** Load balancer, for requests, errors and latency. */
  readonly loadBalancer: LoadBalancer;
  /** Cluster of the services. */
  readonly ecsCluster: EcsCluster;
  /** The API server and the web app. */
  readonly services: readonly EcsService[];
  /** The database. */
  readonly database: DbInstance;
  /** The file system. */
  readonly storage: Storage;
}

type Dimensions = Readonly<Record<string, string>>;
interface Options {
  readonly stat?: string;
  readonly label?: string;
  readonly yAxis?: "right";
}
type Metric = readonly (string | Options)[];
/** Widgets by their titles, in rows by their headings. */
type Rows = Readonly<Record<string, Readonly<Record<string, readonly Metric[]>>>>;

const metric = (
  namespace: string,
  name: string,
  dimensions: Dimensions,
  ...options: readonly Options[]
): Metric => [namespace, name, ...Object.entries(dimensions).flat(), ...options];

const ROW_HEIGHT = 6;
const WIDGET_WIDTH = 8;
const FULL_WIDTH = 24;

/**
 * A CloudWatch dashboard: first requests, errors and latency, then the parts in the order of a request,
 * then the metrics that cost by use.
 *
 * Cost: the first three dashboards of an account are free, each further one is $3 a month.
 */
export class Dashboard extends Construct {
  /** Creates the dashboard. */
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { network, loadBalancer, ecsCluster, database, storage } = props;
    const lb = { LoadBalancer: loadBalancer.lb.arnSuffix };
    const targets = [loadBalancer.apiServer, loadBalancer.webApp].map((group) => ({
      ...lb,
      TargetGroup: group.arnSuffix,
    }));
    const elb = (name: string, dimensions: Dimensions, options: Options) =>
      metric("AWS/ApplicationELB", name, dimensions, options);
    const eachService = (name: string) =>
      props.services.map((service) =>
        metric("AWS/ECS", name, {
          ClusterName: ecsCluster.cluster.name,
          ServiceName: service.name,
        }),
      );
    const db = (name: string, options: Options = {}) =>
      metric("AWS/RDS", name, { DBInstanceIdentifier: database.identifier }, options);
    const efs = (name: string, options: Options, dimensions: Dimensions = {}) =>
      metric("AWS/EFS", name, { FileSystemId: storage.fileSystem.id, ...dimensions }, options);

    const rows: Rows = {
      "What users see": {
        Requests: [elb("RequestCount", lb, { stat: "Sum" })],
        Errors: [
          elb("HTTPCode_Target_5XX_Count", lb, { stat: "Sum", label: "5xx of the services" }),
          elb("HTTPCode_ELB_5XX_Count", lb, { stat: "Sum", label: "5xx of the load balancer" }),
          elb("HTTPCode_Target_4XX_Count", lb, { stat: "Sum", label: "4xx", yAxis: "right" }),
        ],
        "Latency in seconds": targets.flatMap((dimensions, index) =>
          ["p50", "p95", "p99"].map((stat) =>
            elb("TargetResponseTime", dimensions, {
              stat,
              label: `${index === 0 ? "API" : "web"} ${stat}`,
            }),
          ),
        ),
      },
      Services: {
        "CPU in percent": eachService("CPUUtilization"),
        "Memory in percent": eachService("MemoryUtilization"),
        "Healthy targets": targets.map((dimensions, index) =>
          elb("HealthyHostCount", dimensions, {
            stat: "Minimum",
            label: index === 0 ? "API" : "web",
          }),
        ),
      },
      Database: {
        "CPU in percent, connections": [
          db("CPUUtilization"),
          db("DatabaseConnections", { yAxis: "right" }),
        ],
        "Free storage and memory in bytes": [
          db("FreeStorageSpace"),
          db("FreeableMemory", { yAxis: "right" }),
        ],
        "Latency in seconds": [db("ReadLatency"), db("WriteLatency")],
      },
      "File system": {
        "Throughput in bytes": [efs("MeteredIOBytes", { stat: "Sum" })],
        ...(storage.throughputMode === "bursting"
          ? { "Burst credits in bytes": [efs("BurstCreditBalance", { stat: "Minimum" })] }
          : { "Limit of operations in percent": [efs("PercentIOLimit", { stat: "Maximum" })] }),
        Clients: [efs("ClientConnections", { stat: "Sum" })],
      },
      "What costs by use": {
        "NAT gateways: bytes to the internet and back": network.natGateways.flatMap((gateway) =>
          ["BytesOutToDestination", "BytesInFromDestination"].map((name) =>
            metric("AWS/NATGateway", name, { NatGatewayId: gateway.id }, { stat: "Sum" }),
          ),
        ),
        "Load balancer's capacity units": [elb("ConsumedLCUs", lb, { stat: "Average" })],
        "File system's size in bytes": ["Standard", "IA"].map((StorageClass) =>
          efs("StorageBytes", { stat: "Average" }, { StorageClass }),
        ),
      },
    };
    new CloudwatchDashboard(this, "aws_cloudwatch_dashboard.main", {
      dashboardName: names.dashboard(props.environment),
      dashboardBody: JSON.stringify({ widgets: layOut(rows, props.region) }),
    });
  }
}

function layOut(rows: Rows, region: string) {
  return Object.entries(rows).flatMap(([heading, widgets], row) => {
    const y = row * (ROW_HEIGHT + 1);
    return [
      {
        type: "text",
        x: 0,
        y,
        width: FULL_WIDTH,
        height: 1,
        properties: { markdown: `## ${heading}` },
      },
      ...Object.entries(widgets).map(([title, metrics], column) => ({
        type: "metric",
        x: column * WIDGET_WIDTH,
        y: y + 1,
        width: WIDGET_WIDTH,
        height: ROW_HEIGHT,
        properties: { title, metrics, region, view: "timeSeries", period: 300, stat: "Average" },
      })),
    ];
  });
}
