import { ActionRequired } from "../../../process/errors";
import type { VariableOptions } from "../../../terraform/variables";
import type { Environment } from "../../environment";
import { openTerraform } from "../../terraform";
import { checkPlan, type Verdict } from "./verdict";

/**
 * Plans on the state of the old project and compares the plan with what the adoption does. Nothing is
 * changed.
 * @throws ActionRequired if the environment adopts no state
 */
export async function checkAdoption(
  environment: Environment,
  variables: VariableOptions,
): Promise<Verdict> {
  const { name, settings } = environment;
  if (settings.adopts === undefined) {
    throw new ActionRequired(
      `${name} does not adopt a state of the old project`,
      `If it should, set adopts in src/environments/${name}.ts.`,
    );
  }
  const terraform = await openTerraform(environment, variables);
  const { plan } = await terraform.plan({ variables });
  return checkPlan(plan, {
    environment: settings.adopts,
    isAdopted: terraform.stack.isAdopted,
  });
}
