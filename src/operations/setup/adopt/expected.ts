/** Something of the old project that its adoption removes or replaces. */
export interface AllowedLoss {
  /** Terraform resource type. */
  readonly type: string;
  /** Which names of that type. @default all */
  readonly name?: RegExp;
  /** What may be done to it. */
  readonly action: "replaced" | "destroyed";
  /** The attributes that may cause it; only for what is replaced. */
  readonly because?: readonly string[];
  /** Why nothing is lost that matters. */
  readonly reason: string;
}

/**
 * All that a plan on a state of the old project may replace or destroy. Whatever else a plan means
 * to take away, a person must look at.
 */
export const allowedLosses: readonly AllowedLoss[] = [
  {
    type: "aws_security_group_rule",
    name: /_egress$/,
    action: "destroyed",
    reason:
      "allowed the database and the file system to connect to any address, and they connect to none",
  },
  {
    type: "aws_iam_role_policy_attachment",
    name: /^task_execution$/,
    action: "destroyed",
    reason: "let tasks pull every image and write every log; an inline policy names their own",
  },
  {
    type: "aws_appautoscaling_target",
    action: "replaced",
    because: ["resource_id"],
    reason: "named the cluster by its ARN and so never scaled; holds two bounds only",
  },
  {
    type: "aws_appautoscaling_policy",
    action: "replaced",
    because: ["resource_id"],
    reason: "belongs to the target that named the wrong cluster",
  },
  {
    type: "aws_ecs_task_definition",
    action: "replaced",
    because: ["container_definitions", "volume", "execution_role_arn", "task_role_arn"],
    reason: "a task definition is only ever revised; running tasks keep their revision",
  },
  {
    type: "aws_secretsmanager_secret_version",
    action: "replaced",
    because: ["secret_string", "secret_string_wo_version"],
    reason: "the old content stays current until the new one is there",
  },
  {
    type: "aws_ecr_lifecycle_policy",
    action: "replaced",
    because: ["policy"],
    reason: "the same rule in other words; no image is touched",
  },
];

/** Why an attribute of a live object changes in place: by type, `*` for every type. */
export const explainedChanges: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "*": {
    tags: "tags that every object has now come from the provider, once",
    tags_all: "objects without tags get those that every object has",
  },
  aws_cloudwatch_log_group: { retention_in_days: "dev keeps logs shorter, production longer" },
  aws_cloudwatch_metric_alarm: {
    alarm_description: "says what is wrong, for the reader of the e-mail",
    alarm_actions: "an e-mail is sent when the alarm goes off",
    ok_actions: "an e-mail is sent when the alarm ends",
    dimensions: "names the database under which the metric is filed",
    period: "as the other alarms on targets",
    evaluation_periods: "as the other alarms on targets",
    threshold: "as the other alarms on targets",
    comparison_operator: "as the other alarms on targets",
    statistic: "as the other alarms on targets",
    treat_missing_data: "missing data do not change the state of the alarm",
  },
  aws_db_instance: {
    apply_immediately: "dev does not wait for the maintenance window",
    copy_tags_to_snapshot: "snapshots get the tags of the database",
    deletion_protection: "follows its variable",
    enabled_cloudwatch_logs_exports: "PostgreSQL's log goes to CloudWatch",
    final_snapshot_identifier: "a name that is the same in every plan",
    monitoring_interval: "Enhanced Monitoring in production",
    monitoring_role_arn: "Enhanced Monitoring in production",
    parameter_group_name: "a group of its own: slow statements and schema changes are logged",
    vpc_security_group_ids: "the same group, which changes itself",
  },
  aws_ecr_repository: { force_delete: "dev can be destroyed with images in it" },
  aws_ecs_service: {
    alarms: "a deployment that raises an alarm is rolled back",
    availability_zone_rebalancing: "tasks spread over the zones again after a failure",
    deployment_circuit_breaker: "a failed deployment is rolled back",
    deployment_controller: "AWS's default, written down in the settings now",
    enable_ecs_managed_tags: "tasks get tags, by which costs can be told apart",
    enable_execute_command: "ECS Exec can open a shell in dev's tasks",
    force_new_deployment: "capacity can change in place",
    health_check_grace_period_seconds: "a starting task is not replaced for failing health checks",
    load_balancer: "the same target group, by way of the proxy in the task",
    network_configuration: "the same subnets, and a group that accepts the load balancer only",
    task_definition: "the new revision",
  },
  aws_iam_role: { assume_role_policy: "AWS's services may use the role for this account only" },
  aws_iam_role_policy: { policy: "names the resources that the role needs, no others" },
  aws_lb: {
    drop_invalid_header_fields: "requests with invalid headers are refused",
    enable_deletion_protection: "follows its variable",
  },
  aws_lb_listener: {
    ssl_policy: "TLS 1.2 and 1.3 only",
    default_action: "HTTP is redirected",
  },
  aws_lb_listener_rule: { condition: "/api itself goes to the API too" },
  aws_lb_target_group: { health_check: "as the settings say" },
  aws_secretsmanager_secret: {
    recovery_window_in_days: "dev's names are free at once after a destroy",
  },
  aws_security_group: {
    ingress: "allows the connections that the stack needs, no others",
    egress: "allows the connections that the stack needs, no others",
  },
  aws_security_group_rule: { description: "says what it is for" },
  aws_sns_topic_subscription: { endpoint: "follows its variable" },
};
