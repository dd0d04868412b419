import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Directory of the project. */
export const project = resolve(__dirname, "../..");

/** The output of `plue` and its exit code. */
export interface PlueResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `plue` that runs. */
export interface RunningPlue {
  readonly child: ChildProcess;
  /** Resolves when it has printed something to standard error that matches. */
  prints(pattern: RegExp): Promise<void>;
  readonly result: Promise<PlueResult>;
}

/**
 * Starts the real command line as a child process, without a terminal.
 * @param directory of the project, or of a copy of it
 */
export function startPlue(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  directory = project,
): RunningPlue {
  const child = spawn(process.execPath, [resolve(directory, "bin/plue.js"), ...args], {
    cwd: directory,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const watcher of watchers) watcher();
  });
  const result = new Promise<PlueResult>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done({ code, stdout, stderr }));
  });
  const prints = (pattern: RegExp) =>
    new Promise<void>((done, failed) => {
      const look = () => {
        if (!pattern.test(stderr)) return;
        watchers.delete(look);
        done();
      };
      watchers.add(look);
      look();
      void result.then(() =>
        failed(new Error(`plue ended without ${String(pattern)}:\n${stderr}`)),
      );
    });
  return { child, prints, result };
}

/** Kills a process and all that it has started, before any of them can do more. */
export function killTree(root: number): void {
  const processes = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [root];
  for (const parent of tree) {
    tree.push(...processes.filter(([, of]) => of === parent).map(([pid]) => pid!));
  }
  for (const pid of tree) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** Runs the command line to its end. */
export function plue(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  directory = project,
): Promise<PlueResult> {
  return startPlue(args, env, directory).result;
}

/**
 * Runs the command line where it must end with an exit code.
 * @throws Error with all that it printed, if it ends with another
 */
export async function plueEnds(
  code: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  directory = project,
): Promise<PlueResult> {
  const result = await plue(args, env, directory);
  if (result.code !== code) {
    throw new Error(
      `plue ${args.join(" ")} ended with ${result.code}, not ${code}:\n${result.stdout}\n${result.stderr.slice(-4000)}`,
    );
  }
  return result;
}

/**
 * Copies the project, with one environment's settings changed as its own owner would change them.
 * @param change of the text of its file in src/environments
 */
export function copyOfProject(environment: string, change: (text: string) => string): string {
  const copy = mkdtempSync(join(tmpdir(), "plue-project-"));
  for (const part of ["bin", "src", "main.ts", "package.json"]) {
    cpSync(join(project, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
  const file = join(copy, "src/environments", `${environment}.ts`);
  const changed = change(readFileSync(file, "utf8"));
  writeFileSync(file, changed);
  return copy;
}
