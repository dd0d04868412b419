import { TerraformResource, type TerraformStack } from "../cdktf";
import { reference } from "../constructs/reference";
import type { EnvironmentSettings } from "../environments/settings";

/** The modules of the Terraform project that this one replaces; what stood elsewhere was at its root. */
const modules = new Set([
  "network",
  "database",
  "storage",
  "ecr",
  "ecs_cluster",
  "load_balancer",
  "api_server",
  "web_app",
]);

/** What the old project did not have, by construct path. */
const added = [
  /^network\/aws_(default_security_group|vpc_endpoint)\./,
  /^database\/aws_(db_parameter_group|iam_role|iam_role_policy_attachment)\./,
  /^database\/aws_security_group_rule\.database_from_migrate$/,
  /^storage\/aws_efs_(file_system_policy|backup_policy)\./,
  /^ecr\/aws_ecr_\w+\.db_migrate$/,
  /^load_balancer\/aws_(acm|route53)_/,
  /^(api_server|web_app)\/aws_iam_role_policy\.(task_execution|task_exec)$/,
  /^(api_server|web_app)\/aws_appautoscaling_policy\.\w+_requests$/,
  /^image_tags\//,
  /^budget\//,
  /^db_migrate\/aws_(iam_|security_group)/,
];

/** Where the rule of {@link legacyAddress} does not fit: what stood at dev's root only. */
const atRootOfDev: Readonly<Record<string, string>> = {
  "database/aws_security_group_rule.database_from_api": "aws_security_group_rule.database_from_api",
  "storage/aws_security_group_rule.efs_from_api": "aws_security_group_rule.efs_from_api",
};

/**
 * The address that a resource has in a state of the old project: the construct that holds it was a
 * module of the same name, and the construct's id is its address in there.
 *
 * @returns undefined for what the old project did not have
 */
export function legacyAddress(
  path: string,
  adopts: NonNullable<EnvironmentSettings["adopts"]>,
): string | undefined {
  if (added.some((pattern) => pattern.test(path))) return undefined;
  if (path in atRootOfDev) return adopts === "dev" ? atRootOfDev[path] : undefined;
  const [scope, id] = path.split("/") as [string, string];
  return modules.has(scope) ? `module.${scope}.${id}` : id;
}

/** The `moved` blocks with which a stack takes over a state of the old project. */
export function movedBlocks(
  stack: TerraformStack,
  adopts: NonNullable<EnvironmentSettings["adopts"]>,
): { from: string; to: string }[] {
  return stack.node
    .findAll()
    .filter((element): element is TerraformResource => element instanceof TerraformResource)
    .map((resource) => {
      const index = resource.count === undefined ? "" : "[0]";
      const path = resource.node.path.slice(stack.node.path.length + 1);
      return { from: legacyAddress(path, adopts), to: `${reference(resource)}${index}` };
    })
    .filter(
      (block): block is { from: string; to: string } =>
        block.from !== undefined && block.from !== block.to,
    );
}
