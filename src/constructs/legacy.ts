import type { Construct } from "constructs";
import type { TerraformResource } from "../cdktf";
import type { EnvironmentSettings } from "../environments/settings";

/** An environment of the Terraform project that this one replaces. */
export type LegacyEnvironment = NonNullable<EnvironmentSettings["adopts"]>;

const NEW = "plue:new";
const ADDRESS = "plue:legacy-address";
const POSSIBLE = "plue:possible-legacy-address";

/** Marks resources, or constructs with all their resources, that the old project did not have. */
export function isNew(...elements: readonly Construct[]): void {
  for (const element of elements) element.node.addMetadata(NEW, true);
}

/**
 * Sets the address of a resource in the old project, where the rule of {@link legacyAddress} does not apply.
 * @param address address by environment; the old project did not have the resource in an environment that
 * is missing here
 */
export function legacyAddressIs(
  resource: TerraformResource,
  address: Partial<Record<LegacyEnvironment, string>>,
): void {
  resource.node.addMetadata(ADDRESS, address);
}

/**
 * Names an address at which a state of the old project may hold a resource that its code did not have:
 * its owner had to add it.
 */
export function mayBeAt(resource: TerraformResource, address: string): void {
  resource.node.addMetadata(POSSIBLE, address);
}

/** The address of {@link mayBeAt}, if the resource has one. */
export function possibleAddress(resource: TerraformResource): string | undefined {
  return resource.node.metadata.find(({ type }) => type === POSSIBLE)?.data as string | undefined;
}

/** The modules of the old project; all other resources were in its root module. */
export const legacyModules: ReadonlySet<string> = new Set([
  "network",
  "database",
  "storage",
  "ecr",
  "ecs_cluster",
  "load_balancer",
  "api_server",
  "web_app",
]);

/**
 * The address of a resource in a state of the old project: its construct was a module of the same name,
 * and its construct id is the address in that module.
 *
 * @returns undefined if the old project did not have the resource
 */
export function legacyAddress(
  resource: TerraformResource,
  adopts: LegacyEnvironment,
): string | undefined {
  const metadata = (element: { node: Construct["node"] }, type: string) =>
    element.node.metadata.find((entry) => entry.type === type)?.data as unknown;
  if (resource.node.scopes.some((scope) => metadata(scope, NEW))) return undefined;
  const stated = metadata(resource, ADDRESS) as Partial<Record<LegacyEnvironment, string>>;
  if (stated) return stated[adopts];
  const { id, scope } = resource.node;
  const module = scope?.node.id ?? "";
  return legacyModules.has(module) ? `module.${module}.${id}` : id;
}
