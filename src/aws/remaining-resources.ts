import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import {
  BackupClient,
  DescribeBackupVaultCommand,
  GetBackupPlanCommand,
  GetRestoreTestingPlanCommand,
} from "@aws-sdk/client-backup";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { DescribeClustersCommand, DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeAccessPointsCommand,
  DescribeFileSystemsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import {
  DescribeCacheClustersCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeCacheSubnetGroupsCommand,
  DescribeReplicationGroupsCommand,
  DescribeServerlessCachesCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSubnetGroupsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetTopicAttributesCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetWebACLCommand, Scope, WAFV2Client } from "@aws-sdk/client-wafv2";
import { client, type AwsEnvironment } from "./client";
import { isNotServed, type AwsError } from "./errors";

/** Something that has the environment's tags after it was destroyed. */
export interface RemainingResource {
  readonly arn: string;
  /** Why it is still there; undefined if it should not be. */
  readonly reason: string | undefined;
}

/**
 * What of the environment is left, by its tags.
 *
 * The search by tags lists a resource for hours after it is gone, so each kind's own API is asked
 * whether it is there.
 */
export async function remainingResources(
  environment: AwsEnvironment,
): Promise<RemainingResource[]> {
  const tagging = client(ResourceGroupsTaggingAPIClient, environment);
  const arns = new Set<string>();
  for await (const page of paginateGetResources(
    { client: tagging },
    {
      TagFilters: [
        { Key: "Environment", Values: [environment.name] },
        { Key: "Project", Values: ["plue"] },
      ],
    },
  )) {
    for (const { ResourceARN } of page.ResourceTagMappingList ?? []) arns.add(ResourceARN!);
  }
  const found = await Promise.all(
    [...arns].sort().map(async (arn) => ({ arn, ...(await lookAt(environment, arn)) })),
  );
  return found.filter(({ gone }) => !gone).map(({ arn, reason }) => ({ arn, reason }));
}

/** What a look at a resource found. */
interface Look {
  readonly gone?: boolean;
  readonly reason?: string;
}

/** Asks the API of a kind. @param id what follows the kind in the ARN */
type Ask = (environment: AwsEnvironment, id: string, arn: string) => Promise<Look> | Look;

/** Kinds of ARNs, `service:resource`, and how to ask for one of them. */
const KINDS: Readonly<Record<string, Ask>> = {
  "acm:certificate/": async (to, _, arn) =>
    there(
      await client(ACMClient, to).send(new DescribeCertificateCommand({ CertificateArn: arn })),
    ),
  // It is nothing without its service, and costs nothing.
  "application-autoscaling:scalable-target/": () => ({ gone: true }),
  "backup:backup-plan:": async (to, BackupPlanId) => {
    const plan = await backup(to).send(new GetBackupPlanCommand({ BackupPlanId }));
    return { gone: plan.DeletionDate !== undefined };
  },
  "backup:backup-vault:": async (to, BackupVaultName) =>
    there(await backup(to).send(new DescribeBackupVaultCommand({ BackupVaultName }))),
  "backup:restore-testing-plan:": async (to, id) =>
    there(
      await backup(to).send(
        // AWS puts an id of 36 characters behind the name.
        new GetRestoreTestingPlanCommand({ RestoreTestingPlanName: id.slice(0, -37) }),
      ),
    ),
  "cloudwatch:alarm:": async (to, name) => {
    const { MetricAlarms } = await client(CloudWatchClient, to).send(
      new DescribeAlarmsCommand({ AlarmNames: [name] }),
    );
    return any(MetricAlarms);
  },
  "ec2:elastic-ip/": async (to, id) =>
    any((await ec2(to).send(new DescribeAddressesCommand(filter("allocation-id", id)))).Addresses),
  "ec2:internet-gateway/": async (to, id) =>
    any(
      (await ec2(to).send(new DescribeInternetGatewaysCommand(filter("internet-gateway-id", id))))
        .InternetGateways,
    ),
  "ec2:natgateway/": async (to, id) => {
    const { NatGateways } = await ec2(to).send(
      new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }),
    );
    return any(NatGateways?.filter(({ State }) => State !== "deleted"));
  },
  "ec2:network-interface/": async (to, id) =>
    any(
      (await ec2(to).send(new DescribeNetworkInterfacesCommand(filter("network-interface-id", id))))
        .NetworkInterfaces,
    ),
  "ec2:route-table/": async (to, id) =>
    any(
      (await ec2(to).send(new DescribeRouteTablesCommand(filter("route-table-id", id))))
        .RouteTables,
    ),
  "ec2:security-group/": async (to, id) =>
    any(
      (await ec2(to).send(new DescribeSecurityGroupsCommand(filter("group-id", id))))
        .SecurityGroups,
    ),
  "ec2:security-group-rule/": async (to, id) =>
    any(
      (
        await ec2(to).send(
          new DescribeSecurityGroupRulesCommand(filter("security-group-rule-id", id)),
        )
      ).SecurityGroupRules,
    ),
  "ec2:subnet/": async (to, id) =>
    any((await ec2(to).send(new DescribeSubnetsCommand(filter("subnet-id", id)))).Subnets),
  "ec2:vpc/": async (to, id) =>
    any((await ec2(to).send(new DescribeVpcsCommand(filter("vpc-id", id)))).Vpcs),
  "ec2:vpc-endpoint/": async (to, id) => {
    const { VpcEndpoints } = await ec2(to).send(
      new DescribeVpcEndpointsCommand(filter("vpc-endpoint-id", id)),
    );
    return any(VpcEndpoints?.filter(({ State }) => State?.toLowerCase() !== "deleted"));
  },
  "ec2:vpc-flow-log/": async (to, id) =>
    any((await ec2(to).send(new DescribeFlowLogsCommand({ FlowLogIds: [id] }))).FlowLogs),
  "ecr:repository/": async (to, name) =>
    any(
      (
        await client(ECRClient, to).send(
          new DescribeRepositoriesCommand({ repositoryNames: [name] }),
        )
      ).repositories,
    ),
  // ECS shows clusters and services for about an hour after their end.
  "ecs:cluster/": async (to, _, arn) => {
    const { clusters } = await client(ECSClient, to).send(
      new DescribeClustersCommand({ clusters: [arn] }),
    );
    return any(clusters?.filter(({ status }) => status !== "INACTIVE"));
  },
  "ecs:service/": async (to, _, arn) => {
    const { services } = await client(ECSClient, to).send(
      new DescribeServicesCommand({ cluster: arn.split("/")[1], services: [arn] }),
    );
    return any(services?.filter(({ status }) => status !== "INACTIVE"));
  },
  // A task is nothing without its service; ECS shows it for an hour after its end.
  "ecs:task/": () => ({ gone: true }),
  "ecs:task-definition/": () => ({ reason: "revision of a task definition: costs nothing" }),
  "elasticfilesystem:access-point/": async (to, id) =>
    any(
      (await client(EFSClient, to).send(new DescribeAccessPointsCommand({ AccessPointId: id })))
        .AccessPoints,
    ),
  "elasticfilesystem:file-system/": async (to, id) =>
    any(
      (await client(EFSClient, to).send(new DescribeFileSystemsCommand({ FileSystemId: id })))
        .FileSystems,
    ),
  "elasticache:cluster:": async (to, CacheClusterId) =>
    any(
      (await elastiCache(to).send(new DescribeCacheClustersCommand({ CacheClusterId })))
        .CacheClusters,
    ),
  "elasticache:parametergroup:": async (to, CacheParameterGroupName) =>
    any(
      (
        await elastiCache(to).send(
          new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName }),
        )
      ).CacheParameterGroups,
    ),
  "elasticache:replicationgroup:": async (to, ReplicationGroupId) =>
    any(
      (await elastiCache(to).send(new DescribeReplicationGroupsCommand({ ReplicationGroupId })))
        .ReplicationGroups,
    ),
  "elasticache:serverlesscache:": async (to, ServerlessCacheName) =>
    any(
      (await elastiCache(to).send(new DescribeServerlessCachesCommand({ ServerlessCacheName })))
        .ServerlessCaches,
    ),
  "elasticache:subnetgroup:": async (to, CacheSubnetGroupName) =>
    any(
      (await elastiCache(to).send(new DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName })))
        .CacheSubnetGroups,
    ),
  "elasticache:user:": async (to, UserId) =>
    any((await elastiCache(to).send(new DescribeUsersCommand({ UserId }))).Users),
  "elasticache:usergroup:": async (to, UserGroupId) =>
    any((await elastiCache(to).send(new DescribeUserGroupsCommand({ UserGroupId }))).UserGroups),
  "elasticloadbalancing:listener/": async (to, _, arn) =>
    any((await elb(to).send(new DescribeListenersCommand({ ListenerArns: [arn] }))).Listeners),
  "elasticloadbalancing:listener-rule/": async (to, _, arn) =>
    any((await elb(to).send(new DescribeRulesCommand({ RuleArns: [arn] }))).Rules),
  "elasticloadbalancing:loadbalancer/": async (to, _, arn) =>
    any(
      (await elb(to).send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })))
        .LoadBalancers,
    ),
  "elasticloadbalancing:targetgroup/": async (to, _, arn) =>
    any(
      (await elb(to).send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] })))
        .TargetGroups,
    ),
  "events:rule/": async (to, Name) =>
    there(await client(EventBridgeClient, to).send(new DescribeRuleCommand({ Name }))),
  "iam:role/": async (to, RoleName) =>
    there(await client(IAMClient, to).send(new GetRoleCommand({ RoleName }))),
  "kms:key/": async (to, KeyId) => {
    const { KeyMetadata } = await client(KMSClient, to).send(new DescribeKeyCommand({ KeyId }));
    const date = KeyMetadata?.DeletionDate?.toISOString().slice(0, 10);
    return date === undefined
      ? {}
      : { reason: `customer key: deleted on ${date}; until then \`aws kms cancel-key-deletion\`` };
  },
  "logs:log-group:": async (to, name) => {
    const { logGroups } = await client(CloudWatchLogsClient, to).send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
    );
    return any(logGroups?.filter(({ logGroupName }) => logGroupName === name));
  },
  "rds:db:": async (to, name) =>
    any(
      (await rds(to).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name })))
        .DBInstances,
    ),
  "rds:pg:": async (to, name) =>
    any(
      (await rds(to).send(new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name })))
        .DBParameterGroups,
    ),
  "rds:subgrp:": async (to, name) =>
    any(
      (await rds(to).send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name })))
        .DBSubnetGroups,
    ),
  "rds:snapshot:awsbackup:": () => ({
    reason: "backup of the database by AWS Backup: expires by itself",
  }),
  "rds:snapshot:": () => ({
    reason: "final snapshot of the database: delete it when nobody needs it",
  }),
  "rds:auto-backup:": () => ({ reason: "automated backup of the database: expires by itself" }),
  "backup:recovery-point:": () => ({ reason: "backup by AWS Backup: expires by itself" }),
  "s3:": async (to, Bucket) =>
    there(await client(S3Client, to).send(new HeadBucketCommand({ Bucket }))),
  "secretsmanager:secret:": async (to, _, arn) => {
    const { DeletedDate } = await client(SecretsManagerClient, to).send(
      new DescribeSecretCommand({ SecretId: arn }),
    );
    if (!DeletedDate) return {};
    return { reason: `deleted on ${DeletedDate.toISOString().slice(0, 10)}, can be restored` };
  },
  "sns:": async (to, _, TopicArn) =>
    there(await client(SNSClient, to).send(new GetTopicAttributesCommand({ TopicArn }))),
  "ssm:parameter/": async (to, name) =>
    there(await client(SSMClient, to).send(new GetParameterCommand({ Name: `/${name}` }))),
  "wafv2:regional/webacl/": async (to, id) => {
    const [Name, Id] = id.split("/");
    const acl = new GetWebACLCommand({ Name, Id, Scope: Scope.REGIONAL });
    return there(await client(WAFV2Client, to).send(acl));
  },
};

/** Whether it is known how to ask for what has an ARN. */
export function canBeAskedFor(arn: string): boolean {
  return kindOf(arn) !== undefined;
}

/** The kind of an ARN, and what follows it there. */
function kindOf(arn: string): { ask: Ask; id: string } | undefined {
  const [, , service = "", , , ...rest] = arn.split(":");
  const resource = `${service}:${rest.join(":")}`;
  const [start, ask] = Object.entries(KINDS).find(([kind]) => resource.startsWith(kind)) ?? [];
  return start === undefined ? undefined : { ask: ask!, id: resource.slice(start.length) };
}

async function lookAt(environment: AwsEnvironment, arn: string): Promise<Look> {
  const kind = kindOf(arn);
  if (kind === undefined) return {};
  try {
    return await kind.ask(environment, kind.id, arn);
  } catch (error) {
    const { name } = error as AwsError;
    // What stands in for AWS may lack a call; then what the search by tags says must do.
    if (isNotServed(error) && !/NotFound|NoSuch|Nonexistent/.test(name)) return {};
    if (/NotFound|NoSuch|Nonexistent|does not exist|^InvalidAllocationID/i.test(name))
      return { gone: true };
    throw error;
  }
}

const backup = (to: AwsEnvironment) => client(BackupClient, to);
const elastiCache = (to: AwsEnvironment) => client(ElastiCacheClient, to);
const any = (found: readonly unknown[] = []): Look => ({ gone: found.length === 0 });
/** The call found it: where it is gone, AWS answers with an error. */
const there = (found: unknown): Look => ({ gone: found === undefined });
const filter = (Name: string, value: string) => ({ Filters: [{ Name, Values: [value] }] });
const ec2 = (to: AwsEnvironment) => client(EC2Client, to);
const elb = (to: AwsEnvironment) => client(ElasticLoadBalancingV2Client, to);
const rds = (to: AwsEnvironment) => client(RDSClient, to);
