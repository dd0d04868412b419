import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Tool } from "./machine";
import { project } from "./plue";

/**
 * A program from PyPI, installed into a virtual environment that is kept for the next run.
 * @param version of the package that has the program's name
 * @param more packages that it needs and does not ask for
 */
export function pythonProgram(name: string, version: string, ...more: readonly string[]): Tool {
  const venv = join(project, ".cache", `${name}-${version}`);
  const program = join(venv, "bin", name);
  if (existsSync(program)) return { path: program };
  for (const [command, ...args] of [
    ["python3", "-m", "venv", venv],
    [
      join(venv, "bin", "pip"),
      "install",
      "--quiet",
      "--no-input",
      "--no-compile",
      `${name}==${version}`,
      ...more,
    ],
  ] as const) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status === 0) continue;
    rmSync(venv, { recursive: true, force: true });
    const reason = error?.message ?? stderr.trim().split("\n").at(-1);
    return { missing: `${name} cannot be installed: ${reason}` };
  }
  return { path: program };
}
