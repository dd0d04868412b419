import { readFileSync } from "node:fs";
import { join } from "node:path";
import { matches } from "../../../scripts/policies/decide";
import type { Call } from "../../../scripts/policies/calls";
import { possiblyUntagged, unlimited } from "../../../scripts/policies/left-out";
import {
  allCalls,
  needsOfCalls,
  policiesFolder,
  policiesOf,
  purposes,
  type Purpose,
} from "../../../scripts/policies/make";
import { leftOutOf, needsOf } from "../../../scripts/policies/needs";
import { allows, generalized, type Policy } from "../../../scripts/policies/policy";
import { reference } from "../../../scripts/policies/reference";

const read = <T>(name: string) =>
  JSON.parse(readFileSync(join(policiesFolder, `${name}.json`), "utf8")) as T;
const calls = Object.values(allCalls()).flat();
const needs = needsOfCalls(allCalls());
const policies = Object.fromEntries(
  purposes.map((purpose) => [purpose, read<Policy>(purpose)]),
) as Record<Purpose, Policy>;
const statements = purposes.flatMap((purpose) => policies[purpose].Statement);

describe("the policies of CI", () => {
  test("are what the recorded calls need", () => {
    expect(policies).toEqual(policiesOf(needs));
  });

  test("have all that AWS's reference names for the calls, but for what has a reason", () => {
    expect(leftOutOf(calls)).toEqual({ unexplained: [], unused: [] });
  });

  test("have all objects only where the reference knows none, but for what has a reason", () => {
    const actions = statements
      .filter(({ Resource, Condition }) => Resource.includes("*") && Condition === undefined)
      .flatMap(({ Action }) => Action);
    const limitable = actions.filter((action) => {
      const types = Object.entries(reference.actions[action]!.types);
      return types.some(([type, traits]) => type !== "" || traits.length > 0);
    });
    expect([...new Set(limitable)].sort()).toEqual(Object.keys(unlimited).sort());
  });

  test("limit what has no name by the tag Environment, but for what AWS creates", () => {
    const created = [
      "ec2:CreateNetworkInterface arn:aws:ec2:*:*:network-interface/*",
      "ec2:CreateTags arn:aws:ec2:*:*:vpc-endpoint/*",
      "ec2:CreateVpcEndpoint arn:aws:ec2:*:*:vpc-endpoint/*",
      // github-policies.ts limits the zone.
      "route53:ChangeResourceRecordSets arn:aws:route53:::hostedzone/*",
      "route53:GetChange arn:aws:route53:::change/*",
      "route53:GetHostedZone arn:aws:route53:::hostedzone/*",
      "route53:ListResourceRecordSets arn:aws:route53:::hostedzone/*",
    ];
    const open = statements
      .filter(({ Condition = {} }) => !JSON.stringify(Condition).includes("Tag/Environment"))
      .flatMap(({ Action, Resource }) =>
        Resource.filter((arn) =>
          /^(?!role)[^:*]+[/:]\*$/.test(arn.split(":").slice(5).join(":")),
        ).flatMap((arn) => Action.map((action) => `${action} ${arn}`)),
      );
    expect([...new Set(open)].sort()).toEqual(created);
  });

  test("accept objects without the tag only where it is needed", () => {
    const found = [...needs.plan, ...needs.deploy, ...needs.options].filter(({ context = {} }) => {
      return "aws:ResourceTag/Environment" in context;
    });
    const used = Object.keys(possiblyUntagged).filter((about) => {
      const [only = "", type] = about.split(" > ");
      return found.some(
        (need) =>
          matches(only, need.action) && matches(type!, `${need.action.split(":")[0]}:${need.type}`),
      );
    });
    expect(used).toEqual(Object.keys(possiblyUntagged));
  });

  test.each(purposes)("%s allows all that was needed, and needs every statement", (purpose) => {
    const { Version, Statement: all } = policies[purpose];
    const allowing = needs[purpose].map((need) => ({
      need,
      by: all.filter((one) => allows([{ Version, Statement: [one] }], need)),
    }));
    expect(allowing.filter(({ by }) => by.length === 0).map(({ need }) => need)).toEqual([]);
    const needed = new Set(
      allowing.flatMap(({ by: [only, ...others] }) => (others[0] ? [] : only)),
    );
    expect(all.filter((statement) => !needed.has(statement))).toEqual([]);
  });

  test("have no wildcard in an action", () => {
    for (const purpose of purposes) {
      for (const { Action } of policies[purpose].Statement) {
        expect(Action.join()).not.toContain("*");
      }
    }
  });

  test("keep to the stacks' names where objects have names", () => {
    const anyName = /:(role|secret|db|cluster|service|repository|alarm|parameter)[:/]\*$/;
    const patterns = purposes.flatMap((purpose) =>
      policies[purpose].Statement.flatMap(({ Resource }) => Resource),
    );
    // DescribeAlarms by a prefix.
    const all = ["arn:aws:cloudwatch:*:*:alarm:*"];
    expect(patterns.filter((pattern) => anyName.test(pattern))).toEqual(all);
  });

  test("name no object by an id that AWS gave it: the next one has another", () => {
    const id = /[0-9a-f]{8}-[0-9a-f]{4}-|\b[a-z]+-[0-9a-f]{8,}|\b[0-9a-f]{16,}|\b[0-9]{12}\b/;
    for (const purpose of purposes) {
      for (const { Resource } of policies[purpose].Statement) {
        expect(Resource.filter((pattern) => id.test(pattern))).toEqual([]);
      }
    }
  });

  test("plan only reads, and knows the password of a write-only environment's plan", () => {
    const actions = policies.plan.Statement.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/:(Describe|Get|List)/.test(action))).toEqual([]);
    expect(actions).toContain("secretsmanager:GetRandomPassword");
  });

  test("pass roles to one service each, and only the stacks' roles", () => {
    const role = "arn:aws:iam::123456789012:role/";
    const pass = (name: string, service: string) =>
      allows([policies.deploy], {
        action: "iam:PassRole",
        resource: role + name,
        context: { "iam:PassedToService": service },
      });
    expect(pass("dev-plue-api-server-task", "ecs-tasks.amazonaws.com")).toBe(true);
    expect(pass("admin", "ecs-tasks.amazonaws.com")).toBe(false);
    expect(pass("dev-plue-api-server-task", "lambda.amazonaws.com")).toBe(false);
  });
});

describe("a call needs", () => {
  const arn = (end: string) => `arn:aws:${end.replace(":", ":us-east-1:123456789012:")}`;
  const ofTag = (key: string) => ({ [`aws:${key}/Environment`]: "*" });
  const tags = [{ Key: "Environment", Value: "dev" }];
  const role = "arn:aws:iam::123456789012:role/dev-plue-db-monitoring";
  const database = { DBInstanceIdentifier: "dev-plue-db" };
  const key = { KmsKeyId: arn("kms:key/00000000-0000-0000-0000-000000000000") };
  const webAcl = arn("wafv2:regional/webacl/dev-plue/00000000-0000-0000-0000-000000000000");
  const alb = arn("elasticloadbalancing:loadbalancer/app/dev-plue-alb/0000000000000000");
  const subnet = { ResourceType: "subnet", Tags: tags };

  type Row = [string, string, Call["parameters"], string, string, object?];
  const rows: Row[] = [
    ["s3", "HeadObject", { Bucket: "b", Key: "k" }, "s3:GetObject", "arn:aws:s3:::b/k"],
    ["s3", "ListObjectsV2", { Bucket: "b" }, "s3:ListBucket", "arn:aws:s3:::b"],
    ["ec2", "DescribeVpcs", {}, "ec2:DescribeVpcs", "*"],
    [
      "efs",
      "DescribeMountTargets",
      { MountTargetId: "fsmt-12345678" },
      "elasticfilesystem:DescribeMountTargets",
      arn("elasticfilesystem:file-system/*"),
      ofTag("ResourceTag"),
    ],
    [
      "ecs",
      "UpdateService",
      { cluster: "dev-plue-cluster", service: "dev-plue-api-server" },
      "ecs:UpdateService",
      arn("ecs:service/dev-plue-cluster/dev-plue-api-server"),
    ],
    // The objects that AWS checks beside the one that is created, and those that it names itself.
    ["rds", "CreateDBInstance", database, "rds:CreateDBInstance", arn("rds:db:dev-plue-db")],
    ["rds", "CreateDBInstance", database, "rds:CreateDBInstance", arn("rds:og:default:postgres-*")],
    ...["", ":*"].map((end): Row => [
      "logs",
      "DeleteLogGroup",
      { logGroupName: "/ecs/dev/plue-web-app" },
      "logs:DeleteLogGroup",
      arn(`logs:log-group:/ecs/dev/plue-web-app${end}`),
    ]),
    // Tags, on what is created, with the tag of the environment.
    [
      "ec2",
      "CreateSubnet",
      { VpcId: "vpc-12345678", TagSpecifications: [subnet] },
      "ec2:CreateSubnet",
      arn("ec2:vpc/*"),
      ofTag("ResourceTag"),
    ],
    [
      "ec2",
      "CreateSubnet",
      { VpcId: "vpc-12345678", TagSpecifications: [subnet] },
      "ec2:CreateTags",
      arn("ec2:subnet/*"),
      { "ec2:CreateAction": "CreateSubnet", ...ofTag("RequestTag") },
    ],
    [
      "logs",
      "CreateLogGroup",
      { logGroupName: "/ecs/dev/plue-web-app", tags: { Environment: "dev" } },
      "logs:TagResource",
      arn("logs:log-group:/ecs/dev/plue-web-app"),
    ],
    // Roles and keys, only for the service.
    ...["rds.amazonaws.com", "monitoring.rds.amazonaws.com"].map((service): Row => [
      "rds",
      "CreateDBInstance",
      { ...database, MonitoringRoleArn: role },
      "iam:PassRole",
      role,
      { "iam:PassedToService": service },
    ]),
    [
      "rds",
      "CreateDBInstance",
      { ...database, ...key },
      "kms:Decrypt",
      arn("kms:key/*"),
      { "kms:ViaService": "rds.us-east-1.amazonaws.com", ...ofTag("ResourceTag") },
    ],
    [
      "rds",
      "CreateDBInstance",
      { ...database, ...key },
      "kms:CreateGrant",
      arn("kms:key/*"),
      { "kms:GrantIsForAWSResource": "true", ...ofTag("ResourceTag") },
    ],
    // Checks of another service.
    ...["", "TargetTracking-service/dev-plue-cluster/dev-plue-web-app-*"].map((name): Row => [
      "application-autoscaling",
      "PutScalingPolicy",
      { ResourceId: "service/dev-plue-cluster/dev-plue-web-app" },
      "cloudwatch:PutMetricAlarm",
      arn(`cloudwatch:alarm:${name}`),
    ]),
    [
      "budgets",
      "UntagResource",
      { ResourceARN: "arn:aws:budgets::123456789012:budget/dev-plue-monthly" },
      "budgets:UntagResource",
      "arn:aws:budgets::123456789012:budget/dev-plue-monthly",
    ],
    [
      "wafv2",
      "AssociateWebACL",
      { WebACLArn: webAcl, ResourceArn: alb },
      "elasticloadbalancing:CreateWebACLAssociation",
      alb,
    ],
    [
      "rds",
      "DeleteDBInstance",
      { ...database, FinalDBSnapshotIdentifier: "dev-plue-db-final" },
      "rds:CreateDBSnapshot",
      arn("rds:snapshot:dev-plue-db-final"),
    ],
    [
      "iam",
      "CreateRole",
      { RoleName: "dev-plue-web-app-task" },
      "iam:CreateRole",
      "arn:aws:iam::123456789012:role/dev-plue-web-app-task",
      { "iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/local-plue-boundary" },
    ],
  ];
  const complete = rows.map(([a, b, c, d, e, context = {}]) => [a, b, c, d, e, context] as const);
  test.each(complete)("%s %s of %j: %s on %s", (...row) => {
    const [service, operation, parameters, action, resource, context] = row;
    const found = needsOf({ caller: "plue", service, operation, parameters }).map((one) => ({
      action: one.action,
      resource: one.resource,
      context: one.context ?? {},
    }));
    expect(found).toContainEqual({ action, resource, context });
  });

  test("nothing more for a deletion without a final snapshot, or a creation without a key", () => {
    const of = (operation: string) =>
      needsOf({ caller: "terraform", service: "rds", operation, parameters: database }).map(
        ({ action }) => action,
      );
    expect(of("DeleteDBInstance")).toEqual(["rds:DeleteDBInstance"]);
    expect(of("CreateDBInstance").join()).not.toMatch(/kms|AddTags|secretsmanager|Tenant/);
  });

  test("nothing to ask who one is", () => {
    const call = { service: "sts", operation: "GetCallerIdentity", parameters: {} };
    expect(needsOf({ caller: "plue", ...call })).toEqual([]);
  });

  test("a name to be found for an operation that is not in the reference", () => {
    const call = { service: "ecs", operation: "MakeTea", parameters: {} };
    expect(() => needsOf({ caller: "plue", ...call })).toThrow(
      "policies/reference.json has no action ecs:MakeTea",
    );
  });
});

test.each([
  ["role/dev-plue-api-server-task", "role/*-plue-*"],
  ["role/production-vpc-flow-log-role", "role/*-vpc-flow-log-role"],
  ["service/dev-plue-cluster/dev-plue-api-server", "service/*-plue-*/*-plue-*"],
  ["task-definition/dev-plue-api-server:3", "task-definition/*-plue-*"],
  ["log-group:/ecs/dev/plue-api-server", "log-group:/ecs/*/plue-*"],
  ["log-group:/aws/vpc/production", "log-group:/aws/vpc/*"],
  ["targetgroup/dev-plue-api-tg/b3e2ce5213e3c088", "targetgroup/*-plue-*"],
  ["role/devops-plue-admin", "role/devops-plue-admin"],
])("%s is generalized to %s", (resource, pattern) => {
  const start = "arn:aws:any:us-east-1:123456789012:";
  expect(generalized(start + resource)).toBe(`arn:aws:any:*:*:${pattern}`);
});
