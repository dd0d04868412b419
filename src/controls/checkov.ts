import { block } from "../terraform/stack";
import {
  has,
  is,
  openPorts,
  referredBy,
  sameAs,
  table,
  type Check,
  type Explanation,
  type Row,
  type Source,
} from "./control";
import { fsbp } from "./fsbp";
import { why } from "./explanations";

/** The version whose checks these are. */
export const checkovVersion = "3.3.30";

const never: Check = () => false;

/** Reason of findings on the bucket of the access logs. */
const ofLogs = (reason: string, price: string): Explanation => ({ reason, price });

const rows: readonly Row[] = [
  [
    "CKV_AWS_21",
    "versions of objects",
    "aws_s3_bucket",
    referredBy("aws_s3_bucket_versioning"),
    ofLogs(
      "Logs are written once and expire. Versions would keep them longer.",
      "The storage of the versions.",
    ),
  ],
  [
    "CKV_AWS_26",
    "encrypted topics",
    "aws_sns_topic",
    has("kms_master_key_id"),
    {
      ...why.customerKey,
      reason:
        "CloudWatch cannot publish to a topic under the key that AWS manages. The messages contain no secrets.",
    },
  ],
  [
    "CKV_AWS_136",
    "repositories with a key of yours",
    "aws_ecr_repository",
    ({ encryption_configuration: encryption }) => block(encryption).encryption_type === "KMS",
    why.customerKey,
  ],
  [
    "CKV_AWS_144",
    "a copy in another region",
    "aws_s3_bucket",
    referredBy("aws_s3_bucket_replication_configuration"),
    ofLogs(
      "Nobody needs access logs after the loss of a region.",
      "$0.02 for each transferred GB, and the storage of the copy.",
    ),
  ],
  [
    "CKV_AWS_145",
    "buckets with a key of yours",
    "aws_s3_bucket",
    never,
    ofLogs(
      "The load balancer can write only to buckets with the key of S3.",
      "Not possible: AWS refuses such a key.",
    ),
  ],
  [
    "CKV_AWS_149",
    "secrets with a key of yours",
    "aws_secretsmanager_secret",
    has("kms_key_id"),
    why.customerKey,
  ],
  [
    "CKV_AWS_158",
    "log groups with a key of yours",
    "aws_cloudwatch_log_group",
    has("kms_key_id"),
    why.customerKey,
  ],
  [
    "CKV_AWS_166",
    "vaults with a key of yours",
    "aws_backup_vault",
    has("kms_key_arn"),
    {
      reason:
        "A key belongs to one region. The copies in the other region use the key of AWS Backup.",
      price: "$1 a month for a key in that region.",
    },
  ],
  [
    "CKV_AWS_184",
    "file systems with a key of yours",
    "aws_efs_file_system",
    has("kms_key_id"),
    why.customerKey,
  ],
  [
    "CKV_AWS_260",
    "port 80 is closed",
    "aws_security_group",
    (values) => !openPorts(values).includes(80),
    why.http,
  ],
  [
    "CKV_AWS_338",
    "logs of a year",
    "aws_cloudwatch_log_group",
    ({ retention_in_days: days }) => Number(days) >= 365,
    why.logRetention,
  ],
  [
    "CKV_AWS_354",
    "Database Insights with a key of yours",
    "aws_db_instance",
    has("performance_insights_kms_key_id"),
    why.customerKey,
  ],
  [
    "CKV2_AWS_3",
    "GuardDuty of the organization",
    "aws_guardduty_detector",
    referredBy("aws_guardduty_organization_configuration"),
    {
      reason: "The GuardDuty administrator of an organization configures it for all accounts.",
      price: "Nothing: without an organization there is nothing to configure.",
    },
  ],
  [
    "CKV2_AWS_5",
    "each security group is used",
    "aws_security_group",
    // checkov looks for the resource that has the group. The group of the migration task is in no resource.
    (_, { address }) => address !== "aws_security_group.db_migrate",
    {
      reason: "`plue migrate` passes this group to the task that it starts.",
      price: "Nothing: the group is used.",
    },
  ],
  [
    "CKV2_AWS_18",
    "the file system is in a backup plan",
    "aws_efs_file_system",
    (_, __, stack) => stack.ofType("aws_backup_selection").length === 0,
    {
      reason: "A backup plan selects it by its tags, which checkov does not read.",
      price: "Nothing: it is in the plan.",
    },
  ],
  [
    "CKV2_AWS_20",
    "HTTP is redirected",
    "aws_lb",
    (_, lb, stack) => allRedirect(lb, stack),
    why.https,
  ],
  ["CKV2_AWS_28", "WAF", "aws_lb", referredBy("aws_wafv2_web_acl_association"), why.waf],
  [
    "CKV2_AWS_34",
    "encrypted parameters",
    "aws_ssm_parameter",
    is("type", "SecureString"),
    {
      reason: "They contain tags of images, which are not secret.",
      price: "$1 a month for a key.",
    },
  ],
  [
    "CKV2_AWS_62",
    "notifications of objects",
    "aws_s3_bucket",
    referredBy("aws_s3_bucket_notification"),
    ofLogs("Nobody needs a notification for each log file.", "Free of charge."),
  ],
  [
    "CKV2_AWS_64",
    "keys have a policy",
    "aws_kms_key",
    has("policy"),
    {
      reason: "Without a policy AWS sets its own: IAM of the account decides.",
      price: "Nothing: the policy that AWS sets is the same.",
    },
  ],
  [
    "CKV2_AWS_69",
    "parameter rds.force_ssl",
    "aws_db_instance",
    never,
    {
      reason:
        "It is 1 by default from PostgreSQL 15. A plan would show a change if the default were set.",
      price: "Nothing: TLS is required already.",
    },
  ],
  [
    "CKV2_AWS_76",
    "rules against Log4j and anonymous addresses",
    "aws_lb",
    (_, lb, stack) => !referredBy("aws_wafv2_web_acl_association")(_, lb, stack),
    {
      reason:
        "The rules against Log4j are in `known-bad-inputs`. Those against anonymous addresses would block users of a VPN.",
      price: "$1 a month for the rule group against anonymous addresses.",
    },
  ],
];

/** Tests that a listener uses TLS, or redirects to one that does. */
function redirects(...[{ protocol, default_action: action }]: Parameters<Check>): boolean {
  return protocol === "HTTPS" || block(action).type === "redirect";
}

/** Tests every listener of a load balancer. */
function allRedirect(...[lb, stack]: [Parameters<Check>[1], Parameters<Check>[2]]): boolean {
  return stack
    .referrersOf(lb)
    .filter(({ type }) => type === "aws_lb_listener")
    .every((listener) => redirects(listener.values, listener, stack));
}

/** Each check of checkov that a stack of this project fails. All others pass in every stack. */
export const checkov: Source = {
  name: `checkov ${checkovVersion}`,
  url: "https://www.checkov.io",
  controls: [
    ...sameAs(fsbp, {
      CKV_AWS_2: "ELB.1",
      CKV_AWS_18: "S3.9",
      CKV_AWS_51: "ECR.2",
      CKV_AWS_65: "ECS.12",
      CKV_AWS_91: "ELB.5",
      CKV_AWS_103: "ELB.1",
      CKV_AWS_118: "RDS.6",
      CKV_AWS_130: "EC2.15",
      CKV_AWS_150: "ELB.6",
      CKV_AWS_157: "RDS.5",
      CKV_AWS_161: "RDS.10",
      CKV_AWS_163: "ECR.1",
      CKV_AWS_293: "RDS.8",
      CKV_AWS_378: "ELB.22",
      CKV2_AWS_57: "SecretsManager.1",
    }),
    ...table(...rows),
  ],
};
