import semver from "semver";
import { ActionRequired, PlueError } from "../process/errors";
import { capture, type RunOptions } from "../process/run";
import { findTerraform, type TerraformProgram } from "../terraform/program";

/** An interpreter and its version. */
export interface Python {
  readonly command: string;
  readonly version: string;
}

/** The least versions that do. Write-only arguments need Terraform or OpenTofu 1.11, moto 5.2 Python 3.10. */
const minimum = { node: "20.19", terraform: "1.11", python: "3.10" };

/** Names of the interpreters that are tried, in turn. */
const pythons = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];

/** Result of the search for a program. */
export interface Search<T> {
  /** The program; undefined if there is none that does. */
  readonly found?: T;
  /** The missing programs, for the user; empty if there are none. */
  readonly missing: string[];
}

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

/** Finds a Python that can make a virtual environment. */
export async function findPython(options: RunOptions): Promise<Search<Python>> {
  const wanted = `Python ${minimum.python} or later with its venv module`;
  const probe = "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])";
  const refused: string[] = [];
  for (const command of pythons) {
    const version = (await output(command, ["--version"], options))?.replace("Python ", "").trim();
    if (!version) continue;
    const usable = (await output(command, ["-I", "-c", probe], options)) !== undefined;
    if (atLeast(version, minimum.python) && usable) {
      return { found: { command, version }, missing: [] };
    }
    refused.push(`${command} is ${version}${usable ? "" : " and has no venv or ensurepip"}`);
  }
  const found = refused.length > 0 ? ` (${refused.join(", ")})` : "";
  const where = "https://www.python.org/downloads, or python3 and python3-venv by apt-get";
  return { missing: [`${wanted}${found}: ${where}`] };
}

async function output(
  command: string,
  args: string[],
  options: RunOptions,
): Promise<string | undefined> {
  try {
    const { code, stdout } = await capture(command, args, options);
    return code === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof ActionRequired) return undefined;
    throw error;
  }
}

/** Tests whether a version such as 1.12.0-beta1 is at least a minimum such as 1.11. */
export function atLeast(version: string, least: string): boolean {
  const [found, wanted] = [semver.coerce(version), semver.coerce(least)];
  return found !== null && wanted !== null && semver.gte(found, wanted);
}
