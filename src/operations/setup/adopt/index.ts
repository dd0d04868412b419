import { ActionRequired } from "../../../process/errors";
import type { VariableOptions } from "../../../terraform/variables";
import type { Environment } from "../../environment";
import { openTerraform } from "../../terraform";
import { judge, type Verdict } from "./verdict";

/**
 * Plans on the state of the old project and judges the plan. Nothing is changed.
 * @throws ActionRequired if the environment takes over no state
 */
export async function judgeAdoption(
  environment: Environment,
  variables: VariableOptions,
): Promise<Verdict> {
  const { name, settings } = environment;
  if (settings.adopts === undefined) {
    throw new ActionRequired(
      `${name} takes over no state of the old project`,
      `Set adopts in src/environments/${name}.ts if it should.`,
    );
  }
  const terraform = await openTerraform(environment);
  const { plan } = await terraform.plan({ variables });
  return judge(plan.resource_changes ?? [], terraform.stack.isAdopted);
}
