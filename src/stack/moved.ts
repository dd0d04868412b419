import { TerraformResource, type TerraformStack } from "../cdktf";
import { legacyAddress, possibleAddress, type LegacyEnvironment } from "../constructs/legacy";
import { reference } from "../constructs/reference";

/**
 * Lets a stack take over a state of the old project: a `moved` block for each resource that has
 * another address now, and a comment that tells `plue adopt` which resources the state should hold and
 * under which address it had them.
 */
export function takeOver(stack: TerraformStack, adopts: LegacyEnvironment): void {
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
