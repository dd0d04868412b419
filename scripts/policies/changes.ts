import { embeddedAccountId } from "../../src/embedded-aws/environment";
import type { Call } from "./calls";
import { region } from "./resources";

/** The ARN of an object of the environment `local`: `rds:db:local-plue-db`. */
const arn = (end: string) => `arn:aws:${end.replace(":", `:${region}:${embeddedAccountId}:`)}`;
const id = "0000000000000000";
const listener = `app/local-plue-alb/${id}/${id}`;

const role = { RoleName: "local-plue-web-app-task" };
const flowLogRole = { RoleName: "local-vpc-flow-log-role" };
const database = { DBInstanceIdentifier: "local-plue-db" };
const subscription = { SubscriptionName: "local-plue-events" };
const fileSystem = { FileSystemId: "fs-00000000" };
const repository = { repositoryName: "local-plue-web-app" };
const securityGroup = { GroupId: "sg-00000000" };
const routeTable = { RouteTableId: "rtb-00000000" };
const loadBalancer = {
  LoadBalancerArn: arn(`elasticloadbalancing:loadbalancer/app/local-plue-alb/${id}`),
};
const targetGroup = {
  TargetGroupArn: arn(`elasticloadbalancing:targetgroup/local-plue-web-tg/${id}`),
};
const topic = { TopicArn: arn("sns:local-plue-alerts") };
const secret = { SecretId: "local-plue-db-connection" };
const key = { KeyId: "00000000-0000-0000-0000-000000000000" };
const target = { ResourceARN: arn("application-autoscaling:scalable-target/x") };
const plan = { RestoreTestingPlanName: "local_plue" };
const certificate = { CertificateArn: arn(`acm:certificate/${key.KeyId}`) };
const zone = { HostedZoneId: "*" };
const budget = { BudgetName: "local-plue-monthly" };
const replicas = { ReplicationGroupId: "local-plue-cache" };
/** The policy of ECS's role for blue/green deployments. */
const traffic = {
  RoleName: "local-plue-web-app-deployment",
  PolicyArn: "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
};
const shift = {
  cluster: "local-plue-cluster",
  service: "local-plue-web-app",
  loadBalancers: [
    {
      advancedConfiguration: {
        roleArn: `arn:aws:iam::${embeddedAccountId}:role/${traffic.RoleName}`,
      },
    },
  ],
};

/** The log group of Container Insights, which the environment `local` does not have. */
const insights = "/aws/ecs/containerinsights/local-plue-cluster/performance";

const logGroups = [
  "/ecs/local/plue-web-app",
  "/aws/vpc/local",
  "/aws/rds/instance/local-plue-db/postgresql",
  insights,
];

const wafLogGroup = "aws-waf-logs-local-plue";

/** Objects whose tags change, by service. The parameters name them as the calls of the service do. */
const tagged = {
  ec2: ["vpc", "subnet", "igw", "eipalloc", "nat", "rtb", "sg", "fl", "vpce"].map((type) => ({
    Resources: [`${type}-00000000`],
  })),
  elbv2: [loadBalancer.LoadBalancerArn, targetGroup.TargetGroupArn]
    .concat(
      [`listener/${listener}`, `listener-rule/${listener}/${id}`].map((end) =>
        arn(`elasticloadbalancing:${end}`),
      ),
    )
    .map((one) => ({ ResourceArns: [one] })),
  rds: [
    "db:local-plue-db",
    "es:local-plue-events",
    "pg:local-plue-pg",
    "subgrp:local-plue-subnets",
  ].map((end) => ({ ResourceName: arn(`rds:${end}`) })),
  ecs: ["cluster/local-plue-cluster", "service/local-plue-cluster/local-plue-web-app"]
    .concat("task-definition/local-plue-web-app:1")
    .map((end) => ({ resourceArn: arn(`ecs:${end}`) })),
  efs: ["fs-00000000", "fsap-00000000"].map((ResourceId) => ({ ResourceId })),
  ecr: [{ resourceArn: arn("ecr:repository/local-plue-web-app") }],
  iam: [role, flowLogRole],
  logs: logGroups.map((name) => ({ resourceArn: arn(`logs:log-group:${name}`) })),
  secretsmanager: [secret],
  sns: [{ ResourceArn: topic.TopicArn }],
  events: [{ ResourceARN: arn("events:rule/local-plue-database-event") }],
  cloudwatch: [{ ResourceARN: arn("cloudwatch:alarm:local-plue-db-cpu") }],
  ssm: [{ ResourceType: "Parameter", ResourceId: "/plue/local/image-tags/web-app" }],
  "application-autoscaling": [target],
} as const;

/** Objects of options whose tags change. */
const taggedOptions = {
  guardduty: [{ ResourceArn: arn("guardduty:detector/*") }],
  kms: [key],
  backup: ["backup-plan:*", "backup-vault:local-plue", "restore-testing-plan:local_plue-*"].map(
    (end) => ({ ResourceArn: arn(`backup:${end}`) }),
  ),
  acm: [certificate],
  budgets: [{ ResourceARN: `arn:aws:budgets::${embeddedAccountId}:budget/local-plue-monthly` }],
  logs: [{ resourceArn: arn(`logs:log-group:${wafLogGroup}`) }],
  wafv2: [{ ResourceARN: arn(`wafv2:regional/webacl/local-plue/${key.KeyId}`) }],
  elasticache: ["serverlesscache", "replicationgroup", "subnetgroup", "user", "usergroup"].map(
    (type) => ({ ResourceName: arn(`elasticache:${type}:local-plue-x`) }),
  ),
} as const;

/** The operations that add and remove tags, where they are not TagResource and UntagResource. */
const tagOperations: Readonly<Record<string, readonly [add: string, remove: string]>> = {
  acm: ["AddTagsToCertificate", "RemoveTagsFromCertificate"],
  ec2: ["CreateTags", "DeleteTags"],
  elasticache: ["AddTagsToResource", "RemoveTagsFromResource"],
  elbv2: ["AddTags", "RemoveTags"],
  iam: ["TagRole", "UntagRole"],
  rds: ["AddTagsToResource", "RemoveTagsFromResource"],
  ssm: ["AddTagsToResource", "RemoveTagsFromResource"],
};

type Operations = readonly (readonly [service: string, operation: string, parameters: object])[];

const operations: Operations = [
  ["logs", "CreateLogGroup", { logGroupName: insights, tags: { Environment: "local" } }],
  ["logs", "PutRetentionPolicy", { logGroupName: insights }],
  ["ec2", "DeleteRoute", routeTable],
  // Only if AWS has not yet deleted the NAT gateway of the address.
  ["ec2", "DisassociateAddress", { AssociationId: "eipassoc-00000000" }],
  [
    "ec2",
    "ModifyVpcEndpoint",
    { VpcEndpointId: "vpce-00000000", AddRouteTableIds: ["rtb-00000000"] },
  ],
  ["ec2", "ReplaceRoute", routeTable],
  ["ec2", "ReplaceRouteTableAssociation", { ...routeTable, AssociationId: "rtbassoc-00000000" }],
  ["ec2", "UpdateSecurityGroupRuleDescriptionsEgress", securityGroup],
  ["ec2", "UpdateSecurityGroupRuleDescriptionsIngress", securityGroup],
  ["ecr", "PutImageScanningConfiguration", repository],
  ["ecr", "PutImageTagMutability", repository],
  [
    "ecs",
    "ExecuteCommand",
    { cluster: "local-plue-cluster", task: arn(`ecs:task/local-plue-cluster/${id}`) },
  ],
  ["ecs", "UpdateCluster", { cluster: "local-plue-cluster" }],
  ["ecs", "UpdateClusterSettings", { cluster: "local-plue-cluster" }],
  [
    "efs",
    "ModifyMountTargetSecurityGroups",
    { MountTargetId: "fsmt-00000000", SecurityGroups: ["sg-00000000"] },
  ],
  ["efs", "UpdateFileSystem", fileSystem],
  ["elbv2", "ModifyListener", { ListenerArn: arn(`elasticloadbalancing:listener/${listener}`) }],
  [
    "elbv2",
    "ModifyListenerAttributes",
    { ListenerArn: arn(`elasticloadbalancing:listener/${listener}`) },
  ],
  ["elbv2", "ModifyRule", { RuleArn: arn(`elasticloadbalancing:listener-rule/${listener}/${id}`) }],
  ["elbv2", "ModifyTargetGroup", targetGroup],
  [
    "elbv2",
    "SetRulePriorities",
    { RuleArn: arn(`elasticloadbalancing:listener-rule/${listener}/${id}`) },
  ],
  ["elbv2", "SetSecurityGroups", loadBalancer],
  ["elbv2", "SetSubnets", loadBalancer],
  ["iam", "UpdateAssumeRolePolicy", role],
  ["iam", "UpdateAssumeRolePolicy", flowLogRole],
  ["iam", "UpdateRole", role],
  ["iam", "UpdateRole", flowLogRole],
  ["iam", "UpdateRoleDescription", role],
  ["iam", "UpdateRoleDescription", flowLogRole],
  ...logGroups.map((logGroupName) => ["logs", "DeleteRetentionPolicy", { logGroupName }] as const),
  [
    "rds",
    "ModifyDBInstance",
    {
      ...database,
      DBParameterGroupName: "local-plue-pg",
      MonitoringRoleArn: `arn:aws:iam::${embeddedAccountId}:role/local-plue-db-monitoring`,
    },
  ],
  ...[
    "AddSourceIdentifierToSubscription",
    "ModifyEventSubscription",
    "RemoveSourceIdentifierFromSubscription",
  ].map((operation) => ["rds", operation, subscription] as const),
  ["rds", "ModifyDBSubnetGroup", { DBSubnetGroupName: "local-plue-subnets" }],
  ["rds", "RebootDBInstance", database],
  ["rds", "ResetDBParameterGroup", { DBParameterGroupName: "local-plue-pg" }],
  ["secretsmanager", "RestoreSecret", secret],
  ["secretsmanager", "UpdateSecret", secret],
  ["secretsmanager", "UpdateSecretVersionStage", secret],
  ["sns", "SetSubscriptionAttributes", topic],
];

const optionOperations: Operations = [
  ["acm", "RequestCertificate", { Tags: [{ Key: "Environment", Value: "local" }] }],
  ["acm", "DescribeCertificate", certificate],
  ["acm", "ListTagsForCertificate", certificate],
  ["acm", "DeleteCertificate", certificate],
  ["budgets", "CreateBudget", budget],
  ["budgets", "DescribeBudget", budget],
  [
    "budgets",
    "ListTagsForResource",
    { ResourceARN: `arn:aws:budgets::${embeddedAccountId}:budget/${budget.BudgetName}` },
  ],
  ["ecs", "UpdateService", shift],
  ["iam", "AttachRolePolicy", traffic],
  ["iam", "DetachRolePolicy", traffic],
  ["logs", "DeleteRetentionPolicy", { logGroupName: wafLogGroup }],
  ...["AssociateKmsKey", "DisassociateKmsKey"].flatMap((operation) =>
    [...logGroups, wafLogGroup].map(
      (logGroupName) => ["logs", operation, { logGroupName }] as const,
    ),
  ),
  [
    "secretsmanager",
    "UpdateSecret",
    { ...secret, KmsKeyId: arn("kms:key/00000000-0000-0000-0000-000000000000") },
  ],
  ["route53", "ChangeResourceRecordSets", zone],
  ["route53", "GetHostedZone", zone],
  ["route53", "ListResourceRecordSets", zone],
  ["route53", "GetChange", {}],
  ["backup", "UpdateRestoreTestingPlan", plan],
  [
    "backup",
    "UpdateRestoreTestingSelection",
    {
      ...plan,
      RestoreTestingSelection: {
        IamRoleArn: `arn:aws:iam::${embeddedAccountId}:role/local-plue-backup`,
      },
    },
  ],
  ["elasticache", "DecreaseReplicaCount", replicas],
  ["elasticache", "IncreaseReplicaCount", replicas],
  ["elasticache", "ModifyCacheSubnetGroup", { CacheSubnetGroupName: "local-plue-cache" }],
  ["elasticache", "ModifyUser", { UserId: "local-plue-api" }],
  [
    "elasticache",
    "ModifyUserGroup",
    { UserGroupId: "local-plue-cache", UserIdsToAdd: ["local-plue-api"] },
  ],
  ["kms", "CancelKeyDeletion", key],
  ["kms", "DisableKeyRotation", key],
  ["kms", "PutKeyPolicy", key],
  ...["local-plue", "local-plue-copies"].map(
    (name) =>
      ["kms", "UpdateAlias", { AliasName: `alias/${name}`, TargetKeyId: key.KeyId }] as const,
  ),
  ["kms", "UpdateKeyDescription", key],
];

const callsOf = (
  objects: Readonly<Record<string, readonly object[]>>,
  changes: Operations,
): readonly Call[] => {
  const tags = Object.entries(objects).flatMap(([service, list]) =>
    (tagOperations[service] ?? ["TagResource", "UntagResource"]).flatMap((operation) =>
      list.map((parameters) => [service, operation, parameters] as const),
    ),
  );
  return [...tags, ...changes].map(([service, operation, parameters]) => ({
    caller: "terraform",
    service,
    operation,
    parameters: parameters as Call["parameters"],
  }));
};

/**
 * Calls that no test makes: with which the AWS provider changes the objects of a stack, and with which `plue exec` opens
 * a shell.
 */
export const changes: Readonly<Record<"plan" | "deploy" | "options", readonly Call[]>> = {
  plan: callsOf({}, [
    ["ec2", "DescribeNetworkInterfaces", {}],
    ["ecs", "ListTagsForResource", { resourceArn: arn("ecs:cluster/local-plue-cluster") }],
    ["logs", "ListTagsForResource", { resourceArn: arn(`logs:log-group:${insights}`) }],
    ["rds", "ListTagsForResource", { ResourceName: arn("rds:db:local-plue-db") }],
    ["secretsmanager", "ListSecretVersionIds", secret],
  ]),
  deploy: callsOf(tagged, operations),
  options: callsOf(taggedOptions, optionOperations),
};
