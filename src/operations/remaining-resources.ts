import { DescribeNatGatewaysCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeClustersCommand, DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { client } from "../aws/client";
import type { AwsError } from "../aws/errors";
import type { Environment } from "./environment";

/** Something that has the environment's tags after it was destroyed. */
export interface RemainingResource {
  readonly arn: string;
  /** Why it is still there; undefined if it should not be. */
  readonly reason: string | undefined;
}

/** What has the environment's tags. */
export async function remainingResources(environment: Environment): Promise<RemainingResource[]> {
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
    [...arns].sort().map(async (arn) => ({ arn, ...(await reasonFor(environment, arn)) })),
  );
  return found.filter(({ gone }) => !gone).map(({ arn, reason }) => ({ arn, reason }));
}

/** Why something with an ARN of this form may be there, or whether it is really gone. */
const REASONS: readonly (readonly [
  arn: RegExp,
  look: (environment: Environment, arn: string) => Promise<Reason> | Reason,
])[] = [
  [
    /:rds:[^:]*:[^:]*:snapshot:/,
    () => ({ reason: "final snapshot of the database: delete it when nobody needs it" }),
  ],
  [
    /:backup:[^:]*:[^:]*:recovery-point:/,
    () => ({ reason: "backup of the file system: expires by itself" }),
  ],
  [
    /:ecs:[^:]*:[^:]*:task-definition\//,
    () => ({ reason: "revision of a task definition: costs nothing" }),
  ],
  [/:secretsmanager:/, secret],
  // AWS shows these for about an hour after their end.
  [/:ecs:[^:]*:[^:]*:cluster\//, cluster],
  [/:ecs:[^:]*:[^:]*:service\//, service],
  [/:ec2:[^:]*:[^:]*:natgateway\//, natGateway],
];

interface Reason {
  readonly reason?: string;
  readonly gone?: boolean;
}

async function reasonFor(environment: Environment, arn: string): Promise<Reason> {
  const [, look] = REASONS.find(([pattern]) => pattern.test(arn)) ?? [];
  try {
    return (await look?.(environment, arn)) ?? {};
  } catch (error) {
    if (/NotFound/.test((error as AwsError).name)) return { gone: true };
    throw error;
  }
}

async function secret(environment: Environment, SecretId: string): Promise<Reason> {
  const { DeletedDate } = await client(SecretsManagerClient, environment).send(
    new DescribeSecretCommand({ SecretId }),
  );
  if (!DeletedDate) return {};
  return { reason: `deleted on ${DeletedDate.toISOString().slice(0, 10)}, can be restored` };
}

async function cluster(environment: Environment, arn: string): Promise<Reason> {
  const { clusters = [] } = await client(ECSClient, environment).send(
    new DescribeClustersCommand({ clusters: [arn] }),
  );
  return { gone: clusters.every(({ status }) => status === "INACTIVE") };
}

async function service(environment: Environment, arn: string): Promise<Reason> {
  const { services = [] } = await client(ECSClient, environment).send(
    new DescribeServicesCommand({ cluster: arn.split("/")[1], services: [arn] }),
  );
  return { gone: services.every(({ status }) => status === "INACTIVE") };
}

async function natGateway(environment: Environment, arn: string): Promise<Reason> {
  const { NatGateways = [] } = await client(EC2Client, environment).send(
    new DescribeNatGatewaysCommand({ NatGatewayIds: [arn.split("/").at(-1)!] }),
  );
  return { gone: NatGateways.every(({ State }) => State === "deleted") };
}
