import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as ListTagsOfLogGroupCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeRepositoriesCommand,
  ECRClient,
  ListTagsForResourceCommand as ListTagsOfRepositoryCommand,
} from "@aws-sdk/client-ecr";
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import {
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand as ListTagsOfDatabaseCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { client, type AwsTarget } from "./client";

/** An object that exists in AWS. */
export interface Existing {
  /** The id by which Terraform imports it. */
  readonly id: string;
  /** Its tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What was planned for an object, as far as it is found by it. */
export type Planned = Partial<Record<"name" | "identifier" | "creation_token" | "vpc_id", string>>;

type Find = (planned: Planned, target: AwsTarget) => Promise<Existing | undefined>;

/** How to find an object by what was planned for it, by Terraform's type. */
const FINDERS: Readonly<Record<string, Find>> = {
  aws_cloudwatch_log_group: async ({ name }, target) => {
    const logs = client(CloudWatchLogsClient, target);
    const { logGroups = [] } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
    );
    const found = logGroups.find(({ logGroupName }) => logGroupName === name);
    // The one of its two ARNs that does not end in :*.
    const resourceArn = found?.logGroupArn ?? found?.arn?.replace(/:\*$/, "");
    if (!name || !resourceArn) return undefined;
    const { tags = {} } = await logs.send(new ListTagsOfLogGroupCommand({ resourceArn }));
    return { id: name, tags };
  },
  aws_db_instance: async ({ identifier }, target) => {
    const { DBInstances: [found] = [] } = await client(RDSClient, target).send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
    );
    return found && existing(found.DBInstanceIdentifier, found.TagList);
  },
  aws_db_parameter_group: async ({ name }, target) => {
    const rds = client(RDSClient, target);
    const { DBParameterGroups: [found] = [] } = await rds.send(
      new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name }),
    );
    return existing(name, await tagsOfDatabase(rds, found?.DBParameterGroupArn));
  },
  aws_db_subnet_group: async ({ name }, target) => {
    const rds = client(RDSClient, target);
    const { DBSubnetGroups: [found] = [] } = await rds.send(
      new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name }),
    );
    return existing(name, await tagsOfDatabase(rds, found?.DBSubnetGroupArn));
  },
  aws_ecr_repository: async ({ name = "" }, target) => {
    const ecr = client(ECRClient, target);
    const { repositories: [found] = [] } = await ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [name] }),
    );
    const { tags } = await ecr.send(
      new ListTagsOfRepositoryCommand({ resourceArn: found?.repositoryArn }),
    );
    return existing(name, tags);
  },
  aws_iam_role: async ({ name }, target) => {
    const { Role } = await client(IAMClient, target).send(new GetRoleCommand({ RoleName: name }));
    return existing(name, Role?.Tags);
  },
  aws_efs_file_system: async ({ creation_token: CreationToken }, target) => {
    const { FileSystems: [found] = [] } = await client(EFSClient, target).send(
      new DescribeFileSystemsCommand({ CreationToken }),
    );
    return existing(found?.FileSystemId, found?.Tags);
  },
  aws_security_group: async ({ name = "", vpc_id: vpc = "" }, target) => {
    const { SecurityGroups: [found] = [] } = await client(EC2Client, target).send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: "group-name", Values: [name] },
          { Name: "vpc-id", Values: [vpc] },
        ],
      }),
    );
    return existing(found?.GroupId, found?.Tags);
  },
  aws_secretsmanager_secret: async ({ name }, target) => {
    const { ARN, Tags } = await client(SecretsManagerClient, target).send(
      new DescribeSecretCommand({ SecretId: name }),
    );
    return existing(ARN, Tags);
  },
  aws_lb: async ({ name = "" }, target) => {
    const elb = client(ElasticLoadBalancingV2Client, target);
    const { LoadBalancers: [found] = [] } = await elb.send(
      new DescribeLoadBalancersCommand({ Names: [name] }),
    );
    return withTags(elb, found?.LoadBalancerArn);
  },
  aws_lb_target_group: async ({ name = "" }, target) => {
    const elb = client(ElasticLoadBalancingV2Client, target);
    const { TargetGroups: [found] = [] } = await elb.send(
      new DescribeTargetGroupsCommand({ Names: [name] }),
    );
    return withTags(elb, found?.TargetGroupArn);
  },
};

/** The object that stands where Terraform would create one; undefined where it cannot be found. */
export async function findExisting(
  target: AwsTarget,
  type: string,
  planned: Planned,
): Promise<Existing | undefined> {
  return FINDERS[type]?.(planned, target);
}

interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

function existing(id: string | undefined, tags: readonly Tag[] = []): Existing | undefined {
  if (id === undefined) return undefined;
  return { id, tags: Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])) };
}

async function tagsOfDatabase(rds: RDSClient, arn: string | undefined): Promise<Tag[]> {
  const { TagList = [] } = await rds.send(new ListTagsOfDatabaseCommand({ ResourceName: arn }));
  return TagList;
}

async function withTags(
  elb: ElasticLoadBalancingV2Client,
  arn: string | undefined,
): Promise<Existing | undefined> {
  if (arn === undefined) return undefined;
  const { TagDescriptions: [found] = [] } = await elb.send(
    new DescribeTagsCommand({ ResourceArns: [arn] }),
  );
  return existing(arn, found?.Tags);
}
