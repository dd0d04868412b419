import { block } from "../terraform/stack";
import {
  atLeast,
  has,
  is,
  openPorts,
  redirects,
  referredBy,
  sameAs,
  controlsOf,
  type Check,
  type Explanation,
  type Source,
} from "./control";
import { fsbp } from "./fsbp";
import { why } from "./explanations";

/** The version whose checks these are. */
export const checkovVersion = "3.3.30";

const never: Check = () => false;

/** Reason of findings on the bucket of the access logs. */
const ofLogs = (reason: string, price: string): Explanation => ({ reason, price });

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
    ...controlsOf("aws_s3_bucket", {
      CKV_AWS_21: [
        "versions of objects",
        referredBy("aws_s3_bucket_versioning"),
        ofLogs(
          "Logs are written once and expire. Versions would keep them longer.",
          "The storage of the versions.",
        ),
      ],
      CKV_AWS_144: [
        "a copy in another region",
        referredBy("aws_s3_bucket_replication_configuration"),
        ofLogs(
          "Nobody needs access logs after the loss of a region.",
          "$0.02 for each transferred GB, and the storage of the copy.",
        ),
      ],
      CKV_AWS_145: [
        "buckets with a key of yours",
        never,
        ofLogs(
          "The load balancer can write only to buckets with the key of S3.",
          "Not possible: AWS refuses such a key.",
        ),
      ],
      CKV2_AWS_62: [
        "notifications of objects",
        referredBy("aws_s3_bucket_notification"),
        ofLogs("Nobody needs a notification for each log file.", "Free of charge."),
      ],
    }),
    ...controlsOf("aws_sns_topic", {
      CKV_AWS_26: [
        "encrypted topics",
        has("kms_master_key_id"),
        {
          ...why.customerKey,
          reason:
            "CloudWatch cannot publish to a topic under the key that AWS manages. The messages contain no secrets.",
        },
      ],
    }),
    ...controlsOf("aws_ecr_repository", {
      CKV_AWS_136: [
        "repositories with a key of yours",
        ({ encryption_configuration: encryption }) => block(encryption).encryption_type === "KMS",
        why.customerKey,
      ],
    }),
    ...controlsOf("aws_secretsmanager_secret", {
      CKV_AWS_149: ["secrets with a key of yours", has("kms_key_id"), why.customerKey],
    }),
    ...controlsOf("aws_cloudwatch_log_group", {
      CKV_AWS_158: ["log groups with a key of yours", has("kms_key_id"), why.customerKey],
      CKV_AWS_338: ["logs of a year", atLeast("retention_in_days", 365), why.logRetention],
    }),
    ...controlsOf("aws_backup_vault", {
      CKV_AWS_166: [
        "vaults with a key of yours",
        has("kms_key_arn"),
        {
          reason:
            "A key belongs to one region. The copies in the other region use the key of AWS Backup.",
          price: "$1 a month for a key in that region.",
        },
      ],
    }),
    ...controlsOf("aws_efs_file_system", {
      CKV_AWS_184: ["file systems with a key of yours", has("kms_key_id"), why.customerKey],
      CKV2_AWS_18: [
        "the file system is in a backup plan",
        (_, __, stack) => stack.ofType("aws_backup_selection").length === 0,
        {
          reason: "A backup plan selects it by its tags, which checkov does not read.",
          price: "Nothing: it is in the plan.",
        },
      ],
    }),
    ...controlsOf("aws_security_group", {
      CKV_AWS_260: ["port 80 is closed", (values) => !openPorts(values).includes(80), why.http],
      CKV2_AWS_5: [
        "each security group is used", // checkov looks for the resource that has the group. The group of the migration task is in no resource.
        (_, { address }) => address !== "aws_security_group.db_migrate",
        {
          reason: "`plue migrate` passes this group to the task that it starts.",
          price: "Nothing: the group is used.",
        },
      ],
    }),
    ...controlsOf("aws_db_instance", {
      CKV_AWS_354: [
        "Database Insights with a key of yours",
        has("performance_insights_kms_key_id"),
        why.customerKey,
      ],
      CKV2_AWS_69: [
        "parameter rds.force_ssl",
        never,
        {
          reason:
            "It is 1 by default from PostgreSQL 15. A plan would show a change if the default were set.",
          price: "Nothing: TLS is required already.",
        },
      ],
    }),
    ...controlsOf("aws_guardduty_detector", {
      CKV2_AWS_3: [
        "GuardDuty of the organization",
        referredBy("aws_guardduty_organization_configuration"),
        {
          reason: "The GuardDuty administrator of an organization configures it for all accounts.",
          price: "Nothing: without an organization there is nothing to configure.",
        },
      ],
    }),
    ...controlsOf("aws_lb", {
      CKV2_AWS_20: [
        "HTTP is redirected",
        (_, lb, stack) =>
          stack
            .referrersOf(lb)
            .every(({ type, values }) => type !== "aws_lb_listener" || redirects(values)),
        why.https,
      ],
      CKV2_AWS_28: ["WAF", referredBy("aws_wafv2_web_acl_association"), why.waf],
      CKV2_AWS_76: [
        "rules against Log4j and anonymous addresses",
        (_, lb, stack) => !referredBy("aws_wafv2_web_acl_association")(_, lb, stack),
        {
          reason:
            "The rules against Log4j are in `known-bad-inputs`. Those against anonymous addresses would block users of a VPN.",
          price: "$1 a month for the rule group against anonymous addresses.",
        },
      ],
    }),
    ...controlsOf("aws_ssm_parameter", {
      CKV2_AWS_34: [
        "encrypted parameters",
        is("type", "SecureString"),
        {
          reason: "They contain tags of images, which are not secret.",
          price: "$1 a month for a key.",
        },
      ],
    }),
    ...controlsOf("aws_kms_key", {
      CKV2_AWS_64: [
        "keys have a policy",
        has("policy"),
        {
          reason: "Without a policy AWS sets its own: IAM of the account decides.",
          price: "Nothing: the policy that AWS sets is the same.",
        },
      ],
    }),
  ],
};
