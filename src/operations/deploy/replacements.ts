import { ActionRequired } from "../../process/errors";
import type { PlannedAction, PlanJson } from "../../terraform/plan";
import type { Environment } from "../environment";

/** Types of resources that hold data, and the attribute that names their key. */
const KEYS: Readonly<Record<string, string>> = {
  aws_db_instance: "kms_key_id",
  aws_efs_file_system: "kms_key_id",
  aws_ecr_repository: "encryption_configuration",
};

/** The attributes by which the provider replaces a service that has a launch type; only adopted ones have. */
const CAPACITY = ["launch_type", "capacity_provider_strategy"];

/**
 * Refuses a plan that would replace resources that hold data because their key changes, or the services
 * of an adopted state because `adopts` was removed.
 * @throws ActionRequired if the plan does
 */
export function refuseReplacements(
  { name, settings }: Pick<Environment, "name" | "settings">,
  actions: readonly Pick<PlannedAction, "action" | "address" | "attributes">[],
): void {
  const replaced = (by: (type: string) => readonly (string | undefined)[]) =>
    actions
      .filter(({ action }) => action === "replace")
      .filter(({ address, attributes }) =>
        by(address.split(".")[0]!).some((one) => one !== undefined && attributes.includes(one)),
      )
      .map(({ address }) => address)
      .join(", ");
  const lost = replaced((type) => [KEYS[type]]);
  if (lost) {
    throw new ActionRequired(
      `${name} would lose its data: the key changes, so ${lost} would be replaced with empty resources`,
      `Restore \`encryption\` in src/environments/${name}.ts, or create a new environment with the new value and move the data there: docs/options.md.`,
    );
  }
  if (settings.adopts !== undefined) return;
  const stopped = replaced((type) => (type === "aws_ecs_service" ? CAPACITY : []));
  if (stopped) {
    throw new ActionRequired(
      `${stopped} would be replaced: the state was adopted from the old project, and \`adopts\` is not set`,
      `Restore \`adopts\` in src/environments/${name}.ts: docs/adopting.md.`,
    );
  }
}

/**
 * Refuses a plan that would create a subnet whose CIDR is still in use by the one that an interrupted apply has
 * replaced: Terraform keeps it, as deposed, until the new one is in use.
 * @throws ActionRequired if the plan does
 */
export function refuseTakenCidrs(
  environment: string,
  { resource_changes: changes = [] }: PlanJson,
): void {
  const taken = changes.filter(
    ({ type, address, change: { after } }) =>
      type === "aws_subnet" &&
      changes.some(
        ({ deposed, address: other, change: { before } }) =>
          deposed !== undefined && other === address && before?.cidr_block === after?.cidr_block,
      ),
  );
  if (taken.length === 0) return;
  const current = taken.map(({ change }) => change.before?.cidr_block).join(", ");
  throw new ActionRequired(
    `an interrupted apply has not finished the replacement of ${taken.map(({ address }) => address).join(", ")}: the old subnet still has the CIDR`,
    `Set \`publicCidr\` in src/environments/${environment}.ts to ${current} and deploy, which finishes it. Then change it back.`,
  );
}
