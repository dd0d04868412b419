import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { PlueError } from "../../src/process/errors";
import { kinds } from "../../src/resources";
import { lastParts, type Parameters } from "../../src/resources/kind";
import { strings, type Call } from "./calls";
import { isLeftOut, leftOut, reasonFor } from "./left-out";
import { reference, typesOf } from "./reference";
import { createdBy, isTagged, region, targetsOf, type Target } from "./resources";

/** A permission that a caller needs. */
export interface Need {
  /** `ecs:CreateService` */
  readonly action: string;
  /** ARN of the object, with `*` for an id that AWS gives; `*` where the action knows no object. */
  readonly resource: string;
  /** The reference's type of the object. @default unknown */
  readonly type?: string;
  /** Condition keys and their values, for actions that are only safe with them. */
  readonly context?: Readonly<Record<string, string>>;
}

/** botocore's name of a service, where IAM has another. */
const prefixes: Record<string, string> = {
  elbv2: "elasticloadbalancing",
  efs: "elasticfilesystem",
  resourcegroupstaggingapi: "tag",
  "service-quotas": "servicequotas",
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

/** Actions that CI may do only with roles that have the permissions boundary of the environment. */
const withBoundary = /^iam:(CreateRole|PutRolePolicy|AttachRolePolicy|PutRolePermissionsBoundary)$/;

const permissions = [...kinds.values()].map((kind) => kind.permissions);

/** The action that tags what a service creates. */
const taggingActions = new Map(
  permissions.flatMap(({ tagging }) =>
    tagging ? [[tagging.split(":")[0]!, tagging] as const] : [],
  ),
);
const isTagging = /:(AddTags(To\w+)?|CreateTags|TagResource|TagRole)$/;

/** When the dependents of an action apply. @default always; those for tags if the call gives tags */
const triggers: Record<string, (parameters: Parameters) => boolean> = {
  "rds:DeleteDBInstance": ({ FinalDBSnapshotIdentifier: snapshot }) => snapshot !== undefined,
};

/** The IAM action of a call, and nothing for calls that need none. */
export function actionOf({ service: name, operation }: Call): string | undefined {
  const service = prefixes[name] ?? name;
  if (service === "budgets" && !/tag/i.test(operation)) {
    return /^Describe/.test(operation) ? "budgets:ViewBudget" : "budgets:ModifyBudget";
  }
  const called = `${service}:${operation}`;
  // Anybody may ask who they are.
  return called === "sts:GetCallerIdentity" ? undefined : (renamed[called] ?? called);
}

/**
 * The needs of a call, by AWS's service authorization reference: the action on each object of the call, and the
 * actions that depend on it.
 * @throws PlueError for an operation whose action is not in `policies/reference.json`
 */
export function needsOf(call: Call): Need[] {
  const action = actionOf(call);
  if (action === undefined) return [];
  const stated = reference.actions[action];
  if (stated === undefined) {
    throw new PlueError(
      `policies/reference.json has no action ${action}. Run npm run policies; if IAM has no such action, say in scripts/policies/needs.ts which one ${call.operation} needs.`,
    );
  }
  const { parameters: p } = call;
  const needs = targetsOf(action, p).map((target) => need(action, target, conditionsOf(action, p)));
  const [service = "", operation = ""] = action.split(":");
  const also = permissions.flatMap((kind) => kind.also?.[action]?.(p) ?? []);
  for (const { action: another, on, context } of also) {
    const conditions = { ...conditionsOf(another, p), ...context };
    needs.push(...on.map((arn) => alsoNeed(another, arnOf(arn), conditions)));
  }
  const tagging = taggingActions.get(service);
  const creation = /^(Create|Put|Register|Run|Request|Allocate|Authorize)/.test(operation);
  const dependents = new Set(triggers[action]?.(p) === false ? [] : stated.dependents);
  // A kind knows more about them than the reference.
  for (const { action: another } of also) dependents.delete(another);
  if (tagging !== undefined && creation) dependents.add(tagging);
  const tagged = isTagged(p) || triggers[action]?.(p) === true;
  for (const dependent of dependents) {
    // Those of IAM come from the kinds: the reference does not say to which service a role is passed.
    if (isLeftOut(action, dependent) || /^(iam(?!:TagRole)|kms(?!:TagResource)):/.test(dependent))
      continue;
    if (!isTagging.test(dependent)) {
      needs.push(
        ...targetsOf(dependent, p, { exist: true }).map((target) => need(dependent, target)),
      );
    } else if (tagged) {
      needs.push(...taggingNeeds(action, dependent, call));
    }
  }
  const keys = strings(p).filter((text) => /:key\//.test(text));
  const keyActions = [
    ...stated.dependents.filter((name) => name.startsWith("kms:") && !isLeftOut(action, name)),
    ...permissions
      .flatMap(({ keyActions: more }) => more?.[action] ?? [])
      .map((name) => `kms:${name}`),
  ];
  if (keys.length > 0) {
    for (const name of new Set(keyActions)) {
      const context = keyConditions(name, service);
      needs.push(
        need(name, { arn: arnOf("kms:key/*"), type: "key", tags: "ResourceTag" }, context),
      );
    }
  }
  return needs;
}

/** A need, with the tag that bounds an object without a name. */
function need(action: string, { arn, type, tags }: Target, given: Need["context"] = {}): Need {
  const context = { ...given, ...(tags && { [`aws:${tags}/Environment`]: "*" }) };
  return {
    action,
    resource: arn,
    ...(type !== undefined && { type }),
    ...(Object.keys(context).length > 0 && { context }),
  };
}

/** A need that a kind of resource states. */
function alsoNeed(action: string, arn: string, context: Need["context"]): Need {
  const end = arn.split(":").slice(5).join(":");
  const [type, traits] =
    typesOf(action).find(([name]) => new RegExp(`^${name}[/:]`).test(end)) ?? [];
  const isAnonymous = type !== undefined && end.slice(type.length + 1) === "*";
  const exists = isAnonymous && context?.["ec2:CreateAction"] === undefined;
  const tags = exists && traits?.includes("ResourceTag") ? "ResourceTag" : undefined;
  return need(action, { arn, type, tags }, context);
}

/** Conditions on the action of a call. */
function conditionsOf(action: string, { PolicyArn, cluster }: Parameters): Need["context"] {
  return {
    // The task definition does not say where its tasks run.
    ...(action === "ecs:RunTask" && {
      "ecs:cluster": arnOf(`ecs:cluster/${lastParts([cluster])[0]}`),
    }),
    // Without it a role could be given any policy, an administrator's too.
    ...(/^iam:(Attach|Detach)/.test(action) && { "iam:PolicyARN": PolicyArn as string }),
    ...(withBoundary.test(action) && { "iam:PermissionsBoundary": boundaryArn }),
  };
}

/** The permissions boundary of the roles that CI creates. */
const boundaryArn = `arn:aws:iam::${embeddedAccountId}:policy/local-plue-boundary`;

/** AWS uses a key for the caller: only through that service, and grants only to that service. */
function keyConditions(action: string, service: string): Need["context"] {
  if (action === "kms:CreateGrant") return { "kms:GrantIsForAWSResource": "true" };
  if (action === "kms:DescribeKey") return {};
  return { "kms:ViaService": `${service}.${region}.amazonaws.com` };
}

/** The needs for the tags of what a call creates. */
function taggingNeeds(action: string, tagging: string, { operation, parameters }: Call): Need[] {
  if (action.startsWith("ec2:")) {
    const types = (parameters.TagSpecifications as { ResourceType: string }[] | undefined) ?? [];
    return types.map(({ ResourceType: type }) =>
      need(
        tagging,
        { arn: arnOf(`ec2:${type}/*`), type, tags: "RequestTag" },
        { "ec2:CreateAction": operation },
      ),
    );
  }
  // A listener's ARN is its load balancer's with an id, a rule's its listener's.
  const parents: Record<string, [string, string]> = {
    "elasticloadbalancing:CreateListener": [":loadbalancer/", ":listener/"],
    "elasticloadbalancing:CreateRule": [":listener/", ":listener-rule/"],
  };
  const parent = parents[action];
  if (parent !== undefined) {
    return targetsOf(action, parameters).map(({ arn }) =>
      need(tagging, { arn: `${arn.replace(...parent)}/*` }),
    );
  }
  const given: Need["context"] = action.startsWith("elasticfilesystem:")
    ? { "elasticfilesystem:CreateAction": operation }
    : {};
  return targetsOf(tagging, parameters, { only: createdBy(action) }).map(({ tags, ...target }) =>
    need(tagging, { ...target, ...(tags && { tags: "RequestTag" as const }) }, given),
  );
}

/** The ARN of a service with the end of one, on the embedded AWS; ARNs and `*` stay. */
function arnOf(resource: string): string {
  if (resource === "*" || resource.startsWith("arn:")) return resource;
  const [service = "", ...end] = resource.split(":");
  return `arn:aws:${service}:${service === "iam" ? "" : region}:${embeddedAccountId}:${end.join(":")}`;
}

/** Parts of the reference about calls that no need covers, without a reason, and reasons without effect. */
export function leftOutOf(calls: readonly Call[]): { unexplained: string[]; unused: string[] } {
  const covered = new Set<string>();
  const stated = new Set<string>();
  for (const call of calls) {
    const action = actionOf(call);
    if (action === undefined) continue;
    const [service] = action.split(":");
    const { types, dependents } = reference.actions[action]!;
    for (const other of [
      ...Object.keys(types).map((type) => `${service}:${type}`),
      ...dependents,
    ]) {
      if (other !== `${service}:`) stated.add(`${action} > ${other}`);
    }
    for (const { action: needed, type } of needsOf(call)) {
      covered.add(`${action} > ${needed}`);
      if (needed === action && type !== undefined) covered.add(`${action} > ${service}:${type}`);
    }
  }
  const open = [...stated].filter((one) => !covered.has(one));
  const reasons = open.map((one) => reasonFor(leftOut, ...(one.split(" > ") as [string, string])));
  return {
    unexplained: open.filter((_, index) => reasons[index] === undefined).sort(),
    unused: Object.keys(leftOut).filter((reason) => !reasons.includes(reason)),
  };
}
