import type { Usage } from "../environments/usage";
import { count } from "../terminal/output";
import type { Resource } from "./resources";

/** A charge, before its price is looked up. */
export interface Charge {
  /** The construct that it is for. */
  readonly part: string;
  /** What is charged, in words. */
  readonly what: string;
  /** Which price of src/cost/prices.json. */
  readonly price: string;
  /** How many units a month. */
  readonly quantity: number;
  /** How many when what scales by itself is at its largest. @default quantity */
  readonly atMost?: number;
}

/** What a rule may look at beside the resources of its type. */
export interface RuleContext {
  /** What no setting tells. */
  readonly usage: Usage;
  /** All resources of another type in the same region. */
  readonly of: (type: string) => readonly Resource[];
}

/** What AWS charges for all resources of a type in one region. */
export type Rule = (resources: readonly Resource[], context: RuleContext) => readonly Charge[];

/** Hours of a month, as AWS Pricing Calculator counts them. */
export const HOURS_PER_MONTH = 730;

/**
 * GB a month that Enhanced Monitoring logs at an interval of one second; at others it is that part of
 * it. Source: "Cost of Enhanced Monitoring", Amazon RDS User Guide.
 */
const ENHANCED_MONITORING_GIGABYTES = 16.07;

/** Alarms that a target-tracking policy makes: one to scale out, one to scale in. */
const ALARMS_PER_POLICY = 2;

/** Size at which CloudWatch Logs keeps a GB that it took in. Source: AWS Pricing Calculator. */
const LOG_COMPRESSION = 0.15;

const number = (value: unknown): number => Number(value ?? 0) || 0;
const text = (value: unknown, fallback = ""): string =>
  typeof value === "string" ? value : fallback;
const list = (value: unknown): readonly Record<string, unknown>[] =>
  (Array.isArray(value) ? value : value ? [value] : []) as readonly Record<string, unknown>[];
const partOf = (resources: readonly Resource[]): string => resources[0]?.module ?? "stack";

/** One price for each resource and month. */
const each =
  (price: string, thing: string, perMonth = 1, things = `${thing}s`): Rule =>
  (resources) =>
    byModule(resources).map(([part, own]) => ({
      part,
      what: count(own.length, thing, things),
      price,
      quantity: own.length * perMonth,
    }));

/** What costs money, by type of resource. */
export const rules: Readonly<Record<string, Rule>> = {
  aws_nat_gateway: (gateways, { usage }) => [
    ...each("natGateway.hour", "NAT gateway", HOURS_PER_MONTH)(gateways, { usage, of: () => [] }),
    {
      part: partOf(gateways),
      what: "traffic through NAT",
      price: "natGateway.gigabyte",
      quantity: usage.natGigabytes,
    },
  ],
  aws_eip: each(
    "publicIpv4.hour",
    "public IPv4 address of NAT",
    HOURS_PER_MONTH,
    "public IPv4 addresses of NAT",
  ),
  aws_vpc_endpoint: (endpoints) => {
    const interfaces = endpoints.filter(({ values }) => values.vpc_endpoint_type === "Interface");
    const addresses = interfaces.reduce(
      (total, { values }) => total + Math.max(1, list(values.subnet_ids).length),
      0,
    );
    return [
      {
        part: partOf(endpoints),
        what: `${count(interfaces.length, "interface endpoint")}, each in its zones`,
        price: "interfaceEndpoint.hour",
        quantity: addresses * HOURS_PER_MONTH,
      },
    ];
  },
  aws_flow_log: (logs, { usage }) => [
    {
      part: partOf(logs),
      what: "flow logs taken in",
      price: "logs.vendedGigabyte",
      quantity: usage.flowLogGigabytes,
    },
  ],

  aws_lb: (balancers, { usage }) =>
    balancers.flatMap(({ module: part, values }) => [
      { part, what: "load balancer", price: "loadBalancer.hour", quantity: HOURS_PER_MONTH },
      {
        part,
        what: `its capacity units, ${usage.loadBalancerCapacityUnits} on average`,
        price: "loadBalancer.capacityUnitHour",
        quantity: usage.loadBalancerCapacityUnits * HOURS_PER_MONTH,
      },
      {
        part,
        what: count(list(values.subnets).length, "public IPv4 address", "public IPv4 addresses"),
        price: "publicIpv4.hour",
        quantity: values.internal === true ? 0 : list(values.subnets).length * HOURS_PER_MONTH,
      },
      {
        part,
        what: "traffic to the internet",
        price: "internetOut.gigabyte",
        quantity: values.internal === true ? 0 : usage.internetGigabytes,
      },
    ]),
  aws_wafv2_web_acl: (acls, { usage }) =>
    acls.flatMap(({ module: part, values }) => [
      { part, what: "web ACL", price: "webAcl.month", quantity: 1 },
      {
        part,
        what: count(list(values.rule).length, "rule"),
        price: "webAclRule.month",
        quantity: list(values.rule).length,
      },
      {
        part,
        what: "requests looked at",
        price: "webAcl.request",
        quantity: usage.requestMillions * 1e6,
      },
    ]),

  aws_ecs_service: (services, context) =>
    services.flatMap((service) => serviceCharges(service, context)),
  aws_ecs_task_definition: (definitions, { usage, of }) =>
    // Those of services are counted by how many tasks run; a task without a service is a migration.
    definitions
      .filter(({ values }) => !of("aws_ecs_service").some((one) => runs(one, values.family)))
      .flatMap((definition) =>
        taskCharges(definition, "FARGATE", `${usage.migrationMinutes} min of migrations`, {
          hours: usage.migrationMinutes / 60,
        }),
      ),
  aws_ecs_cluster: (clusters, { usage }) =>
    clusters
      .filter(({ values }) =>
        list(values.setting).some(
          ({ name, value }) => name === "containerInsights" && value !== "disabled",
        ),
      )
      .map(({ module: part }) => ({
        part,
        what: `Container Insights, about ${usage.containerInsightsMetrics} metrics`,
        price: "metric.month",
        quantity: usage.containerInsightsMetrics,
      })),
  aws_appautoscaling_policy: (policies) =>
    byModule(policies.filter(({ values }) => values.policy_type === "TargetTrackingScaling")).map(
      ([part, own]) => ({
        part,
        what: `${count(own.length * ALARMS_PER_POLICY, "alarm")} of autoscaling's own`,
        price: "alarm.month",
        quantity: own.length * ALARMS_PER_POLICY,
      }),
    ),

  aws_db_instance: (instances, { usage }) =>
    instances.flatMap(({ module: part, values }) => {
      const copies = values.multi_az === true ? 2 : 1;
      const both = copies === 2 ? ", in two zones" : "";
      const storage = number(values.allocated_storage);
      const largest = Math.max(storage, number(values.max_allocated_storage));
      // Both kinds of SSD cost the same.
      const storageType = text(values.storage_type, "gp3").replace(/^gp2$/, "gp3");
      const interval = number(values.monitoring_interval);
      return [
        {
          part,
          what: `${text(values.instance_class)}${both}`,
          price: `database.${text(values.instance_class)}.hour`,
          quantity: copies * HOURS_PER_MONTH,
        },
        {
          part,
          what: `${storage} GB of storage${both}, ${largest} at most`,
          price: `databaseStorage.${storageType}`,
          quantity: copies * storage,
          atMost: copies * largest,
        },
        {
          part,
          what: "backups beyond the size of the storage",
          price: "databaseBackup.gigabyteMonth",
          quantity:
            number(values.backup_retention_period) > 0
              ? Math.max(0, usage.databaseBackupGigabytes - storage)
              : 0,
        },
        {
          part,
          what: `Enhanced Monitoring, every ${interval} s`,
          price: "logs.gigabyte",
          quantity: interval > 0 ? ENHANCED_MONITORING_GIGABYTES / interval : 0,
        },
      ];
    }),
  aws_secretsmanager_secret: (secrets, { usage }) => {
    const copies = secrets.reduce(
      (total, { values }) => total + 1 + list(values.replica).length,
      0,
    );
    return [
      {
        part: partOf(secrets),
        what: count(copies, "secret"),
        price: "secret.month",
        quantity: copies,
      },
      {
        part: partOf(secrets),
        what: "reads of secrets",
        price: "secret.call",
        quantity: usage.secretReads,
      },
    ];
  },

  aws_efs_file_system: (systems, { usage }) => [
    {
      part: partOf(systems),
      what: "git repositories",
      price: "fileSystem.gigabyteMonth",
      quantity: usage.fileGigabytes,
    },
    {
      part: partOf(systems),
      what: "git repositories, Infrequent Access",
      price: "fileSystem.infrequentGigabyteMonth",
      quantity: usage.infrequentFileGigabytes,
    },
  ],
  aws_efs_backup_policy: (policies, { usage }) => [
    {
      part: partOf(policies),
      what: "backups of the git repositories",
      price: "fileSystemBackup.gigabyteMonth",
      quantity: usage.fileGigabytes + usage.infrequentFileGigabytes,
    },
  ],
  aws_ecr_repository: (repositories, { usage }) => [
    {
      part: partOf(repositories),
      what: "images",
      price: "image.gigabyteMonth",
      quantity: usage.imageGigabytes,
    },
  ],
  aws_s3_bucket: (buckets, { usage }) => [
    {
      part: partOf(buckets),
      what: "objects",
      price: "object.gigabyteMonth",
      quantity: usage.objectGigabytes,
    },
  ],
  aws_kms_key: (keys, { usage }) => [
    ...each("key.month", "customer key")(keys, { usage, of: () => [] }),
    {
      part: partOf(keys),
      what: "requests to the keys",
      price: "key.call",
      quantity: usage.keyRequests,
    },
  ],
  aws_elasticache_replication_group: (groups) =>
    groups.map(({ module: part, values }) => {
      const shards = Math.max(1, number(values.num_node_groups));
      const nodes =
        number(values.num_cache_clusters) || shards * (1 + number(values.replicas_per_node_group));
      const engine = text(values.engine, "redis");
      return {
        part,
        what: `${count(nodes, "node")} of ${engine}, ${text(values.node_type)}`,
        price: `cache.${engine}.${text(values.node_type)}.hour`,
        quantity: nodes * HOURS_PER_MONTH,
      };
    }),

  aws_cloudwatch_log_group: (groups, { usage }) => {
    const logs = groups.filter(({ module }) => module !== "network");
    const days = Math.max(0, ...logs.map(({ values }) => number(values.retention_in_days)));
    return [
      {
        part: "logs",
        what: "logs taken in",
        price: "logs.gigabyte",
        quantity: usage.logGigabytes,
      },
      {
        part: "logs",
        what: `logs and flow logs kept, ${days} days`,
        price: "logs.gigabyteMonth",
        quantity:
          (usage.logGigabytes + usage.flowLogGigabytes) * LOG_COMPRESSION * (days / (365 / 12)),
      },
    ];
  },
  aws_cloudwatch_metric_alarm: (alarms) =>
    byModule(alarms).map(([part, own]) => {
      // An alarm on an expression costs one price for each metric in it.
      const metrics = own.reduce(
        (total, { values }) =>
          total + Math.max(1, list(values.metric_query).filter(({ metric }) => metric).length),
        0,
      );
      return { part, what: count(metrics, "alarm"), price: "alarm.month", quantity: metrics };
    }),
  aws_cloudwatch_dashboard: each("dashboard.month", "dashboard"),
};

const byTraffic = "no charge of its own: the traffic is counted where it is charged";
const noCharge = "free of charge";
const partOfAnother = "paid with what it belongs to";

/** What costs nothing by itself, by type of resource, and why. */
export const free: Readonly<Record<string, string>> = {
  aws_vpc: noCharge,
  aws_subnet: noCharge,
  aws_internet_gateway: byTraffic,
  aws_route_table: noCharge,
  aws_route_table_association: noCharge,
  aws_security_group: noCharge,
  aws_security_group_rule: noCharge,
  aws_default_security_group: noCharge,
  aws_iam_role: noCharge,
  aws_iam_role_policy: noCharge,
  aws_iam_role_policy_attachment: noCharge,
  aws_iam_policy: noCharge,
  aws_iam_openid_connect_provider: noCharge,
  aws_lb_listener: partOfAnother,
  aws_lb_listener_rule: partOfAnother,
  aws_lb_target_group: partOfAnother,
  aws_wafv2_web_acl_association: partOfAnother,
  aws_wafv2_web_acl_logging_configuration: partOfAnother,
  aws_acm_certificate: noCharge,
  aws_acm_certificate_validation: noCharge,
  aws_route53_record:
    "an alias to a load balancer is answered free of charge; the zone is not ours",
  aws_db_parameter_group: noCharge,
  aws_db_subnet_group: noCharge,
  aws_secretsmanager_secret_version: partOfAnother,
  aws_secretsmanager_secret_policy: partOfAnother,
  aws_efs_access_point: partOfAnother,
  aws_efs_file_system_policy: partOfAnother,
  aws_efs_mount_target: partOfAnother,
  aws_ecr_lifecycle_policy: partOfAnother,
  aws_ecr_repository_policy: partOfAnother,
  aws_ecs_cluster_capacity_providers: noCharge,
  aws_appautoscaling_target: noCharge,
  aws_appautoscaling_scheduled_action:
    "changes how many tasks run: apiServerTasks and webAppTasks in src/environments/usage.ts tell the average",
  aws_sns_topic: "e-mails of alarms: the first 1,000 a month are free, then $2 for 100,000",
  aws_sns_topic_policy: noCharge,
  aws_sns_topic_subscription: noCharge,
  aws_ssm_parameter: "standard parameters are free of charge",
  aws_s3_bucket_policy: partOfAnother,
  aws_s3_bucket_lifecycle_configuration: partOfAnother,
  aws_s3_bucket_ownership_controls: partOfAnother,
  aws_s3_bucket_public_access_block: partOfAnother,
  aws_s3_bucket_server_side_encryption_configuration: partOfAnother,
  aws_s3_bucket_versioning: partOfAnother,
  aws_kms_alias: noCharge,
  aws_elasticache_subnet_group: noCharge,
  aws_elasticache_parameter_group: noCharge,
  aws_elasticache_user: noCharge,
  aws_elasticache_user_group: noCharge,
  aws_budgets_budget: "a budget that only tells is free of charge",
  random_password: "Terraform's own",
  terraform_data: "Terraform's own",
};

function byModule(resources: readonly Resource[]): [string, Resource[]][] {
  const modules = new Map<string, Resource[]>();
  for (const resource of resources) {
    modules.set(resource.module, [...(modules.get(resource.module) ?? []), resource]);
  }
  return [...modules];
}

/** A service and the family of its tasks have one name. */
function runs(service: Resource, family: unknown): boolean {
  return service.values.name === family;
}

const averages = (usage: Usage): Readonly<Record<string, number | undefined>> => ({
  api_server: usage.apiServerTasks,
  web_app: usage.webAppTasks,
});

function serviceCharges(service: Resource, { usage, of }: RuleContext): Charge[] {
  const definition = of("aws_ecs_task_definition").find(({ values }) =>
    runs(service, values.family),
  );
  if (definition === undefined) return [];
  const scaling = of("aws_appautoscaling_target").find(({ values }) =>
    String(values.resource_id).endsWith(`/${text(service.values.name)}`),
  );
  const fewest = number(scaling?.values.min_capacity ?? service.values.desired_count);
  const tasks = averages(usage)[service.module] ?? fewest;
  const most = Math.max(tasks, number(scaling?.values.max_capacity));
  const usual = share(tasks, service);
  const largest = share(most, service);
  // Of a share of a task the whole one may run on the dearer side.
  const largestOnDemand = Math.min(most, Math.ceil(largest.onDemand));
  const name = (tasks: number, atMost: number) =>
    `${count(+tasks.toFixed(2), "task")}, ${atMost} at most`;
  const own = { ...definition, module: service.module };
  return [
    ...taskCharges(own, "FARGATE", name(usual.onDemand, largestOnDemand), {
      hours: usual.onDemand * HOURS_PER_MONTH,
      atMost: largestOnDemand * HOURS_PER_MONTH,
    }),
    ...taskCharges(own, "FARGATE_SPOT", `${name(usual.spot, most - largestOnDemand)}, on Spot`, {
      hours: usual.spot * HOURS_PER_MONTH,
      atMost: (most - largestOnDemand) * HOURS_PER_MONTH,
    }),
  ];
}

/** How many of some tasks the service's capacity provider strategy puts on FARGATE and on Spot. */
function share(tasks: number, { values }: Resource): { onDemand: number; spot: number } {
  const strategy = list(values.capacity_provider_strategy);
  if (strategy.length === 0) return { onDemand: tasks, spot: 0 };
  const base = strategy.reduce((most, one) => Math.max(most, number(one.base)), 0);
  const weight = (provider: string) =>
    strategy
      .filter(({ capacity_provider: name }) => name === provider)
      .reduce((total, one) => total + number(one.weight), 0);
  const [fargate, spot] = [weight("FARGATE"), weight("FARGATE_SPOT")];
  const baseOnSpot = strategy.some(
    (one) => one.capacity_provider === "FARGATE_SPOT" && number(one.base) > 0,
  );
  const first = Math.min(base, tasks);
  const rest = fargate + spot > 0 ? ((tasks - first) * spot) / (fargate + spot) : 0;
  const onSpot = (baseOnSpot ? first : 0) + rest;
  return { onDemand: tasks - onSpot, spot: onSpot };
}

/** What tasks of a definition cost, by vCPU and by memory. */
function taskCharges(
  { module: part, values }: Resource,
  provider: "FARGATE" | "FARGATE_SPOT",
  what: string,
  { hours, atMost = hours }: { readonly hours: number; readonly atMost?: number },
): Charge[] {
  const vcpus = number(values.cpu) / 1024;
  const gigabytes = number(values.memory) / 1024;
  const arm = list(values.runtime_platform).some(
    ({ cpu_architecture: architecture }) => architecture === "ARM64",
  );
  const kind = provider === "FARGATE_SPOT" ? "fargateSpot" : arm ? "fargateArm" : "fargate";
  return [
    {
      part,
      what: `${what}: ${vcpus} vCPU`,
      price: `${kind}.vcpuHour`,
      quantity: hours * vcpus,
      atMost: atMost * vcpus,
    },
    {
      part,
      what: `${what}: ${gigabytes} GB`,
      price: `${kind}.gigabyteHour`,
      quantity: hours * gigabytes,
      atMost: atMost * gigabytes,
    },
  ];
}
