import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
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
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
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
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
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
  "rds:snapshot:": () => ({
    reason: "final snapshot of the database: delete it when nobody needs it",
  }),
  "rds:auto-backup:": () => ({ reason: "automated backup of the database: expires by itself" }),
  "backup:recovery-point:": () => ({ reason: "backup of the file system: expires by itself" }),
  "secretsmanager:secret:": async (to, _, arn) => {
    const { DeletedDate } = await client(SecretsManagerClient, to).send(
      new DescribeSecretCommand({ SecretId: arn }),
    );
    if (!DeletedDate) return {};
    return { reason: `deleted on ${DeletedDate.toISOString().slice(0, 10)}, can be restored` };
  },
  "ssm:parameter/": async (to, name) =>
    there(await client(SSMClient, to).send(new GetParameterCommand({ Name: `/${name}` }))),
};

async function lookAt(environment: AwsEnvironment, arn: string): Promise<Look> {
  const [, , service = "", , , ...rest] = arn.split(":");
  const resource = `${service}:${rest.join(":")}`;
  const kind = Object.keys(KINDS).find((start) => resource.startsWith(start));
  if (kind === undefined) return {};
  try {
    return await KINDS[kind]!(environment, resource.slice(kind.length), arn);
  } catch (error) {
    const { name } = error as AwsError;
    // What stands in for AWS may lack a call; then what the search by tags says must do.
    if (isNotServed(error) && !/NotFound|NoSuch/.test(name)) return {};
    if (/NotFound|NoSuch|does not exist|^InvalidAllocationID/i.test(name)) return { gone: true };
    throw error;
  }
}

const any = (found: readonly unknown[] = []): Look => ({ gone: found.length === 0 });
/** The call found it: where it is gone, AWS answers with an error. */
const there = (found: unknown): Look => ({ gone: found === undefined });
const filter = (Name: string, value: string) => ({ Filters: [{ Name, Values: [value] }] });
const ec2 = (to: AwsEnvironment) => client(EC2Client, to);
const elb = (to: AwsEnvironment) => client(ElasticLoadBalancingV2Client, to);
const rds = (to: AwsEnvironment) => client(RDSClient, to);
