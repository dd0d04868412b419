import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Tool } from "./machine";
import { project } from "./plue";

/**
 * A program from PyPI, in a virtual environment.
 * @param packages with exact versions: the program's own, and what that needs and does not ask for
 */
export function pythonProgram(name: string, ...packages: readonly string[]): Tool {
  return installed(name, packages[0]!, (folder) => [
    ["python3", "-m", "venv", folder],
    [
      join(folder, "bin", "pip"),
      ...["install", "--quiet", "--no-input", "--no-compile", ...packages],
    ],
  ]);
}

/** A program that Go builds. @param version of its package, `module/path@vVERSION` */
export function goProgram(name: string, version: string): Tool {
  return installed(name, version, (folder) => [
    ["env", `GOBIN=${join(folder, "bin")}`, "go", "install", version],
  ]);
}

/** A program of a folder that is kept for the next run, and is made by these commands if it is not there. */
function installed(
  name: string,
  version: string,
  commands: (folder: string) => readonly (readonly [string, ...string[]])[],
): Tool {
  const folder = join(project, ".cache", version.split("/").at(-1)!);
  const path = join(folder, "bin", name);
  if (existsSync(path)) return { path };
  for (const [command, ...args] of commands(folder)) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status === 0) continue;
    rmSync(folder, { recursive: true, force: true });
    const reason = error?.message ?? stderr.trim().split("\n").at(-1);
    return { missing: `${name} cannot be installed: ${reason}` };
  }
  return { path };
}
