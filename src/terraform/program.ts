import { ActionRequired, tail } from "../process/errors";
import { capture, type RunOptions } from "../process/run";

/** The program that does Terraform's work: Terraform itself, or OpenTofu. */
export interface TerraformProgram {
  /** Name or path by which it is started. */
  readonly command: string;
  /** The product. */
  readonly product: "Terraform" | "OpenTofu";
  /** Its version, such as `1.11.4`. */
  readonly version: string;
  /** Operating system and architecture as it names them: `linux_amd64`. */
  readonly platform: string;
}

/** The registry that `hashicorp/aws` means: each program has its own. */
export const registryOf = {
  Terraform: "registry.terraform.io",
  OpenTofu: "registry.opentofu.org",
} as const;

/**
 * Name or path of the program: PLUE_TERRAFORM, or TERRAFORM_BINARY_NAME, which cdktf's own
 * commands read, or `terraform`.
 */
export function terraformCommand(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.PLUE_TERRAFORM || environment.TERRAFORM_BINARY_NAME || "terraform";
}

/**
 * Asks the program which it is.
 * @throws ActionRequired if it is not installed, or is neither Terraform nor OpenTofu
 */
export async function findTerraform(options: RunOptions = {}): Promise<TerraformProgram> {
  const command = terraformCommand(options.env);
  const { stdout, stderr } = await capture(command, ["version"], options);
  const [, product, version] = /^(Terraform|OpenTofu) v(\S+)/m.exec(stdout) ?? [];
  const [, platform] = /^on (\S+)/m.exec(stdout) ?? [];
  if (version === undefined || platform === undefined) {
    throw new ActionRequired(
      `${command} is neither Terraform nor OpenTofu; ${command} version prints:\n${tail(stdout + stderr)}`,
      "Install Terraform, or let PLUE_TERRAFORM name it.",
    );
  }
  return { command, product: product as TerraformProgram["product"], version, platform };
}
