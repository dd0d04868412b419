import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  environmentNames,
  policiesFolder,
  policiesOf,
  purposes,
} from "../../../scripts/policies/make";
import type { Needs, Purpose } from "../../../scripts/policies/make";
import { needsOf } from "../../../scripts/policies/needs";
import { allows, generalized, type Policy } from "../../../scripts/policies/policy";

const read = <T>(name: string) =>
  JSON.parse(readFileSync(join(policiesFolder, `${name}.json`), "utf8")) as T;
const needs = read<Needs>("needs");
const policies = Object.fromEntries(
  purposes.map((purpose) => [purpose, read<Policy>(purpose)]),
) as Record<Purpose, Policy>;

describe("the policies of CI", () => {
  test("are what the recorded calls need", () => {
    expect(policies).toEqual(policiesOf(needs));
  });

  test.each(purposes)("%s allows all that was needed, and needs every statement", (purpose) => {
    const policy = policies[purpose];
    const missing = (of: Policy) => needs[purpose].filter((need) => !allows([of], need));
    expect(missing(policy)).toEqual([]);
    for (const statement of policy.Statement) {
      const others = policy.Statement.filter((other) => other !== statement);
      expect(missing({ ...policy, Statement: others })).not.toEqual([]);
    }
  });

  test("have no wildcard in an action, and all objects only where an action knows none", () => {
    for (const purpose of purposes) {
      for (const { Action, Resource } of policies[purpose].Statement) {
        expect(Action.join()).not.toContain("*");
        if (!Resource.includes("*")) continue;
        for (const action of Action) {
          expect(needs[purpose]).toContainEqual(expect.objectContaining({ action, resource: "*" }));
        }
      }
    }
  });

  test("keep to the stacks' names where objects have names", () => {
    const anyName = /:(role|secret|db|cluster|service|repository|alarm|parameter)[:/]\*$/;
    const patterns = purposes.flatMap((purpose) =>
      policies[purpose].Statement.flatMap(({ Resource }) => Resource),
    );
    expect(patterns.filter((pattern) => anyName.test(pattern))).toEqual(
      patterns.filter((pattern) => pattern === "arn:aws:rds:*:*:db:*"),
    );
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
  test.each([
    ["s3", "HeadObject", { Bucket: "b", Key: "k" }, "s3:GetObject", "arn:aws:s3:::b/k"],
    ["s3", "ListObjectsV2", { Bucket: "b" }, "s3:ListBucket", "arn:aws:s3:::b"],
    [
      "efs",
      "DescribeMountTargets",
      { MountTargetId: "fsmt-12345678" },
      "elasticfilesystem:DescribeMountTargets",
      "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/*",
    ],
    ["ec2", "DescribeVpcs", {}, "ec2:DescribeVpcs", "*"],
    [
      "ecs",
      "UpdateService",
      { cluster: "dev-plue-cluster", service: "dev-plue-api-server" },
      "ecs:UpdateService",
      "arn:aws:ecs:us-east-1:123456789012:service/dev-plue-cluster/dev-plue-api-server",
    ],
  ])("%s %s", async (service, operation, parameters, action, resource) => {
    const found = await needsOf({ caller: "plue", service, operation, parameters });
    expect(found).toContainEqual({ action, resource });
  });

  test("nothing to ask who one is", async () => {
    const call = { service: "sts", operation: "GetCallerIdentity", parameters: {} };
    expect(await needsOf({ caller: "plue", ...call })).toEqual([]);
  });

  test("a name to be found for an operation that IAM does not know", async () => {
    const call = { service: "ecs", operation: "MakeTea", parameters: {} };
    await expect(needsOf({ caller: "plue", ...call })).rejects.toThrow(
      "IAM knows no action ecs:MakeTea",
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
  expect(generalized(start + resource, environmentNames)).toBe(`arn:aws:any:*:*:${pattern}`);
});
