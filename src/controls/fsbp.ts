import type { Statement } from "../iam";
import { blocks } from "../terraform/stack";
import {
  eachAllowed,
  eachContainer,
  exists,
  has,
  hasBackups,
  is,
  openPorts,
  outside,
  referredBy,
  statements,
  table,
  unused,
  type Check,
  type Source,
} from "./control";
import { why } from "./explanations";

const list = (value: unknown) => (Array.isArray(value) ? (value as string[]) : [value as string]);

const isPublic = ({ Principal, Condition }: Statement) =>
  Condition === undefined && JSON.stringify(Principal ?? "").includes('"*"');

const decryptsAll = ({ Action, Resource, Condition }: Statement) =>
  Condition === undefined &&
  list(Resource).includes("*") &&
  list(Action).some((action) => /^(\*|kms:(\*|Decrypt|ReEncryptFrom))$/.test(action));

const isClosed = referredBy("aws_s3_bucket_public_access_block", (values) =>
  [
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
  ].every((argument) => values[argument] === true),
);

/** Tests that the subnets of an argument give no public address. */
const inPrivateSubnets =
  (argument: string): Check =>
  (values, _, stack) =>
    stack
      .references(values[argument])
      .every((subnet) => subnet.values.map_public_ip_on_launch === false);

const hasEndpoint = (service: string) =>
  exists("aws_vpc_endpoint", ({ service_name: name }) => String(name).endsWith(`.${service}`));

/** Source of the price: "AWS PrivateLink pricing", us-east-1, $0.01 an hour. */
const noEndpoint = (reason: string) => ({
  reason,
  price: "$7.30 a month for each zone.",
});
const throughNat = noEndpoint("Tasks reach ECR through the NAT gateway, by TLS.");
const notCalled = noEndpoint("Nothing in the VPC calls this service.");

const account = "It is a setting of the account, not of an environment.";
const bootstrapped =
  "The table of the state's lock is created by `plue bootstrap`, not by the stack.";

/** Ports with high risk. Source: EC2.19. */
const highRisk = [
  ...[20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500],
  ...[5601, 8080, 8088, 8888, 9200, 9300],
];

const logs =
  (...names: readonly string[]): Check =>
  ({ enabled_cloudwatch_logs_exports: exported }) =>
    names.every((name) => list(exported).includes(name));

const subscribed = (sourceType: string): Check =>
  exists("aws_db_event_subscription", is("source_type", sourceType));

/**
 * AWS Foundational Security Best Practices: the controls for services that the stacks use, and for the
 * account.
 */
export const fsbp: Source = {
  name: "AWS Foundational Security Best Practices",
  url: "https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html",
  controls: [
    ...outside(
      account,
      "contact, CloudTrail and Config",
      "Account.1 CloudTrail.1 CloudTrail.2 CloudTrail.4 CloudTrail.5 CloudTrail.11 Config.1",
    ),
    ...table(
      ["ACM.1", "certificates are renewed", "aws_acm_certificate", is("validation_method", "DNS")],
      ["ACM.2", "RSA keys of 2048 bits", "aws_acm_certificate", is("key_algorithm", undefined)],
      // AWS Backup encrypts each vault; without a key of yours by its own.
      ["Backup.1", "encrypted recovery points", "aws_backup_vault", () => true],
    ),
    ...outside(
      bootstrapped,
      "capacity, recovery and deletion protection",
      "DynamoDB.1 DynamoDB.2 DynamoDB.6",
    ),
    ...unused("aws_dax_cluster", "DynamoDB Accelerator", "DynamoDB.3 DynamoDB.7"),
    ...unused("aws_ebs_volume", "volumes and snapshots of EBS", "EC2.1 EC2.3"),
    ...table(
      [
        "EC2.2",
        "default security group without rules",
        "aws_default_security_group",
        ({ ingress, egress }) => blocks(ingress).length + blocks(egress).length === 0,
      ],
      ["EC2.6", "flow logs", "aws_vpc", referredBy("aws_flow_log")],
    ),
    ...outside(account, "EBS encryption by default", "EC2.7"),
    ...unused("aws_instance", "EC2 instances", "EC2.4 EC2.8 EC2.9 EC2.17 EC2.24 SSM.1 SSM.2 SSM.3"),
    ...table(
      ["EC2.10", "interface endpoint for EC2", "aws_vpc", hasEndpoint("ec2"), notCalled],
      [
        "EC2.15",
        "subnets give no public address",
        "aws_subnet",
        is("map_public_ip_on_launch", false),
        why.publicSubnets,
      ],
      [
        "EC2.18",
        "only authorized ports are open to any address",
        "aws_security_group",
        (values) => openPorts(values).every((port) => [80, 443].includes(port)),
      ],
      [
        "EC2.19",
        "no port with high risk is open",
        "aws_security_group",
        (values) => openPorts(values).every((port) => !highRisk.includes(port)),
      ],
      ["EC2.55", "interface endpoint for ECR's API", "aws_vpc", hasEndpoint("ecr.api"), throughNat],
      ["EC2.56", "interface endpoint for images", "aws_vpc", hasEndpoint("ecr.dkr"), throughNat],
      ["EC2.57", "interface endpoint for SSM", "aws_vpc", hasEndpoint("ssm"), notCalled],
      [
        "EC2.58",
        "interface endpoint for Incident Manager's contacts",
        "aws_vpc",
        hasEndpoint("ssm-contacts"),
        notCalled,
      ],
      [
        "EC2.60",
        "interface endpoint for Incident Manager",
        "aws_vpc",
        hasEndpoint("ssm-incidents"),
        notCalled,
      ],
    ),
    ...unused("aws_network_acl", "network ACLs", "EC2.16 EC2.21"),
    ...unused("aws_vpn_connection", "VPN", "EC2.20 EC2.51 EC2.171 EC2.183"),
    ...unused("aws_ec2_transit_gateway", "transit gateways", "EC2.23"),
    ...unused("aws_launch_template", "launch templates", "EC2.25 EC2.170 EC2.181"),
    ...outside(account, "public access to networks and snapshots", "EC2.172 EC2.182"),
    ...unused("aws_spot_fleet_request", "Spot Fleets", "EC2.173"),
    ...unused("aws_network_interface", "network interfaces", "EC2.180"),
    ...table(
      [
        "ECR.1",
        "images are scanned",
        "aws_ecr_repository",
        ({ image_scanning_configuration: scanning }) => blocks(scanning)[0]?.scan_on_push === true,
        why.scanOnPush,
      ],
      [
        "ECR.2",
        "immutable tags",
        "aws_ecr_repository",
        is("image_tag_mutability", "IMMUTABLE"),
        why.immutableTags,
      ],
      ["ECR.3", "lifecycle policy", "aws_ecr_repository", referredBy("aws_ecr_lifecycle_policy")],
      ["ECS.1", "secure network mode", "aws_ecs_task_definition", is("network_mode", "awsvpc")],
      [
        "ECS.2",
        "no public address",
        "aws_ecs_service",
        ({ network_configuration: network }) => blocks(network)[0]?.assign_public_ip === false,
      ],
      ["ECS.3", "own process namespace", "aws_ecs_task_definition", is("pid_mode", undefined)],
      [
        "ECS.4",
        "no privileged container",
        "aws_ecs_task_definition",
        eachContainer(({ privileged }) => privileged !== true),
      ],
      [
        "ECS.5",
        "read-only root file systems",
        "aws_ecs_task_definition",
        eachContainer(({ readonlyRootFilesystem }) => readonlyRootFilesystem === true),
        why.exec,
      ],
      [
        "ECS.8",
        "no secret in the environment",
        "aws_ecs_task_definition",
        eachContainer(({ environment = [] }) =>
          environment.every(({ name = "" }) => !/SECRET|PASSWORD|TOKEN|ACCESS_KEY/.test(name)),
        ),
      ],
      [
        "ECS.9",
        "logs",
        "aws_ecs_task_definition",
        eachContainer(({ logConfiguration }) => logConfiguration !== undefined),
      ],
      [
        "ECS.10",
        "latest platform version",
        "aws_ecs_service",
        is("platform_version", undefined, "LATEST"),
      ],
      [
        "ECS.12",
        "Container Insights",
        "aws_ecs_cluster",
        ({ setting }) =>
          blocks(setting).some(
            ({ name, value }) => name === "containerInsights" && value !== "disabled",
          ),
        why.insights,
      ],
      ["ECS.17", "not the host's network", "aws_ecs_task_definition", is("network_mode", "awsvpc")],
      [
        "ECS.18",
        "encrypted transit to EFS",
        "aws_ecs_task_definition",
        ({ volume }) =>
          blocks(volume).every(
            ({ efs_volume_configuration: efs }) =>
              efs === undefined || blocks(efs)[0]?.transit_encryption === "ENABLED",
          ),
      ],
      [
        "ECS.20",
        "no container runs as root",
        "aws_ecs_task_definition",
        eachContainer(({ user = "0" }) => !/^(0|root)(:|$)/.test(user)),
      ],
      [
        "ECS.21",
        "no administrator on Windows",
        "aws_ecs_task_definition",
        ({ runtime_platform: platform }) => !JSON.stringify(platform ?? "").includes("WINDOWS"),
      ],
    ),
    ...unused("aws_ecs_task_set", "task sets", "ECS.16"),
    ...unused("aws_ecs_capacity_provider", "capacity providers on EC2", "ECS.19"),
    ...table(
      ["EFS.1", "encrypted with KMS", "aws_efs_file_system", is("encrypted", true)],
      ["EFS.2", "in a backup plan", "aws_efs_file_system", hasBackups, why.storageBackups],
      [
        "EFS.3",
        "access points have a root directory",
        "aws_efs_access_point",
        ({ root_directory: root }) => !["/", undefined].includes(blocks(root)[0]?.path as string),
      ],
      ["EFS.4", "access points have a user", "aws_efs_access_point", has("posix_user")],
      ["EFS.6", "private mount targets", "aws_efs_mount_target", inPrivateSubnets("subnet_id")],
      [
        "EFS.7",
        "automatic backups",
        "aws_efs_file_system",
        referredBy("aws_efs_backup_policy"),
        why.storageBackups,
      ],
      ["EFS.8", "encrypted", "aws_efs_file_system", is("encrypted", true)],
      [
        "ElastiCache.1",
        "backups",
        "aws_elasticache_replication_group",
        ({ snapshot_retention_limit: days }) => Number(days ?? 0) > 0,
        {
          reason: "All data of the cache is also elsewhere.",
          price: "$0.085 a month for each GB: `cache.snapshotRetentionDays`.",
        },
      ],
      [
        "ElastiCache.2",
        "minor versions by themselves",
        "aws_elasticache_replication_group",
        is("auto_minor_version_upgrade", undefined, true, "true"),
      ],
      [
        "ElastiCache.3",
        "automatic failover",
        "aws_elasticache_replication_group",
        is("automatic_failover_enabled", true),
        { reason: "There is one node.", price: "The price of another node: `cache.replicas`." },
      ],
      [
        "ElastiCache.4",
        "encrypted",
        "aws_elasticache_replication_group",
        is("at_rest_encryption_enabled", true, "true"),
      ],
      [
        "ElastiCache.5",
        "TLS",
        "aws_elasticache_replication_group",
        is("transit_encryption_enabled", true),
      ],
      ["ElastiCache.6", "login", "aws_elasticache_replication_group", has("user_group_ids")],
      [
        "ElastiCache.7",
        "own subnets",
        "aws_elasticache_replication_group",
        has("subnet_group_name"),
      ],
      [
        "ELB.1",
        "HTTP is redirected",
        "aws_lb_listener",
        ({ protocol, default_action: action }) =>
          protocol !== "HTTP" || blocks(action)[0]?.type === "redirect",
        why.https,
      ],
      ["ELB.4", "drops invalid headers", "aws_lb", is("drop_invalid_header_fields", true)],
      ["ELB.5", "access logs", "aws_lb", has("access_logs"), why.accessLogs],
      [
        "ELB.6",
        "deletion protection",
        "aws_lb",
        is("enable_deletion_protection", true),
        {
          reason: why.deletionProtection.reason,
          settings: ["loadBalancer.deletionProtection=true"],
        },
      ],
      [
        "ELB.12",
        "desync mitigation",
        "aws_lb",
        is("desync_mitigation_mode", undefined, "defensive", "strictest"),
      ],
      ["ELB.13", "several zones", "aws_lb", ({ subnets }) => list(subnets).length > 1],
      [
        "ELB.17",
        "recommended TLS policy",
        "aws_lb_listener",
        ({ protocol, ssl_policy: policy }) =>
          protocol !== "HTTPS" || String(policy).startsWith("ELBSecurityPolicy-TLS13-1-"),
      ],
      ["ELB.18", "TLS only", "aws_lb_listener", is("protocol", "HTTPS"), why.http],
      [
        "ELB.21",
        "health checks by TLS",
        "aws_lb_target_group",
        ({ health_check: check }) => blocks(check)[0]?.protocol === "HTTPS",
        why.tlsToTasks,
      ],
      ["ELB.22", "TLS to targets", "aws_lb_target_group", is("protocol", "HTTPS"), why.tlsToTasks],
    ),
    ...unused("aws_elb", "Classic Load Balancers", "ELB.2 ELB.3 ELB.7 ELB.8 ELB.9 ELB.10 ELB.14"),
    ...unused("aws_cloudwatch_event_bus", "custom event buses", "EventBridge.3"),
    ...outside(
      account,
      "GuardDuty",
      "GuardDuty.1 GuardDuty.5 GuardDuty.6 GuardDuty.7 GuardDuty.8 GuardDuty.9 GuardDuty.10 GuardDuty.11 GuardDuty.12 GuardDuty.13",
    ),
    ...table([
      "IAM.1",
      "no policy allows everything",
      "aws_iam_role_policy",
      eachAllowed(
        ({ Action, Resource }) => !(list(Action).includes("*") && list(Resource).includes("*")),
      ),
    ]),
    ...outside(account, "users of IAM", "IAM.2 IAM.3 IAM.4 IAM.5 IAM.6 IAM.7 IAM.8"),
    ...table([
      "IAM.21",
      "no wildcard for a whole service",
      "aws_iam_role_policy",
      eachAllowed(({ Action }) => list(Action).every((action) => !/^([\w-]+:)?\*$/.test(action))),
    ]),
    ...outside(account, "Inspector", "Inspector.1 Inspector.2 Inspector.3 Inspector.4"),
    ...unused("aws_iam_policy", "managed policies that decrypt", "KMS.1"),
    ...table(
      [
        "KMS.2",
        "no inline policy decrypts with every key",
        "aws_iam_role_policy",
        eachAllowed((statement) => !decryptsAll(statement)),
      ],
      ["KMS.5", "no public key", "aws_kms_key", eachAllowed((statement) => !isPublic(statement))],
    ),
    ...outside(
      "The deletion of a key is a state, not a setting: `aws kms describe-key` shows it.",
      "no key is deleted by accident",
      "KMS.3",
    ),
    ...outside(account, "Macie", "Macie.1 Macie.2"),
    ...outside(
      "AWS creates snapshots. They are private, and encrypted as the database is.",
      "private and encrypted snapshots",
      "RDS.1 RDS.4",
    ),
    ...table(
      ["RDS.2", "not public", "aws_db_instance", is("publicly_accessible", false)],
      ["RDS.3", "encrypted", "aws_db_instance", is("storage_encrypted", true)],
      ["RDS.5", "several zones", "aws_db_instance", is("multi_az", true), why.multiAz],
      [
        "RDS.6",
        "enhanced monitoring",
        "aws_db_instance",
        ({ monitoring_interval: seconds }) => Number(seconds) > 0,
        why.monitoring,
      ],
      [
        "RDS.8",
        "deletion protection",
        "aws_db_instance",
        is("deletion_protection", true),
        why.deletionProtection,
      ],
      ["RDS.9", "logs: postgresql and upgrade", "aws_db_instance", logs("postgresql", "upgrade")],
      [
        "RDS.10",
        "IAM authentication",
        "aws_db_instance",
        is("iam_database_authentication_enabled", true),
        why.iamAuthentication,
      ],
      [
        "RDS.11",
        "backups of seven days",
        "aws_db_instance",
        ({ backup_retention_period: days }) => Number(days) >= 7,
        {
          reason: "The data of this environment can be created again.",
          settings: ["database.backupRetentionDays=7"],
        },
      ],
      [
        "RDS.13",
        "minor versions by themselves",
        "aws_db_instance",
        is("auto_minor_version_upgrade", true),
      ],
      ["RDS.17", "tags on snapshots", "aws_db_instance", is("copy_tags_to_snapshot", true)],
      [
        "RDS.20",
        "subscription to events of the instance",
        "aws_db_event_subscription",
        ({ source_type: type, event_categories: events }) =>
          type !== "db-instance" ||
          ["maintenance", "configuration change", "failure"].every((event) =>
            list(events).includes(event),
          ),
      ],
      [
        "RDS.21",
        "subscription to events of the parameter group",
        "aws_db_instance",
        subscribed("db-parameter-group"),
        why.notify,
      ],
      [
        "RDS.22",
        "subscription to events of the security group",
        "aws_db_instance",
        subscribed("db-security-group"),
        why.notify,
      ],
      [
        "RDS.23",
        "not the default port",
        "aws_db_instance",
        ({ port }) => Number(port) !== 5432,
        {
          reason:
            "Another port protects nothing: only the API server and the migration task can open a connection, and the secret contains the port.",
          price: "A change of this project, and a restart of the database.",
        },
      ],
      [
        "RDS.25",
        "own name of the administrator",
        "aws_db_instance",
        ({ username }) => !["admin", "postgres"].includes(String(username)),
      ],
      ["RDS.36", "log of PostgreSQL", "aws_db_instance", logs("postgresql")],
      ["RDS.46", "in private subnets", "aws_db_subnet_group", inPrivateSubnets("subnet_ids")],
    ),
    ...unused(
      "aws_rds_cluster",
      "Aurora and clusters",
      "RDS.7 RDS.12 RDS.14 RDS.15 RDS.16 RDS.19 RDS.24 RDS.27 RDS.34 RDS.35 RDS.37 RDS.45 RDS.47 RDS.48 RDS.50 RDS.51",
    ),
    ...unused("aws_db_proxy", "database proxies", "RDS.43"),
    ...outside(
      "It is about another database engine.",
      "SQL Server and MariaDB",
      "RDS.40 RDS.41 RDS.42 RDS.44",
    ),
    ...unused("aws_route53_zone", "hosted zones", "Route53.2"),
    ...table(
      ["S3.1", "blocks public access", "aws_s3_bucket", isClosed],
      ["S3.2", "no public read", "aws_s3_bucket", isClosed],
      ["S3.3", "no public write", "aws_s3_bucket", isClosed],
      [
        "S3.5",
        "TLS only",
        "aws_s3_bucket",
        referredBy("aws_s3_bucket_policy", ({ policy }) =>
          statements(policy).some(
            ({ Effect, Condition }) =>
              Effect === "Deny" && JSON.stringify(Condition).includes("aws:SecureTransport"),
          ),
        ),
      ],
      [
        "S3.6",
        "no access for other accounts",
        "aws_s3_bucket",
        referredBy(
          "aws_s3_bucket_policy",
          eachAllowed(({ Principal }) => !JSON.stringify(Principal).includes("AWS")),
        ),
      ],
      ["S3.8", "blocks public access", "aws_s3_bucket", isClosed],
      [
        "S3.9",
        "server access logs",
        "aws_s3_bucket",
        referredBy("aws_s3_bucket_logging"),
        { reason: "The bucket is a log itself.", price: "A third bucket, and its storage." },
      ],
      ["S3.12", "no ACLs", "aws_s3_bucket", is("acl", undefined)],
      ["S3.13", "lifecycle", "aws_s3_bucket", referredBy("aws_s3_bucket_lifecycle_configuration")],
    ),
    ...unused("aws_s3_access_point", "access points", "S3.19 S3.24 S3.25"),
    ...table(
      [
        "SecretsManager.1",
        "automatic rotation",
        "aws_secretsmanager_secret",
        referredBy("aws_secretsmanager_secret_rotation"),
        why.rotation,
      ],
      [
        "SecretsManager.4",
        "rotated in the last 90 days",
        "aws_secretsmanager_secret",
        referredBy("aws_secretsmanager_secret_rotation"),
        why.rotation,
      ],
      ["SNS.4", "no public topic", "aws_sns_topic_policy", eachAllowed((one) => !isPublic(one))],
    ),
    ...unused("aws_secretsmanager_secret_rotation", "successful rotation", "SecretsManager.2"),
    ...outside(
      "The last use of a secret is a state, not a setting.",
      "no unused secrets",
      "SecretsManager.3",
    ),
    ...unused("aws_ssm_document", "documents", "SSM.4"),
    ...outside(account, "Automation and sharing", "SSM.6 SSM.7"),
    ...unused(
      "aws_wafregional_web_acl",
      "WAF Classic",
      "WAF.1 WAF.2 WAF.3 WAF.4 WAF.6 WAF.7 WAF.8",
    ),
    ...table(
      ["WAF.10", "has rules", "aws_wafv2_web_acl", has("rule")],
      [
        "WAF.12",
        "rules have metrics",
        "aws_wafv2_web_acl",
        ({ rule }) =>
          blocks(rule).every(
            ({ visibility_config: visibility }) =>
              blocks(visibility)[0]?.cloudwatch_metrics_enabled === true,
          ),
      ],
    ),
  ],
};
