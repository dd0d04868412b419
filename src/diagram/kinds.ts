import { components } from "../names";
import type { Network } from "./network";
import { block, blocks, type Attributes, type Resource, type Stack } from "../terraform/stack";

/** What a card is about, which gives it its colour. */
export type Family =
  "compute" | "network" | "database" | "storage" | "security" | "management" | "outside";

/** The little drawing on a card. */
export type Glyph =
  | "alarm"
  | "archive"
  | "bell"
  | "box"
  | "bucket"
  | "chart"
  | "cylinder"
  | "folder"
  | "gateway"
  | "globe"
  | "images"
  | "key"
  | "lines"
  | "lock"
  | "play"
  | "plug"
  | "shield"
  | "sliders"
  | "split"
  | "stack"
  | "swap"
  | "user";

/** How a type of resource that has a card of its own is shown. */
export interface Kind {
  readonly family: Family;
  readonly glyph: Glyph;
  /** Title of a card. */
  readonly title: string;
  /**
   * Whether all of the type share one card, with this title for more than one.
   * @default each has its own
   */
  readonly together?: string;
  /** What is worth knowing of it, in a few words a line. */
  readonly facts?: (
    attributes: Attributes,
    context: FactsContext,
  ) => readonly (string | undefined)[];
  /** Another region, where what the resource makes is: the copies of a replication. @default none */
  readonly copiesTo?: (attributes: Attributes) => unknown;
}

/** What facts are read from, beside the resource's own attributes. */
export interface FactsContext {
  readonly resource: Resource;
  readonly stack: Stack;
  readonly network: Network;
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;

/** Every type with a card. What is of another type is folded into one of these. */
export const kinds: Readonly<Record<string, Kind>> = {
  aws_internet_gateway: { family: "network", glyph: "gateway", title: "Internet gateway" },
  aws_nat_gateway: {
    family: "network",
    glyph: "swap",
    title: "NAT gateway",
    facts: (_, { resource, network }) => {
      const letters = network.zonesBehind(resource).map((zone) => network.letter(zone));
      return letters.length > 0 ? [`way out of zone ${letters.join(" and ")}`] : [];
    },
  },
  aws_vpc_endpoint: {
    family: "network",
    glyph: "plug",
    title: "VPC endpoint",
    facts: ({ service_name: name, vpc_endpoint_type: type }) => [
      [text(name)?.split(".").at(-1), text(type)?.toLowerCase()].filter(Boolean).join(", "),
    ],
  },
  aws_lb: {
    family: "network",
    glyph: "split",
    title: "Load balancer",
    facts: ({ load_balancer_type: type, internal }, { resource, stack }) => [
      [text(type), internal === true ? "internal" : "public"].filter(Boolean).join(", "),
      ...stack
        .referrersOf(resource)
        .filter((one) => one.type === "aws_route53_record")
        .map(({ attributes }) => text(attributes.name)),
    ],
  },
  aws_ecs_service: {
    family: "compute",
    glyph: "stack",
    title: "ECS service",
    facts: (_, { resource, stack }) => {
      const target = stack
        .referrersOf(resource)
        .find(({ type }) => type === "aws_appautoscaling_target")?.attributes;
      const tasks = (value: unknown) => Number(stack.evaluate(value));
      return [
        taskSize(taskDefinitionOf(resource, stack), stack),
        target && `${tasks(target.min_capacity)} to ${tasks(target.max_capacity)} tasks`,
      ];
    },
  },
  aws_ecs_task_definition: {
    family: "compute",
    glyph: "play",
    title: "Task",
    facts: (_, { resource, stack }) => [taskSize(resource, stack), "on demand"],
  },
  aws_db_instance: {
    family: "database",
    glyph: "cylinder",
    title: "Database",
    facts: (database, { stack }) => [
      `${database.engine === "postgres" ? "PostgreSQL" : (text(database.engine) ?? "")} ${text(stack.evaluate(database.engine_version)) ?? ""}`.trim(),
      text(database.instance_class),
      `${text(database.allocated_storage)} to ${text(database.max_allocated_storage)} GiB`,
      database.multi_az === true ? "Multi-AZ" : "one zone",
    ],
  },
  aws_efs_file_system: {
    family: "storage",
    glyph: "folder",
    title: "File system",
    facts: ({ encrypted }) => ["EFS", encrypted === true ? "encrypted" : undefined],
  },
  aws_efs_mount_target: { family: "storage", glyph: "folder", title: "EFS mount target" },
  aws_elasticache_replication_group: {
    family: "database",
    glyph: "stack",
    title: "Cache",
    facts: ({ engine, node_type: type, num_cache_clusters: nodes }) => [
      text(engine) && capital(text(engine)!),
      nodes === undefined ? text(type) : `${text(nodes)} × ${text(type)}`,
    ],
  },
  aws_elasticache_serverless_cache: {
    family: "database",
    glyph: "stack",
    title: "Cache",
    facts: ({ engine, cache_usage_limits: limits }) => {
      const { maximum, unit } = block(block(limits).data_storage);
      return [
        `${capital(text(engine) ?? "")} serverless`,
        maximum === undefined ? undefined : `up to ${text(maximum)} ${text(unit)}`,
      ];
    },
  },
  aws_ecr_repository: {
    family: "compute",
    glyph: "images",
    title: "Images (ECR)",
    together: "Images (ECR)",
    facts: ({ name }) => [shortName(name)],
  },
  aws_secretsmanager_secret: {
    family: "security",
    glyph: "lock",
    title: "Secret",
    together: "Secrets Manager",
    facts: ({ name, replica }) => {
      const { region } = block(replica);
      return [shortName(name), region === undefined ? undefined : `copied to ${text(region)}`];
    },
  },
  aws_ssm_parameter: {
    family: "management",
    glyph: "sliders",
    title: "Parameter",
    together: "Parameter Store",
    facts: ({ name }) => [text(name)?.split("/").at(-1)],
  },
  aws_cloudwatch_log_group: {
    family: "management",
    glyph: "lines",
    title: "CloudWatch Logs",
    together: "CloudWatch Logs",
    facts: ({ name, retention_in_days: days }) => [
      `${logName(text(name) ?? "")}, ${text(days)} days`,
    ],
  },
  aws_cloudwatch_metric_alarm: {
    family: "management",
    glyph: "alarm",
    title: "CloudWatch alarm",
    together: "CloudWatch alarms",
    facts: ({ alarm_name: name }) => [shortName(name)],
  },
  aws_cloudwatch_dashboard: { family: "management", glyph: "chart", title: "Dashboard" },
  aws_sns_topic: {
    family: "management",
    glyph: "bell",
    title: "Alerts (SNS)",
    facts: (_, { stack }) =>
      stack
        .ofType("aws_sns_topic_subscription")
        .map(({ attributes }) => `to ${text(attributes.protocol) ?? "subscribers"}`),
  },
  aws_budgets_budget: {
    family: "management",
    glyph: "chart",
    title: "Budget",
    facts: ({ limit_amount: limit }) => [`$${Number(limit).toFixed(0)} a month`],
  },
  aws_kms_key: {
    family: "security",
    glyph: "key",
    title: "KMS key",
    together: "KMS keys",
    facts: (_, { resource, stack }) => {
      const encrypted = encryptedBy(resource, stack);
      return encrypted.length > 0 ? ["encrypts", ...encrypted] : [];
    },
  },
  aws_wafv2_web_acl: {
    family: "security",
    glyph: "shield",
    title: "Web ACL (WAF)",
    facts: ({ rule }) => blocks(rule).map(({ name }) => text(name)),
  },
  aws_backup_vault: {
    family: "storage",
    glyph: "archive",
    title: "Backup vault",
    facts: (_, { resource, stack }) => vaultFacts(resource, stack),
  },
  aws_db_instance_automated_backups_replication: {
    family: "database",
    glyph: "cylinder",
    title: "Copies of the database",
    facts: ({ retention_period: days }) => [`any moment of ${text(days)} days`],
  },
  aws_efs_replication_configuration: {
    family: "storage",
    glyph: "folder",
    title: "Copy of the file system",
    facts: () => ["read-only"],
    copiesTo: ({ destination }) => block(destination).region,
  },
  aws_ecr_replication_configuration: {
    family: "compute",
    glyph: "images",
    title: "Copies of the images",
    copiesTo: ({ replication_configuration: replication }) =>
      block(block(block(replication).rule).destination).region,
  },
  aws_s3_bucket: {
    family: "storage",
    glyph: "bucket",
    title: "S3 bucket",
    facts: (_, { resource }) => [resource.module.replaceAll("_", " ")],
  },
  aws_dynamodb_table: { family: "database", glyph: "cylinder", title: "DynamoDB table" },
  aws_route53_zone: { family: "network", glyph: "globe", title: "DNS zone" },
  aws_cloudfront_distribution: { family: "network", glyph: "globe", title: "CloudFront" },
};

/** A card for what no type above could take in. */
export const unknownKind: Kind = { family: "management", glyph: "box", title: "" };

/**
 * The title of a card: what runs tasks is called as the component whose construct makes it, all others
 * after their type.
 */
export function titleOf(resources: readonly Resource[]): string {
  const { type, module } = resources[0]!;
  const { title, together } = kinds[type] ?? unknownKind;
  const component = components.find((one) => one.module === module);
  const runsTasks = type === "aws_ecs_service" || type === "aws_ecs_task_definition";
  if (runsTasks && component) return capital(component.title);
  return (resources.length > 1 && together) || title || capital(typeInWords(type));
}

/** A text with a capital letter at its start. */
export const capital = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** `aws_lb_target_group` as people say it: `target group`; more than one: `2 target groups`. */
export function typeInWords(type: string, number = 1): string {
  const words = (spoken[type] ?? type.replace(/^[a-z]+_/, "").replaceAll("_", " ")).trim();
  if (number === 1) return words;
  return `${number} ${words.endsWith("y") ? `${words.slice(0, -1)}ies` : words.endsWith("s") ? words : `${words}s`}`;
}

const spoken: Readonly<Record<string, string>> = {
  aws_appautoscaling_policy: "scaling policy",
  aws_appautoscaling_target: "scaling target",
  aws_cloudwatch_log_group: "log group",
  aws_cloudwatch_metric_alarm: "alarm",
  aws_db_parameter_group: "parameter group",
  aws_db_subnet_group: "subnet group",
  aws_ecr_lifecycle_policy: "lifecycle policy",
  aws_ecr_repository: "repository",
  aws_ecs_cluster_capacity_providers: "capacity provider setting",
  aws_ecs_task_definition: "task definition",
  aws_efs_access_point: "access point",
  aws_efs_backup_policy: "backup policy",
  aws_efs_file_system_policy: "file system policy",
  aws_eip: "Elastic IP",
  aws_iam_role: "IAM role",
  aws_iam_role_policy: "IAM policy",
  aws_iam_role_policy_attachment: "IAM policy attachment",
  aws_lb_listener: "listener",
  aws_lb_listener_rule: "listener rule",
  aws_lb_target_group: "target group",
  aws_secretsmanager_secret: "secret",
  aws_secretsmanager_secret_version: "secret version",
  aws_sns_topic_subscription: "subscription",
  aws_ssm_parameter: "parameter",
  random_password: "random password",
};

/** The task definition that a service runs; of a task definition itself. */
export function taskDefinitionOf(resource: Resource, stack: Stack): Resource | undefined {
  if (resource.type === "aws_ecs_task_definition") return resource;
  return stack
    .references(resource.attributes.task_definition)
    .find(({ type }) => type === "aws_ecs_task_definition");
}

/** CPU units in a vCPU. */
const CPU_UNITS = 1024;
const MIB_IN_GIB = 1024;

function taskSize(definition: Resource | undefined, stack: Stack): string | undefined {
  if (definition === undefined) return undefined;
  const { cpu, memory } = definition.attributes;
  const number = (value: unknown) => Number(stack.evaluate(value));
  return `${number(cpu) / CPU_UNITS} vCPU, ${number(memory) / MIB_IN_GIB} GiB`;
}

/** What a key encrypts, by the titles of cards. */
function encryptedBy(key: Resource, stack: Stack): string[] {
  const titles = stack
    .referrersOf(key)
    .filter(({ type }) => type in kinds)
    .map(({ type }) => kinds[type]!.together ?? kinds[type]!.title);
  return [...new Set(titles)];
}

/** What a vault keeps, and for how long. */
function vaultFacts(vault: Resource, stack: Stack): string[] {
  const rules = stack
    .ofType("aws_backup_plan")
    .flatMap(({ attributes }) => blocks(attributes.rule))
    .filter(({ target_vault_name: name }) => stack.references(name).includes(vault));
  const isLocked = stack
    .referrersOf(vault)
    .some(({ type }) => type === "aws_backup_vault_lock_configuration");
  return [
    ...rules.map(
      ({ rule_name: name, lifecycle }) =>
        `${text(name)}, kept ${text(block(lifecycle).delete_after)} days`,
    ),
    ...(isLocked ? ["locked"] : []),
  ];
}

/** `/ecs/dev/plue-web-app` is `web-app`; what is not a task's is named by its service. */
function logName(name: string): string {
  if (name.startsWith("aws-waf-logs-")) return "WAF";
  const [, service, ...rest] = name.split("/");
  if (service === "aws" && rest[0] === "vpc") return "flow logs";
  return (rest.at(-1) ?? "").replace(/^plue-/, "");
}

/** A name without the environment and the product, which all names begin with. */
function shortName(name: unknown): string | undefined {
  return text(name)?.replace(/^[a-z0-9]+-plue-/, "");
}
