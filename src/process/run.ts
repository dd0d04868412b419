import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { closeSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { getSystemErrorMap, stripVTControlCharacters } from "node:util";
import { ActionRequired, PlueError, tail } from "./errors";
import { programOutput } from "./printable";
import { passInterruptsTo, throwIfInterrupted } from "./interrupt";
import { temporaryFile } from "./temporary";

/** How to run a program. */
export interface RunOptions {
  /** @default the current directory */
  readonly cwd?: string;
  /** @default this program's own */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for the program's standard input. @default nothing */
  readonly input?: string;
}

/** How to run a program whose output is followed. */
export interface FollowOptions extends RunOptions {
  /** Called with each piece of output. @default it goes to standard error, with its colours */
  readonly onOutput?: (text: string) => void;
  /** File that keeps the output. @default a temporary one */
  readonly log?: string;
  /** Called with the program's process id. @default nothing */
  readonly onStart?: (pid: number) => void;
}

/** Standard output and standard error of a program. */
export interface Captured {
  /** Exit code; 1 where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  /** Without colours, which a message would show as escapes. */
  readonly stderr: string;
}

/** Output of a program, of both streams. */
export interface Followed {
  /** Exit code; 1 where a signal ended it. */
  readonly code: number;
  /** The signal that ended it; null where none did. */
  readonly signal: NodeJS.Signals | null;
  /** Without colours, which a search for words would stumble over. */
  readonly output: string;
}

let followed = 0;

/**
 * Runs a program and passes on what it prints, as it comes.
 *
 * The program writes to a file that is read as it grows, not to a pipe: should this program be
 * killed, Terraform is not struck by the broken pipe in the middle of an apply.
 * @throws ActionRequired if the program is not installed
 * @throws Interrupted if the user asked to stop
 */
export async function follow(
  program: string,
  args: readonly string[],
  options: FollowOptions = {},
): Promise<Followed> {
  const { log = temporaryFile(`output-${++followed}.log`), onStart } = options;
  const { onOutput = programOutput((text) => process.stderr.write(text)) } = options;
  mkdirSync(dirname(log), { recursive: true });
  closeSync(openSync(log, "w", 0o600));
  const file = openSync(log, "a+");
  const buffer = Buffer.alloc(64 * 1024);
  const decoder = new TextDecoder();
  let output = "";
  let position = 0;
  const pass = () => {
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, position);
      if (length === 0) return;
      position += length;
      const text = decoder.decode(buffer.subarray(0, length), { stream: true });
      output += text;
      onOutput(text);
    }
  };
  const timer = setInterval(pass, 100);
  try {
    const child = start(program, args, options, [input(options), file, file]);
    if (child.pid !== undefined) onStart?.(child.pid);
    const end = await ended(program, child);
    pass();
    throwIfInterrupted();
    return { ...end, output: stripVTControlCharacters(output) };
  } finally {
    clearInterval(timer);
    closeSync(file);
  }
}

/**
 * Runs a program and returns what it prints.
 * @throws ActionRequired if the program is not installed
 * @throws Interrupted if the user asked to stop
 */
export async function capture(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Captured> {
  const child = start(program, args, options, [input(options), "pipe", "pipe"]);
  let stdout = "";
  let stderr = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const { code } = await ended(program, child);
  throwIfInterrupted();
  return { code, stdout, stderr: stripVTControlCharacters(stderr) };
}

/**
 * Runs a program that must succeed, and keeps its output in a log.
 * @param task what it is for, the subject of the message when it fails
 * @throws PlueError with the end of what it printed
 */
export async function succeed(
  task: string,
  program: string,
  args: readonly string[],
  options: FollowOptions & { readonly log: string },
): Promise<void> {
  const { code, output } = await follow(program, args, { onOutput: () => {}, ...options });
  if (code === 0) return;
  throw new PlueError(`${task} failed (exit code ${code}):\n\n${tail(output)}`, {
    log: options.log,
  });
}

/**
 * Hands the terminal to a program until it ends; returns its exit code.
 * @param env what it gets beside this program's own environment
 */
export async function handOver(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...env } });
  // The terminal sends Ctrl-C to both, and it is meant for the program.
  process.removeAllListeners("SIGINT").on("SIGINT", () => {});
  return (await ended(program, child)).code;
}

const input = (options: RunOptions) => (options.input === undefined ? "ignore" : "pipe");

function start(
  program: string,
  args: readonly string[],
  { cwd, env, input }: RunOptions,
  stdio: StdioOptions,
): ChildProcess {
  // A session of its own keeps the terminal's Ctrl-C away: Terraform takes a second interrupt as
  // an order to drop everything, so it must get exactly the one that is passed on.
  let child: ChildProcess;
  try {
    child = spawn(program, args, { cwd, env, stdio, detached: true });
  } catch (error) {
    throw explainStart(program, error as NodeJS.ErrnoException);
  }
  passInterruptsTo(child);
  child.stdin?.on("error", () => {}).end(input);
  return child;
}

function ended(
  program: string,
  child: ChildProcess,
): Promise<{ code: number; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => reject(explainStart(program, error)));
    child.once("close", (code, signal) => resolve({ code: code ?? 1, signal }));
  });
}

/** Node.js reports some of these errors by an event, and throws the others. */
function explainStart(program: string, error: NodeJS.ErrnoException): Error {
  const { code, syscall = "" } = error;
  if (code === "ENOENT") {
    return new ActionRequired(`${program} is not installed, or not on the PATH`);
  }
  if (!syscall.startsWith("spawn")) return error;
  const reason = getSystemErrorMap().get(error.errno!)?.[1];
  return new ActionRequired(`cannot run ${program}: ${reason} (${code})`);
}
