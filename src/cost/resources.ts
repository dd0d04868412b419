import type { PlanJson } from "../terraform/plan";
import type { PricedResource } from "../resources/charges";
import { withoutIndex, type Stack } from "../terraform/stack";

/** The resources of a stack, one for each instance. */
export function resourcesOfStack({ resources }: Stack): PricedResource[] {
  return resources.flatMap((resource) => Array<PricedResource>(resource.count).fill(resource));
}

/**
 * The resources before or after a plan.
 * @param stack the stack that was planned: it has what the plan does not know yet
 */
export function resourcesOfPlan(
  plan: PlanJson,
  side: "before" | "after",
  stack: Stack,
): PricedResource[] {
  return (plan.resource_changes ?? []).flatMap(({ address, mode, type, change }) => {
    const planned = change[side];
    if (mode !== "managed" || planned === null) return [];
    const own = stack.declaredAt(address);
    const values = side === "after" ? { ...own?.values, ...planned } : planned;
    const { module = "(removed)", region } = own ?? {};
    return [{ address: withoutIndex(address), type, module, region, values }];
  });
}
