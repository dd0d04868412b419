import type { Attributes, Template } from "./template";

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
  readonly facts?: (attributes: Attributes, template: Template) => readonly (string | undefined)[];
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;

/** Every type with a card. What is of another type is folded into one of these. */
export const kinds: Readonly<Record<string, Kind>> = {
  aws_internet_gateway: { family: "network", glyph: "gateway", title: "Internet gateway" },
  aws_nat_gateway: { family: "network", glyph: "swap", title: "NAT gateway" },
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
    facts: ({ load_balancer_type: type, internal }) => [
      [text(type), internal === true ? "internal" : "public"].filter(Boolean).join(", "),
    ],
  },
  aws_ecs_service: { family: "compute", glyph: "stack", title: "ECS service" },
  aws_ecs_task_definition: { family: "compute", glyph: "play", title: "Task" },
  aws_db_instance: {
    family: "database",
    glyph: "cylinder",
    title: "Database",
    facts: (database, template) => [
      `${database.engine === "postgres" ? "PostgreSQL" : (text(database.engine) ?? "")} ${text(template.evaluate(database.engine_version)) ?? ""}`.trim(),
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
  aws_elasticache_replication_group: { family: "database", glyph: "stack", title: "Cache" },
  aws_elasticache_serverless_cache: { family: "database", glyph: "stack", title: "Cache" },
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
    facts: ({ name }) => [shortName(name)],
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
    facts: (_, template) =>
      template
        .ofType("aws_sns_topic_subscription")
        .map(({ attributes }) => `to ${text(attributes.protocol) ?? "subscribers"}`),
  },
  aws_budgets_budget: { family: "management", glyph: "chart", title: "Budget" },
  aws_kms_key: { family: "security", glyph: "key", title: "KMS key", together: "KMS keys" },
  aws_wafv2_web_acl: { family: "security", glyph: "shield", title: "Web ACL (WAF)" },
  aws_backup_vault: { family: "storage", glyph: "archive", title: "Backup vault" },
  aws_backup_plan: { family: "storage", glyph: "archive", title: "Backup plan" },
  aws_s3_bucket: { family: "storage", glyph: "bucket", title: "S3 bucket" },
  aws_dynamodb_table: { family: "database", glyph: "cylinder", title: "DynamoDB table" },
  aws_route53_zone: { family: "network", glyph: "globe", title: "DNS zone" },
  aws_cloudfront_distribution: { family: "network", glyph: "globe", title: "CloudFront" },
};

/** A card for what no type above could take in. */
export const unknownKind: Kind = { family: "management", glyph: "box", title: "" };

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

/** `/ecs/dev/plue-web-app` is `web-app`; what is not a task's is named by its service. */
function logName(name: string): string {
  const [, service, ...rest] = name.split("/");
  if (service === "aws" && rest[0] === "vpc") return "flow logs";
  return (rest.at(-1) ?? "").replace(/^plue-/, "");
}

/** A name without the environment and the product, which all names begin with. */
function shortName(name: unknown): string | undefined {
  return text(name)?.replace(/^[a-z0-9]+-plue-/, "");
}
