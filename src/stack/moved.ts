import { TerraformResource, type TerraformStack } from "../cdktf";
import { legacyAddress, possibleAddress, type LegacyEnvironment } from "../constructs/legacy";
import { reference } from "../constructs/reference";

/**
 * Lets a stack adopt a state of the old project: a `moved` block for each resource whose address has
 * changed, and a comment from which `plue adopt` reads the resources that the state should hold, with
 * their old addresses.
 */
export function adoptState(stack: TerraformStack, adopts: LegacyEnvironment): void {
  const moved: { from: string; to: string }[] = [];
  const legacyAddresses: Record<string, string> = {};
  for (const resource of stack.node.findAll()) {
    if (!(resource instanceof TerraformResource)) continue;
    const known = legacyAddress(resource, adopts);
    if (known !== undefined) legacyAddresses[reference(resource)] = known;
    const from = known ?? possibleAddress(resource);
    if (from === undefined) continue;
    const to = `${reference(resource)}${resource.count === undefined ? "" : "[0]"}`;
    if (from !== to) moved.push({ from, to });
  }
  stack.addOverride("moved", moved);
  stack.addOverride("//", { legacy_addresses: legacyAddresses });
}
