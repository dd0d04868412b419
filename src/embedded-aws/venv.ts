import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment } from "./environment";
import { Interrupted } from "../process/errors";
import { isRunning } from "../process/identity";
import { capture, succeed } from "../process/run";
import type { Python } from "./tools";

const requirements = join(__dirname, "requirements.txt");

/** Where and how to make a virtual environment. */
export interface VenvOptions {
  /** Directory that holds the environment; several processes may share it. */
  readonly home: string;
  readonly python: Python;
  /** Called with the result. @default nobody */
  readonly note?: (text: string) => void;
}

/**
 * Makes a private virtual environment with moto in it, unless there is one already.
 *
 * It is built beside its place and renamed into it, so what has the right name is whole, whoever
 * was killed while building. Its name is a hash of the requirements and the version of Python.
 * @returns path of its interpreter
 * @throws PlueError if Python or pip fail
 */
export async function ensureVenv({ home, python, note }: VenvOptions): Promise<string> {
  const made = createHash("sha256").update(python.version).update(readFileSync(requirements));
  const name = `venv-${made.digest("hex").slice(0, 12)}`;
  const venv = join(home, name);
  const interpreter = join(venv, "bin", "python");
  const env = cleanEnvironment();
  if (existsSync(venv)) {
    const check = ["-I", "-c", "import aiohttp, docker, flask_cors, moto.server, trustme"];
    const { code } = await capture(interpreter, check, { env }).catch((error: unknown) => {
      if (error instanceof Interrupted) throw error;
      return { code: null };
    });
    if (code === 0) {
      note?.("already there");
      return interpreter;
    }
    rmSync(venv, { recursive: true, force: true });
  }
  mkdirSync(home, { recursive: true });
  removeLeftovers(home, name);

  const building = `${venv}.${process.pid}`;
  const log = join(home, "logs", "pip.log");
  try {
    const create = ["-I", "-m", "venv", building];
    await succeed("Making a virtual environment", python.command, create, { env, log });
    const install = ["-I", "-m", "pip", "install", "--no-input", "--quiet", "-r", requirements];
    await succeed("Installing moto with pip", join(building, "bin", "python"), install, {
      env,
      log,
    });
    renameSync(building, venv);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY" || !existsSync(venv)) throw error;
  }
  return interpreter;
}

/** The interpreters of the virtual environments that a folder has. */
export function interpretersIn(home: string): string[] {
  return readdirSync(home)
    .filter((entry) => /^venv-\w+$/.test(entry))
    .map((entry) => join(home, entry, "bin", "python"));
}

/** Removes the environments of other versions, and those whose maker was killed. */
function removeLeftovers(home: string, current: string): void {
  for (const name of readdirSync(home).filter((entry) => entry.startsWith("venv-"))) {
    const maker = Number(name.split(".")[1]);
    if (name === current || (maker && isRunning(maker))) continue;
    rmSync(join(home, name), { recursive: true, force: true });
  }
}
