import {
  paginateGetResources,
  ResourceGroupsTaggingAPI,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { client, type AwsEnvironment } from "../../aws/client";
import { MISSING, isNotServed, unlessMissing } from "../../aws/errors";
import { itemsOf } from "../../aws/pages";
import { kinds } from "../../resources";
import type { Ask, Look } from "../../resources/kind";

/** A resource that has the environment's tags and exists after a destroy. */
export interface RemainingResource {
  readonly arn: string;
  /** Why it still exists; undefined if it should not. */
  readonly reason: string | undefined;
}

/**
 * The resources of an environment that still exist, by its tags.
 *
 * The search by tags lists a resource for hours after it is gone, so the API of each kind is asked as well.
 */
export async function remainingResources(
  environment: AwsEnvironment,
): Promise<RemainingResource[]> {
  const tagging = client(ResourceGroupsTaggingAPI, environment);
  const TagFilters = [
    { Key: "Environment", Values: [environment.name] },
    { Key: "Project", Values: ["plue"] },
  ];
  const pages = paginateGetResources({ client: tagging }, { TagFilters });
  const found = await itemsOf(pages, ({ ResourceTagMappingList: list }) => list);
  const arns = new Set(found.map(({ ResourceARN }) => ResourceARN!));
  const looks = await Promise.all(
    [...arns].sort().map(async (arn) => ({ arn, ...(await lookAt(environment, arn)) })),
  );
  return looks.filter(({ gone }) => !gone).map(({ arn, reason }) => ({ arn, reason }));
}

/** True if a kind of resource has such an ARN. */
export const isKnown = (arn: string): boolean => askOf(arn) !== undefined;

/** How to ask for an ARN, and the end of it. */
function askOf(arn: string): { ask: Ask; id: string } | undefined {
  const [, , service = "", , , ...rest] = arn.split(":");
  const resource = `${service}:${rest.join(":")}`;
  for (const { remaining } of kinds.values()) {
    if (typeof remaining === "string") continue;
    for (const [start, ask] of Object.entries(remaining)) {
      if (resource.startsWith(start)) return { ask, id: resource.slice(start.length) };
    }
  }
  return undefined;
}

async function lookAt(environment: AwsEnvironment, arn: string): Promise<Look> {
  const kind = askOf(arn);
  if (kind === undefined) return {};
  try {
    const look = async () => kind.ask(environment, kind.id, arn);
    return (await unlessMissing(look, MISSING)) ?? { gone: true };
  } catch (error) {
    // An embedded AWS may not have a call; then the search by tags decides.
    if (isNotServed(error)) return {};
    throw error;
  }
}
