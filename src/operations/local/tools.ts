import { atLeast, findPython, minimum, type Python, type Search } from "../../embedded-aws/tools";
import { PlueError } from "../../process/errors";
import type { RunOptions } from "../../process/run";
import { findTerraform, type TerraformProgram } from "../../terraform/program";

/** The programs that the embedded AWS and Terraform need. */
export interface Tools {
  /** Python that can make a virtual environment. */
  readonly python: Python;
  /** Terraform or OpenTofu. */
  readonly terraform: TerraformProgram;
}

/**
 * Finds the programs.
 * @throws PlueError that names each one missing, with its minimum version
 */
export async function findTools(options: RunOptions = {}): Promise<Tools> {
  const [terraform, python] = await Promise.all([
    findRecentTerraform(options),
    findPython(options),
  ]);
  const missing = [
    atLeast(process.versions.node, minimum.node)
      ? []
      : [`Node.js ${minimum.node} or later (this is ${process.versions.node}): https://nodejs.org`],
    terraform.missing,
    python.missing,
  ].flat();
  if (terraform.found === undefined || python.found === undefined || missing.length > 0) {
    throw new PlueError(`This needs, on the PATH:\n  ${missing.join("\n  ")}`);
  }
  return { python: python.found, terraform: terraform.found };
}

async function findRecentTerraform(options: RunOptions): Promise<Search<TerraformProgram>> {
  const wanted = `Terraform ${minimum.terraform} or later, or OpenTofu of as late a version`;
  const where =
    "https://developer.hashicorp.com/terraform/install, https://opentofu.org/docs/intro/install";
  try {
    const found = await findTerraform(options);
    if (atLeast(found.version, minimum.terraform)) return { found, missing: [] };
    return { missing: [`${wanted} (found ${found.product} ${found.version}): ${where}`] };
  } catch (error) {
    if (!(error instanceof PlueError)) throw error;
    return { missing: [`${wanted}: ${where}`] };
  }
}
