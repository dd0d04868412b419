import type { Rule } from "./charges";
import { computeRules } from "./compute";
import { dataRules } from "./data";
import { monitoringRules } from "./monitoring";
import { networkRules } from "./network";

/** What costs money, by type of resource. */
export const rules: Readonly<Record<string, Rule>> = {
  ...networkRules,
  ...computeRules,
  ...dataRules,
  ...monitoringRules,
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
  aws_backup_plan: partOfAnother,
  aws_backup_selection: partOfAnother,
  aws_backup_vault_lock_configuration: partOfAnother,
  aws_backup_restore_testing_plan: "each test costs what it restores, for as long as it is there",
  aws_backup_restore_testing_selection: partOfAnother,
  aws_kms_alias: noCharge,
  aws_elasticache_subnet_group: noCharge,
  aws_elasticache_parameter_group: noCharge,
  aws_elasticache_user: noCharge,
  aws_elasticache_user_group: noCharge,
  aws_cloudwatch_event_rule: "events of AWS's own services are free of charge",
  aws_cloudwatch_event_target: partOfAnother,
  aws_budgets_budget: "a budget that only tells is free of charge",
  random_password: "Terraform's own",
  terraform_data: "Terraform's own",
};
