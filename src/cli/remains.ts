import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { client } from "./aws";
import type { Environment } from "./environment";
import type { AwsError } from "./errors";

/** Something that has the environment's tags after it was destroyed. */
export interface Remainder {
  readonly arn: string;
  /** Why it is still there; undefined if it should not be. */
  readonly reason: string | undefined;
}

/** What has the environment's tags. */
export async function remains(environment: Environment): Promise<Remainder[]> {
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

async function reasonFor(
  environment: Environment,
  arn: string,
): Promise<{ reason?: string; gone?: boolean }> {
  if (/:rds:[^:]*:[^:]*:snapshot:/.test(arn)) {
    return { reason: "final snapshot of the database: delete it when nobody needs it" };
  }
  if (/:backup:[^:]*:[^:]*:recovery-point:/.test(arn)) {
    return { reason: "backup of the file system: expires by itself" };
  }
  if (/:ecs:[^:]*:[^:]*:task-definition\//.test(arn)) {
    return { reason: "revision of a task definition: costs nothing" };
  }
  if (/:secretsmanager:/.test(arn)) return secretReason(environment, arn);
  return {};
}

async function secretReason(
  environment: Environment,
  SecretId: string,
): Promise<{ reason?: string; gone?: boolean }> {
  try {
    const { DeletedDate } = await client(SecretsManagerClient, environment).send(
      new DescribeSecretCommand({ SecretId }),
    );
    if (!DeletedDate) return {};
    return { reason: `deleted on ${DeletedDate.toISOString().slice(0, 10)}, can be restored` };
  } catch (error) {
    if ((error as AwsError).name === "ResourceNotFoundException") return { gone: true };
    throw error;
  }
}
