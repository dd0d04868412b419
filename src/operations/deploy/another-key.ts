import { ActionRequired } from "../../process/errors";
import type { PlannedAction } from "../../terraform/plan";

/** What holds data, and the attribute that names its key. */
const KEYS: Readonly<Record<string, string>> = {
  aws_db_instance: "kms_key_id",
  aws_efs_file_system: "kms_key_id",
  aws_ecr_repository: "encryption_configuration",
};

/**
 * Refuses a plan that would replace what holds data to give it another key.
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
    `${environment} would get another key, and lose its data: ${lost.map(({ address }) => address).join(", ")} would be replaced by empty ones`,
    `Put \`encryption\` in src/environments/${environment}.ts back to what it was, or make a new environment with it and move the data there: docs/options.md.`,
  );
}
