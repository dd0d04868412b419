import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Something went wrong that the user can read about in one message, without a stack trace. */
export class Failure extends Error {
  /**
   * @param message what happened, to what, and what to do next
   * @param log file with the full output of the program that failed
   */
  constructor(
    message: string,
    readonly log?: string,
  ) {
    super(message);
  }
}

/** How to run a program. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** File that gets all that the program prints. */
  readonly log?: string;
  /** Interrupts the program, once, and lets it finish what must not stay half done. */
  readonly signal?: AbortSignal;
  /** Called with the program's process id. */
  readonly onStart?: (pid: number) => void;
  /** Called with each piece of standard output. */
  readonly onOutput?: (text: string) => void;
}

/** What a program printed, and how it ended. */
export interface RunResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<number>();

/** Kills every program that {@link run} has started and that can be interrupted. */
export function killRunning(): void {
  for (const pid of running) killGroup(pid);
}

/**
 * Runs a program to its end.
 * @throws Failure if it cannot be started, or the signal's reason if that came before its end
 */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { signal, log } = options;
  if (signal?.aborted) return Promise.reject(signal.reason as Error);
  if (log !== undefined) {
    mkdirSync(dirname(log), { recursive: true });
    writeFileSync(log, "");
  }
  return new Promise((resolve, reject) => {
    // A group of its own keeps the terminal's Ctrl-C away from it: Terraform takes a second
    // interrupt as an order to drop everything, so it must get exactly the one that we send.
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: signal !== undefined,
    });
    const interrupt = () => child.kill("SIGINT");
    const output = { stdout: "", stderr: "" };
    const collect = (stream: "stdout" | "stderr") => (text: string) => {
      output[stream] += text;
      if (log !== undefined) appendFileSync(log, text);
      if (stream === "stdout") options.onOutput?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", collect("stdout"));
    child.stderr.setEncoding("utf8").on("data", collect("stderr"));
    if (child.pid !== undefined) {
      options.onStart?.(child.pid);
      if (signal !== undefined) running.add(child.pid);
      signal?.addEventListener("abort", interrupt, { once: true });
    }
    const done = () => {
      if (child.pid !== undefined) running.delete(child.pid);
      signal?.removeEventListener("abort", interrupt);
    };
    child.on("error", (error) => {
      done();
      reject(new Failure(`${command} cannot be started: ${error.message}`));
    });
    child.on("close", (code) => {
      done();
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve({ code, ...output });
    });
  });
}

/**
 * Runs a program that must succeed.
 * @param task what it is for, the subject of the message when it fails
 * @throws Failure with the end of what it printed
 */
export async function runOrFail(
  task: string,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await run(command, args, options);
  if (result.code === 0) return result;
  throw failed(`${task} failed (exit code ${result.code ?? "none"})`, result, options.log);
}

/** A failure that ends with the last lines of what a program printed. */
export function failed(message: string, { stdout, stderr }: RunResult, log?: string): Failure {
  return new Failure(`${message}:\n\n${tail(stderr.trim() === "" ? stdout : stderr)}`, log);
}

/** The last 20 lines of a text. */
export function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}

/** The command line of a process; undefined if there is no such process. */
export function commandOf(pid: number): string | undefined {
  let command: string;
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    try {
      command = execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    } catch {
      return undefined;
    }
  }
  return command.trim() || undefined;
}

/** Kills a process and all that it has started, if it leads a group and still runs. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}
