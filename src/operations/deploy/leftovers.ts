import { MISSING, isDenied, isNotServed, unlessMissing } from "../../aws/errors";
import { kinds } from "../../resources";
import type { Existing, Planned } from "../../resources/kind";
import { logGroupsOfAws } from "../../names";
import { ActionRequired } from "../../process/errors";
import { actionOf, type PlanJson, type ResourceChange } from "../../terraform/plan";
import type { Stack } from "../../terraform/stack";
import type { Import } from "../../terraform/terraform";
import type { Environment } from "../environment";

/**
 * Finds what an apply that was cut short has left: objects that the plan would create, that exist, and
 * that carry the environment's tags or that AWS has made for it. Anything else belongs to somebody else and is never taken.
 * @param addresses where Terraform could not create because something is there
 * @throws ActionRequired that names what must not be taken, and what to do
 */
export async function findLeftovers(
  environment: Environment,
  stack: Stack,
  plan: PlanJson,
  addresses: readonly string[],
): Promise<Import[]> {
  const leftovers: Import[] = [];
  const others: string[] = [];
  for (const address of addresses) {
    const planned = plan.resource_changes?.find((change) => change.address === address);
    const found = planned && (await existingAt(environment, stack, planned));
    if (found && isOurs(environment, found)) leftovers.push({ address, id: found.id });
    else others.push(found ? `${address} (${found.id})` : address);
  }
  if (others.length === 0) return leftovers;
  const { name, stackDir } = environment;
  throw new ActionRequired(
    `something exists where Terraform would create ${others.join(", ")}, and its tags do not say that it is this environment's (Environment=${name}, Project=plue)`,
    "If it belongs to something else, remove it or give this one another name.",
    `If it is this environment's, take it into the state yourself: terraform -chdir=${stackDir} import ADDRESS ID`,
  );
}

/** An object that exists where a plan would create one. */
export interface Found {
  /** The id by which Terraform imports it. */
  readonly id: string;
  /** True if its tags say that it is this environment's, or AWS has made it for it. */
  readonly isOurs: boolean;
}

/** Looks for every object that a plan would create, before the apply meets it; by address. */
export async function existingObjects(
  environment: Environment,
  stack: Stack,
  plan: PlanJson,
): Promise<Map<string, Found>> {
  const found = await Promise.all(
    (plan.resource_changes ?? []).map(async (planned): Promise<[string, Found][]> => {
      const existing = await existingAt(environment, stack, planned);
      if (existing === undefined) return [];
      return [[planned.address, { id: existing.id, isOurs: isOurs(environment, existing) }]];
    }),
  );
  return new Map(found.flat());
}

async function existingAt(
  environment: Environment,
  stack: Stack,
  planned: ResourceChange,
): Promise<Existing | undefined> {
  if (actionOf(planned) !== "create") return undefined;
  const find = kinds.get(planned.type)?.existing;
  if (typeof find !== "function") return undefined;
  const { region = environment.region } = stack.declaredAt(planned.address) ?? {};
  try {
    return await unlessMissing(() => find(knownOf(planned), { ...environment, region }), MISSING);
  } catch (error) {
    // Terraform reports an object that the caller may not read.
    if (error instanceof NotKnown || isDenied(error) || isNotServed(error)) return undefined;
    throw error;
  }
}

/** A search asks for a value that AWS gives only when the object is created, so there cannot be one yet. */
class NotKnown extends Error {}

function knownOf({ change: { after, after_unknown: unknown } }: ResourceChange): Planned {
  return new Proxy(after as Planned, {
    get: (values, name) => {
      if (unknown?.[name as string] === true) throw new NotKnown();
      return values[name as string];
    },
  });
}

function isOurs({ name }: Environment, { id, tags }: Existing): boolean {
  // AWS makes these by itself, for this environment's database and cluster, and puts no tags on them.
  if (logGroupsOfAws(name).includes(id)) return true;
  return tags.Environment === name && tags.Project === "plue";
}
