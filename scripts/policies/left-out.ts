import { matches } from "./decide";

/** Reasons by what they are about: `OTHER`, or `ACTION > OTHER` for certain actions. `*` is any text. */
type Reasons = Readonly<Record<string, string>>;

const onlyLoadBalancers = "the web ACL is of a load balancer";

/**
 * Dependent actions and types of objects (`rds:cluster`) that the service authorization reference names and no policy
 * allows.
 */
export const leftOut: Reasons = {
  "*Tag* > *": "a call for tags is checked against the objects that it names",
  "*Untag* > *": "a call for tags is checked against the objects that it names",
  "budgets:* > billing:*": "the budget has no billing view",
  "budgets:* > iam:CreateServiceLinkedRole": "the budget has no billing view",
  "backup:*BackupPlan > iam:PassRole": "the selection of the plan names the role",
  "ec2:AuthorizeSecurityGroup* > ec2:CreateTags": "the rules have no tags",
  "ec2:AuthorizeSecurityGroup* > ec2:security-group-rule": "the rules have no tags",
  "ec2:CreateFlowLogs > ec2:natgateway": "the flow log is of a VPC",
  "ec2:CreateFlowLogs > ec2:network-interface": "the flow log is of a VPC",
  "ec2:CreateFlowLogs > ec2:subnet": "the flow log is of a VPC",
  "ec2:CreateFlowLogs > ec2:transit-gateway*": "the flow log is of a VPC",
  "ec2:CreateFlowLogs > ecs:*": "the flow log is of a VPC, not of tasks",
  "ec2:CreateNatGateway > ec2:vpc": "the NAT gateway is of a subnet",
  "ec2:*VpcEndpoint > ec2:security-group": "the endpoint is a gateway",
  "ec2:*VpcEndpoint > ec2:subnet": "the endpoint is a gateway",
  "ec2:CreateVpcEndpoint > route53:*": "the endpoints have no private names",
  "ec2:ip*": "the addresses are from AWS's own pools",
  "ec2:*RouteTable* > ec2:internet-gateway": "a route table is associated with subnets",
  "ec2:*RouteTable* > ec2:vpn-gateway": "a route table is associated with subnets",
  "ecs:ListTasks > ecs:container-instance": "Fargate has no container instances",
  "elasticache:*securitygroup": "the cache is in a VPC",
  "elasticache:*snapshot": "no cache starts from a backup",
  "elasticache:CreateReplicationGroup > elasticache:cluster": "AWS names the nodes",
  "elasticache:CreateReplicationGroup > elasticache:globalreplicationgroup":
    "the cache is in one region",
  "elasticache:Modify* > elasticache:usergroup": "the cache keeps its users",
  "elasticache:Create* > s3:GetObject": "the cache starts empty",
  "elasticfilesystem:Describe* > elasticfilesystem:*": "the call names an object of another type",
  "elasticloadbalancing:*/gwy*": "all load balancers are Application Load Balancers",
  "elasticloadbalancing:*/net*": "all load balancers are Application Load Balancers",
  "events:rule-on-custom-event-bus": "the rules are on the default event bus",
  "iam:SimulatePrincipalPolicy > iam:*": "the question is about roles",
  "kms:CreateKey > iam:CreateServiceLinkedRole": "no key is a multi-Region key",
  "kms:CreateKey > kms:PutKeyPolicy": "the right to create a key includes its first policy",
  "rds:* > secretsmanager:*": "RDS does not manage the password",
  "rds:*TenantDatabase": "the database does not have tenants",
  "rds:CreateDBInstance > rds:cluster": "the database is not in a cluster",
  "rds:DescribeDBSnapshots > rds:db": "the call names a snapshot",
  "rds:ModifyDBInstance > rds:AddTagsToResource": "tags change by a call of their own",
  "rds:ModifyDBInstance > kms:*": "a database keeps its key",
  "rds:ModifyDBInstance > rds:subgrp": "a database keeps its subnet group",
  "rds:Start*Replication > rds:AddTagsToResource": "the copies have no tags",
  "rds:secgrp": "the database is in a VPC",
  "s3:accesspoint*": "nothing uses an access point",
  "sns:* > iam:PassRole": "the topic logs no deliveries",
  ...Object.fromEntries(
    ["amplify", "apigateway", "apprunner", "appsync", "cognito-idp", "ec2"].map((service) => [
      `wafv2:* > ${service}:*`,
      onlyLoadBalancers,
    ]),
  ),
  ...Object.fromEntries(
    [
      "amplify-app",
      "apigateway",
      "apprunner",
      "appsync",
      "userpool",
      "verified-access-instance",
    ].map((type) => [`wafv2:${type}`, onlyLoadBalancers]),
  ),
  "wafv2:*PermissionPolicy": "no other account shares its rules",

  "wafv2:*set": "the web ACL has only rule groups that AWS manages",
  "wafv2:rulegroup": "the web ACL has only rule groups that AWS manages",
};

/**
 * Types of objects that can be without the tag Environment. Objects with another environment's are refused.
 */
export const possiblyUntagged: Reasons = {
  "cloudwatch:DescribeAlarms > cloudwatch:alarm": "a search by a prefix names all alarms",
  "ec2:* > ec2:network-interface": "AWS creates those of mount targets and NAT gateways",
  "ec2:DeleteVpcEndpoints > ec2:vpc-endpoint": "ElastiCache creates those of serverless caches",
  "ec2:CreateTags > ec2:security-group": "AWS creates the default group of the VPC",
  "ec2:RevokeSecurityGroup* > ec2:security-group": "AWS creates the default group of the VPC",
  "ec2:DisassociateAddress > ec2:elastic-ip":
    "the association goes with the NAT gateway, before Terraform asks for it",
  "elasticfilesystem:Describe* > elasticfilesystem:*":
    "a destroy asks for the object until it is gone, with its tags",
  "elasticfilesystem:*ReplicationConfiguration > elasticfilesystem:file-system":
    "EFS does not support tags in conditions on replication",
  "rds:*AutomatedBackups* > rds:auto-backup": "the copies have no tags",
};

/** Actions on `*` that the reference could limit. */
export const unlimited: Readonly<Record<string, string>> = {
  "ecs:ListTasks": "its object is a container instance, which Fargate does not have",
  "elasticfilesystem:DescribeFileSystems": "plue looks for the file system by its creation token",
  "elasticfilesystem:DescribeReplicationConfigurations": "plue lists all, to find leftovers",
  "rds:DescribeDBInstances": "Terraform looks for the instance by its resource id",
};

/** The entry of a table about a dependent action or a type of an action. */
export function reasonFor(reasons: Reasons, action: string, other: string): string | undefined {
  return Object.keys(reasons).find((about) => {
    const [first = "", second] = about.split(" > ");
    return second === undefined
      ? matches(first, other)
      : matches(first, action) && matches(second, other);
  });
}

/** Tests whether a dependent action or a type of an action is left out. */
export const isLeftOut = (action: string, other: string): boolean =>
  reasonFor(leftOut, action, other) !== undefined;
