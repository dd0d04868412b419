import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { client } from "../aws/client";
import type { Environment } from "./environment";
import type { PlanJson } from "../terraform/plan";

/** An object that exists and that the state does not know, though the code has it. */
export interface Leftover {
  /** Its address in the code. */
  readonly address: string;
  /** The id by which Terraform imports it. */
  readonly id: string;
}

/** How Terraform's import finds an object of a type by what was planned for it. */
const IDS: Readonly<
  Record<string, (planned: Planned, environment: Environment) => Promise<string | undefined>>
> = {
  aws_cloudwatch_log_group: named,
  aws_db_instance: ({ identifier }) => Promise.resolve(identifier),
  aws_db_parameter_group: named,
  aws_db_subnet_group: named,
  aws_ecr_repository: named,
  aws_iam_role: named,
  aws_efs_file_system: async ({ creation_token: CreationToken }, environment) => {
    const { FileSystems } = await client(EFSClient, environment).send(
      new DescribeFileSystemsCommand({ CreationToken }),
    );
    return FileSystems?.[0]?.FileSystemId;
  },
  aws_security_group: async ({ name = "", vpc_id: vpc = "" }, environment) => {
    const { SecurityGroups } = await client(EC2Client, environment).send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: "group-name", Values: [name] },
          { Name: "vpc-id", Values: [vpc] },
        ],
      }),
    );
    return SecurityGroups?.[0]?.GroupId;
  },
  aws_secretsmanager_secret: async ({ name }, environment) => {
    const { ARN } = await client(SecretsManagerClient, environment).send(
      new DescribeSecretCommand({ SecretId: name }),
    );
    return ARN;
  },
  aws_lb: async ({ name = "" }, environment) => {
    const { LoadBalancers } = await client(ElasticLoadBalancingV2Client, environment).send(
      new DescribeLoadBalancersCommand({ Names: [name] }),
    );
    return LoadBalancers?.[0]?.LoadBalancerArn;
  },
  aws_lb_target_group: async ({ name = "" }, environment) => {
    const { TargetGroups } = await client(ElasticLoadBalancingV2Client, environment).send(
      new DescribeTargetGroupsCommand({ Names: [name] }),
    );
    return TargetGroups?.[0]?.TargetGroupArn;
  },
};

type Planned = Partial<Record<"name" | "identifier" | "creation_token" | "vpc_id", string>>;

function named({ name }: Planned): Promise<string | undefined> {
  return Promise.resolve(name);
}

/**
 * Finds what Terraform could not create because it is there: an apply that was cut short has asked
 * AWS for it and not waited for the answer.
 */
export async function findLeftovers(
  environment: Environment,
  plan: PlanJson,
  addresses: readonly string[],
): Promise<Leftover[]> {
  const found = await Promise.all(
    addresses.map(async (address) => {
      const change = plan.resource_changes?.find((resource) => resource.address === address);
      if (!change?.change.after) return [];
      const id = await IDS[change.type]?.(change.change.after, environment);
      return id === undefined ? [] : [{ address, id }];
    }),
  );
  return found.flat();
}
