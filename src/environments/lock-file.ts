import { join } from "node:path";

/** How Terraform calls the file in which it keeps the exact versions and checksums of its providers. */
export const TERRAFORM_LOCK_FILE = ".terraform.lock.hcl";

/**
 * The lock file of an environment that is kept in git, or would be: `plue providers` writes it, and
 * synthesis lays it beside the stack, where Terraform looks for it.
 *
 * @param projectDir directory of this project
 */
export function lockFileOf(environment: string, projectDir: string): string {
  return join(projectDir, "src", "environments", `${environment}${TERRAFORM_LOCK_FILE}`);
}
