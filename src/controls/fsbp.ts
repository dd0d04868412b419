import type { Statement } from "../iam";
import { blocks } from "../terraform/stack";
import {
  atLeast,
  eachAllowed,
  eachContainer,
  exists,
  has,
  hasBackups,
  hasEndpoint,
  insights,
  is,
  isScanned,
  openPorts,
  opensOnlyWeb,
  outside,
  redirects,
  referredBy,
  statements,
  controlsOf,
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
    ...controlsOf("aws_acm_certificate", {
      "ACM.1": ["certificates are renewed", is("validation_method", "DNS")],
      "ACM.2": ["RSA keys of 2048 bits", is("key_algorithm", undefined)],
    }),
    ...controlsOf("aws_backup_vault", {
      // AWS Backup encrypts each vault; without a key of yours by its own.
      "Backup.1": ["encrypted recovery points", () => true],
    }),
    ...controlsOf("aws_default_security_group", {
      "EC2.2": [
        "default security group without rules",
        ({ ingress, egress }) => blocks(ingress).length + blocks(egress).length === 0,
      ],
    }),
    ...controlsOf("aws_vpc", {
      "EC2.6": ["flow logs", referredBy("aws_flow_log")],
      "EC2.10": ["interface endpoint for EC2", hasEndpoint("ec2"), notCalled],
      "EC2.55": ["interface endpoint for ECR's API", hasEndpoint("ecr.api"), throughNat],
      "EC2.56": ["interface endpoint for images", hasEndpoint("ecr.dkr"), throughNat],
      "EC2.57": ["interface endpoint for SSM", hasEndpoint("ssm"), notCalled],
      "EC2.58": [
        "interface endpoint for Incident Manager's contacts",
        hasEndpoint("ssm-contacts"),
        notCalled,
      ],
      "EC2.60": [
        "interface endpoint for Incident Manager",
        hasEndpoint("ssm-incidents"),
        notCalled,
      ],
    }),
    ...controlsOf("aws_subnet", {
      "EC2.15": [
        "subnets give no public address",
        is("map_public_ip_on_launch", false),
        why.publicSubnets,
      ],
    }),
    ...controlsOf("aws_security_group", {
      "EC2.18": ["only authorized ports are open to any address", opensOnlyWeb],
      "EC2.19": [
        "no port with high risk is open",
        (values) => openPorts(values).every((port) => !highRisk.includes(port)),
      ],
    }),
    ...controlsOf("aws_ecr_repository", {
      "ECR.1": ["images are scanned", isScanned, why.scanOnPush],
      "ECR.2": ["immutable tags", is("image_tag_mutability", "IMMUTABLE"), why.immutableTags],
      "ECR.3": ["lifecycle policy", referredBy("aws_ecr_lifecycle_policy")],
    }),
    ...controlsOf("aws_ecs_task_definition", {
      "ECS.1": ["secure network mode", is("network_mode", "awsvpc")],
      "ECS.3": ["own process namespace", is("pid_mode", undefined)],
      "ECS.4": ["no privileged container", eachContainer(({ privileged }) => privileged !== true)],
      "ECS.5": [
        "read-only root file systems",
        eachContainer(({ readonlyRootFilesystem }) => readonlyRootFilesystem === true),
        why.exec,
      ],
      "ECS.8": [
        "no secret in the environment",
        eachContainer(({ environment = [] }) =>
          environment.every(({ name = "" }) => !/SECRET|PASSWORD|TOKEN|ACCESS_KEY/.test(name)),
        ),
      ],
      "ECS.9": ["logs", eachContainer(({ logConfiguration }) => logConfiguration !== undefined)],
      "ECS.17": ["not the host's network", is("network_mode", "awsvpc")],
      "ECS.18": [
        "encrypted transit to EFS",
        ({ volume }) =>
          blocks(volume).every(
            ({ efs_volume_configuration: efs }) =>
              efs === undefined || blocks(efs)[0]?.transit_encryption === "ENABLED",
          ),
      ],
      "ECS.20": [
        "no container runs as root",
        eachContainer(({ user = "0" }) => !/^(0|root)(:|$)/.test(user)),
      ],
      "ECS.21": [
        "no administrator on Windows",
        ({ runtime_platform: platform }) => !JSON.stringify(platform ?? "").includes("WINDOWS"),
      ],
    }),
    ...controlsOf("aws_ecs_service", {
      "ECS.2": [
        "no public address",
        ({ network_configuration: network }) => blocks(network)[0]?.assign_public_ip === false,
      ],
      "ECS.10": ["latest platform version", is("platform_version", undefined, "LATEST")],
    }),
    ...controlsOf("aws_ecs_cluster", {
      "ECS.12": ["Container Insights", insights("enabled", "enhanced"), why.insights],
    }),
    ...controlsOf("aws_efs_file_system", {
      "EFS.1": ["encrypted with KMS", is("encrypted", true)],
      "EFS.2": ["in a backup plan", hasBackups, why.storageBackups],
      "EFS.7": ["automatic backups", referredBy("aws_efs_backup_policy"), why.storageBackups],
      "EFS.8": ["encrypted", is("encrypted", true)],
    }),
    ...controlsOf("aws_efs_access_point", {
      "EFS.3": [
        "access points have a root directory",
        ({ root_directory: root }) => !["/", undefined].includes(blocks(root)[0]?.path as string),
      ],
      "EFS.4": ["access points have a user", has("posix_user")],
    }),
    ...controlsOf("aws_efs_mount_target", {
      "EFS.6": ["private mount targets", inPrivateSubnets("subnet_id")],
    }),
    ...controlsOf("aws_elasticache_replication_group", {
      "ElastiCache.1": [
        "backups",
        atLeast("snapshot_retention_limit", 1),
        {
          reason: "All data of the cache is also elsewhere.",
          price: "$0.085 a month for each GB: `cache.snapshotRetentionDays`.",
        },
      ],
      "ElastiCache.2": [
        "minor versions by themselves",
        is("auto_minor_version_upgrade", undefined, true, "true"),
      ],
      "ElastiCache.3": [
        "automatic failover",
        is("automatic_failover_enabled", true),
        { reason: "There is one node.", price: "The price of another node: `cache.replicas`." },
      ],
      "ElastiCache.4": ["encrypted", is("at_rest_encryption_enabled", true, "true")],
      "ElastiCache.5": ["TLS", is("transit_encryption_enabled", true)],
      "ElastiCache.6": ["login", has("user_group_ids")],
      "ElastiCache.7": ["own subnets", has("subnet_group_name")],
    }),
    ...controlsOf("aws_lb_listener", {
      "ELB.1": ["HTTP is redirected", redirects, why.https],
      "ELB.17": [
        "recommended TLS policy",
        ({ protocol, ssl_policy: policy }) =>
          protocol !== "HTTPS" || String(policy).startsWith("ELBSecurityPolicy-TLS13-1-"),
      ],
      "ELB.18": ["TLS only", is("protocol", "HTTPS"), why.http],
    }),
    ...controlsOf("aws_lb", {
      "ELB.4": ["drops invalid headers", is("drop_invalid_header_fields", true)],
      "ELB.5": ["access logs", has("access_logs"), why.accessLogs],
      "ELB.6": [
        "deletion protection",
        is("enable_deletion_protection", true),
        {
          reason: why.deletionProtection.reason,
          settings: ["loadBalancer.deletionProtection=true"],
        },
      ],
      "ELB.12": [
        "desync mitigation",
        is("desync_mitigation_mode", undefined, "defensive", "strictest"),
      ],
      "ELB.13": ["several zones", ({ subnets }) => list(subnets).length > 1],
    }),
    ...controlsOf("aws_lb_target_group", {
      "ELB.21": [
        "health checks by TLS",
        ({ health_check: check }) => blocks(check)[0]?.protocol === "HTTPS",
        why.tlsToTasks,
      ],
      "ELB.22": ["TLS to targets", is("protocol", "HTTPS"), why.tlsToTasks],
    }),
    ...controlsOf("aws_iam_role_policy", {
      "IAM.1": [
        "no policy allows everything",
        eachAllowed(
          ({ Action, Resource }) => !(list(Action).includes("*") && list(Resource).includes("*")),
        ),
      ],
      "IAM.21": [
        "no wildcard for a whole service",
        eachAllowed(({ Action }) => list(Action).every((action) => !/^([\w-]+:)?\*$/.test(action))),
      ],
      "KMS.2": [
        "no inline policy decrypts with every key",
        eachAllowed((statement) => !decryptsAll(statement)),
      ],
    }),
    ...controlsOf("aws_kms_key", {
      "KMS.5": ["no public key", eachAllowed((statement) => !isPublic(statement))],
    }),
    ...controlsOf("aws_db_instance", {
      "RDS.2": ["not public", is("publicly_accessible", false)],
      "RDS.3": ["encrypted", is("storage_encrypted", true)],
      "RDS.5": ["several zones", is("multi_az", true), why.multiAz],
      "RDS.6": ["enhanced monitoring", atLeast("monitoring_interval", 1), why.monitoring],
      "RDS.8": ["deletion protection", is("deletion_protection", true), why.deletionProtection],
      "RDS.9": ["logs: postgresql and upgrade", logs("postgresql", "upgrade")],
      "RDS.10": [
        "IAM authentication",
        is("iam_database_authentication_enabled", true),
        why.iamAuthentication,
      ],
      "RDS.11": [
        "backups of seven days",
        atLeast("backup_retention_period", 7),
        {
          reason: "The data of this environment can be created again.",
          settings: ["database.backupRetentionDays=7"],
        },
      ],
      "RDS.13": ["minor versions by themselves", is("auto_minor_version_upgrade", true)],
      "RDS.17": ["tags on snapshots", is("copy_tags_to_snapshot", true)],
      "RDS.21": [
        "subscription to events of the parameter group",
        subscribed("db-parameter-group"),
        why.notify,
      ],
      "RDS.22": [
        "subscription to events of the security group",
        subscribed("db-security-group"),
        why.notify,
      ],
      "RDS.23": [
        "not the default port",
        ({ port }) => Number(port) !== 5432,
        {
          reason:
            "Another port protects nothing: only the API server and the migration task can open a connection, and the secret contains the port.",
          price: "A change of this project, and a restart of the database.",
        },
      ],
      "RDS.25": [
        "own name of the administrator",
        ({ username }) => !["admin", "postgres"].includes(String(username)),
      ],
      "RDS.36": ["log of PostgreSQL", logs("postgresql")],
    }),
    ...controlsOf("aws_db_event_subscription", {
      "RDS.20": [
        "subscription to events of the instance",
        ({ source_type: type, event_categories: events }) =>
          type !== "db-instance" ||
          ["maintenance", "configuration change", "failure"].every((event) =>
            list(events).includes(event),
          ),
      ],
    }),
    ...controlsOf("aws_db_subnet_group", {
      "RDS.46": ["in private subnets", inPrivateSubnets("subnet_ids")],
    }),
    ...controlsOf("aws_s3_bucket", {
      "S3.1": ["blocks public access", isClosed],
      "S3.2": ["no public read", isClosed],
      "S3.3": ["no public write", isClosed],
      "S3.5": [
        "TLS only",
        referredBy("aws_s3_bucket_policy", ({ policy }) =>
          statements(policy).some(
            ({ Effect, Condition }) =>
              Effect === "Deny" && JSON.stringify(Condition).includes("aws:SecureTransport"),
          ),
        ),
      ],
      "S3.6": [
        "no access for other accounts",
        referredBy(
          "aws_s3_bucket_policy",
          eachAllowed(({ Principal }) => !JSON.stringify(Principal).includes("AWS")),
        ),
      ],
      "S3.8": ["blocks public access", isClosed],
      "S3.9": [
        "server access logs",
        referredBy("aws_s3_bucket_logging"),
        { reason: "The bucket is a log itself.", price: "A third bucket, and its storage." },
      ],
      "S3.12": ["no ACLs", is("acl", undefined)],
      "S3.13": ["lifecycle", referredBy("aws_s3_bucket_lifecycle_configuration")],
    }),
    ...controlsOf("aws_secretsmanager_secret", {
      "SecretsManager.1": [
        "automatic rotation",
        referredBy("aws_secretsmanager_secret_rotation"),
        why.rotation,
      ],
      "SecretsManager.4": [
        "rotated in the last 90 days",
        referredBy("aws_secretsmanager_secret_rotation"),
        why.rotation,
      ],
    }),
    ...controlsOf("aws_sns_topic_policy", {
      "SNS.4": ["no public topic", eachAllowed((one) => !isPublic(one))],
    }),
    ...controlsOf("aws_wafv2_web_acl", {
      "WAF.10": ["has rules", has("rule")],
      "WAF.12": [
        "rules have metrics",
        ({ rule }) =>
          blocks(rule).every(
            ({ visibility_config: visibility }) =>
              blocks(visibility)[0]?.cloudwatch_metrics_enabled === true,
          ),
      ],
    }),
    ...outside(account, {
      "contact, CloudTrail and Config":
        "Account.1 CloudTrail.1 CloudTrail.2 CloudTrail.4 CloudTrail.5 CloudTrail.11 Config.1",
      "EBS encryption by default": "EC2.7",
      "public access to networks and snapshots": "EC2.172 EC2.182",
      GuardDuty:
        "GuardDuty.1 GuardDuty.5 GuardDuty.6 GuardDuty.7 GuardDuty.8 GuardDuty.9 GuardDuty.10 GuardDuty.11 GuardDuty.12 GuardDuty.13",
      "users of IAM": "IAM.2 IAM.3 IAM.4 IAM.5 IAM.6 IAM.7 IAM.8",
      Inspector: "Inspector.1 Inspector.2 Inspector.3 Inspector.4",
      Macie: "Macie.1 Macie.2",
      "Automation and sharing": "SSM.6 SSM.7",
    }),
    ...outside(bootstrapped, {
      "capacity, recovery and deletion protection": "DynamoDB.1 DynamoDB.2 DynamoDB.6",
    }),
    ...outside(
      "The deletion of a key is a state, not a setting: `aws kms describe-key` shows it.",
      {
        "no key is deleted by accident": "KMS.3",
      },
    ),
    ...outside("AWS creates snapshots. They are private, and encrypted as the database is.", {
      "private and encrypted snapshots": "RDS.1 RDS.4",
    }),
    ...outside("It is about another database engine.", {
      "SQL Server and MariaDB": "RDS.40 RDS.41 RDS.42 RDS.44",
    }),
    ...outside("The last use of a secret is a state, not a setting.", {
      "no unused secrets": "SecretsManager.3",
    }),
    ...unused({
      aws_dax_cluster: ["DynamoDB Accelerator", "DynamoDB.3 DynamoDB.7"],
      aws_ebs_volume: ["volumes and snapshots of EBS", "EC2.1 EC2.3"],
      aws_instance: ["EC2 instances", "EC2.4 EC2.8 EC2.9 EC2.17 EC2.24 SSM.1 SSM.2 SSM.3"],
      aws_network_acl: ["network ACLs", "EC2.16 EC2.21"],
      aws_vpn_connection: ["VPN", "EC2.20 EC2.51 EC2.171 EC2.183"],
      aws_ec2_transit_gateway: ["transit gateways", "EC2.23"],
      aws_launch_template: ["launch templates", "EC2.25 EC2.170 EC2.181"],
      aws_spot_fleet_request: ["Spot Fleets", "EC2.173"],
      aws_network_interface: ["network interfaces", "EC2.180"],
      aws_ecs_task_set: ["task sets", "ECS.16"],
      aws_ecs_capacity_provider: ["capacity providers on EC2", "ECS.19"],
      aws_elb: ["Classic Load Balancers", "ELB.2 ELB.3 ELB.7 ELB.8 ELB.9 ELB.10 ELB.14"],
      aws_cloudwatch_event_bus: ["custom event buses", "EventBridge.3"],
      aws_iam_policy: ["managed policies that decrypt", "KMS.1"],
      aws_rds_cluster: [
        "Aurora and clusters",
        "RDS.7 RDS.12 RDS.14 RDS.15 RDS.16 RDS.19 RDS.24 RDS.27 RDS.34 RDS.35 RDS.37 RDS.45 RDS.47 RDS.48 RDS.50 RDS.51",
      ],
      aws_db_proxy: ["database proxies", "RDS.43"],
      aws_route53_zone: ["hosted zones", "Route53.2"],
      aws_s3_access_point: ["access points", "S3.19 S3.24 S3.25"],
      aws_secretsmanager_secret_rotation: ["successful rotation", "SecretsManager.2"],
      aws_ssm_document: ["documents", "SSM.4"],
      aws_wafregional_web_acl: ["WAF Classic", "WAF.1 WAF.2 WAF.3 WAF.4 WAF.6 WAF.7 WAF.8"],
    }),
  ],
};
