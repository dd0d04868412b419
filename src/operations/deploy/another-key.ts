import { ActionRequired } from "../../process/errors";
import type { PlannedAction } from "../../terraform/plan";

/** Types of resources that hold data, and the attribute that names their key. */
const KEYS: Readonly<Record<string, string>> = {
  aws_db_instance: "kms_key_id",
  aws_efs_file_system: "kms_key_id",
  aws_ecr_repository: "encryption_configuration",
};

/**
 * Refuses a plan that would replace resources that hold data because their key changes.
 * @throws ActionRequired if the plan does
 */
export function refuseAnotherKey(
  environment: string,
  actions: readonly Pick<PlannedAction, "action" | "address" | "attributes">[],
): void {
  const lost = actions.filter(({ action, address, attributes }) => {
    const key = KEYS[address.split(".")[0]!];
    return action === "replace" && key !== undefined && attributes.includes(key);
  });
  if (lost.length === 0) return;
  throw new ActionRequired(
    `${environment} would lose its data: the key changes, so ${lost.map(({ address }) => address).join(", ")} would be replaced with empty resources`,
    `Restore \`encryption\` in src/environments/${environment}.ts, or create a new environment with the new value and move the data there: docs/options.md.`,
  );
}
