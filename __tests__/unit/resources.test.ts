import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Testing } from "cdktf";
import { environments } from "../../src/environments";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { isKnown } from "../../src/operations/deploy/remaining";
import { kinds } from "../../src/resources";
import type { ResourceKind } from "../../src/resources/kind";
import { GithubStack } from "../../src/stack/github-stack";
import { examples } from "../support/examples";
import { full } from "../support/full";
import { project } from "../support/plue";
import { synthesize } from "../support/stack";

const nodes: EnvironmentSettings = {
  ...full,
  cache: { kind: "nodes", nodeType: "cache.t4g.micro", replicas: 1 },
};
const github = new GithubStack(Testing.app({ stackTraces: false }), {
  repository: "acme/infra",
  environments: ["dev", "production"],
  options: true,
});
const budget = { monthlyDollars: 200, alertEmail: "a@example.com" };
const templates: { resource: object }[] = [
  ...[...environments, { ...full, budget }, nodes, ...examples.map(([, example]) => example)].map(
    (settings) => synthesize(settings).template as { resource: object },
  ),
  JSON.parse(Testing.synth(github)),
];
const types = [...new Set(templates.flatMap(({ resource }) => Object.keys(resource)))].sort();

const fields: readonly (keyof ResourceKind)[] = [
  "type",
  "words",
  "drawing",
  "cost",
  "existing",
  "remaining",
  "loses",
  "permissions",
];

test.each(types)("%s has a kind with every field", (type) => {
  const kind = kinds.get(type);
  for (const field of fields) {
    expect([field, kind?.[field]]).not.toEqual([field, undefined]);
    expect([field, kind?.[field]]).not.toEqual([field, ""]);
  }
});

/** Arguments that give an object its name. */
const naming =
  /^(name|bucket|\w*identifier|creation_token|alarm_name|dashboard_name|(user|user_group|replication_group)_id)$/;

/** Settings of a bucket, whose name is the bucket's. */
const isBucketSetting = (type: string) => type.startsWith("aws_s3_bucket_");

test("what has a fixed name is found after an interrupted apply, or creating it again is no error", () => {
  const named = types.filter((type) =>
    templates
      .flatMap(({ resource }) => Object.values((resource as Record<string, object>)[type] ?? {}))
      .some((config: object) => Object.keys(config).some((key) => naming.test(key))),
  );
  const unsearched = named.filter(
    (type) => typeof kinds.get(type)!.existing === "string" && !isBucketSetting(type),
  );
  expect(unsearched).toEqual([
    "aws_appautoscaling_policy",
    "aws_appautoscaling_scheduled_action",
    "aws_budgets_budget",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_metric_alarm",
    "aws_ecs_cluster",
    "aws_guardduty_detector_feature",
    "aws_iam_policy",
    "aws_iam_role_policy",
    "aws_route53_record",
    "aws_sns_topic",
    "aws_ssm_parameter",
  ]);
});

test("no kind is of a type that no stack has", () => {
  expect([...kinds.keys()].sort()).toEqual(types);
});

test("no beginning of an ARN hides another one", () => {
  const starts = [...kinds.values()].flatMap(({ remaining }) =>
    typeof remaining === "string" ? [] : Object.keys(remaining),
  );
  const hidden = starts.filter((start, index) =>
    starts.slice(0, index).some((earlier) => start.startsWith(earlier)),
  );
  expect(hidden).toEqual([]);
});

/** ARNs of the types, without partition, region and account. Source: the service authorization reference. */
const arns: Readonly<Record<string, string>> = {
  aws_acm_certificate: "acm:certificate/ID",
  aws_appautoscaling_target: "application-autoscaling:scalable-target/ID",
  aws_backup_plan: "backup:backup-plan:ID",
  aws_backup_restore_testing_plan: "backup:restore-testing-plan:NAME-ID",
  aws_backup_vault: "backup:backup-vault:NAME",
  aws_cloudwatch_event_rule: "events:rule/NAME",
  aws_cloudwatch_log_group: "logs:log-group:NAME",
  aws_cloudwatch_metric_alarm: "cloudwatch:alarm:NAME",
  aws_db_event_subscription: "rds:es:NAME",
  aws_db_instance: "rds:db:NAME",
  aws_db_parameter_group: "rds:pg:NAME",
  aws_db_subnet_group: "rds:subgrp:NAME",
  aws_default_security_group: "ec2:security-group/ID",
  aws_ecr_repository: "ecr:repository/NAME",
  aws_ecs_cluster: "ecs:cluster/NAME",
  aws_ecs_service: "ecs:service/CLUSTER/NAME",
  aws_ecs_task_definition: "ecs:task-definition/NAME:1",
  aws_efs_access_point: "elasticfilesystem:access-point/ID",
  aws_efs_file_system: "elasticfilesystem:file-system/ID",
  aws_eip: "ec2:elastic-ip/ID",
  "a node of a replication group": "elasticache:cluster:NAME",
  "a task of a service": "ecs:task/CLUSTER/ID",
  aws_elasticache_replication_group: "elasticache:replicationgroup:NAME",
  aws_elasticache_serverless_cache: "elasticache:serverlesscache:NAME",
  aws_elasticache_subnet_group: "elasticache:subnetgroup:NAME",
  aws_elasticache_user: "elasticache:user:NAME",
  aws_elasticache_user_group: "elasticache:usergroup:NAME",
  aws_flow_log: "ec2:vpc-flow-log/ID",
  aws_guardduty_detector: "guardduty:detector/ID",
  aws_iam_role: "iam:role/NAME",
  aws_internet_gateway: "ec2:internet-gateway/ID",
  aws_kms_key: "kms:key/ID",
  aws_lb: "elasticloadbalancing:loadbalancer/app/NAME/ID",
  aws_lb_listener: "elasticloadbalancing:listener/app/NAME/ID/ID",
  aws_lb_listener_rule: "elasticloadbalancing:listener-rule/app/NAME/ID/ID/ID",
  aws_lb_target_group: "elasticloadbalancing:targetgroup/NAME/ID",
  aws_nat_gateway: "ec2:natgateway/ID",
  aws_route_table: "ec2:route-table/ID",
  aws_s3_bucket: "s3:NAME",
  aws_secretsmanager_secret: "secretsmanager:secret:NAME",
  aws_security_group: "ec2:security-group/ID",
  aws_sns_topic: "sns:NAME",
  aws_ssm_parameter: "ssm:parameter/NAME",
  aws_subnet: "ec2:subnet/ID",
  aws_vpc: "ec2:vpc/ID",
  aws_vpc_endpoint: "ec2:vpc-endpoint/ID",
  aws_vpc_security_group_egress_rule: "ec2:security-group-rule/ID",
  aws_vpc_security_group_ingress_rule: "ec2:security-group-rule/ID",
  aws_wafv2_web_acl: "wafv2:regional/webacl/NAME/ID",
};

/** Tests whether resources of a type have tags, which a search uses, by the types of the provider. */
function isTagged(type: string): boolean {
  const folder = type.replace("aws_", "").replaceAll("_", "-");
  const file = join(project, "node_modules/@cdktf/provider-aws/lib", folder, "index.d.ts");
  return type.startsWith("aws_") && readFileSync(file, "utf8").includes("tagsAll");
}

/** No command destroys the stack `github`; a budget belongs to no region. */
const notSearched = ["aws_iam_policy", "aws_iam_openid_connect_provider", "aws_budgets_budget"];

test.each(
  types
    .filter((type) => isTagged(type) && !notSearched.includes(type))
    .concat(Object.keys(arns).filter((one) => one.startsWith("a "))),
)(
  "after a destroy, AWS itself is asked whether %s is gone: the search by tags lists it for hours",
  (type) => {
    expect(arns).toHaveProperty(type);
    const [service, ...rest] = arns[type]!.split(":");
    expect(isKnown(`arn:aws:${service}:us-east-1:123456789012:${rest.join(":")}`)).toBe(true);
  },
);
