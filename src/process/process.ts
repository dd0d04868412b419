import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NeedsPerson } from "./errors";
import { passInterruptsTo, throwIfInterrupted } from "../terminal/interrupt";

/** How to run a program. */
export interface RunOptions {
  /** @default the current directory */
  readonly cwd?: string;
  /** @default this program's own */
  readonly env?: NodeJS.ProcessEnv;
  /** What the program reads from standard input. @default nothing */
  readonly input?: string;
}

/** How a program ended. */
export interface Result {
  /** Exit code; 1 where a signal ended it. */
  readonly code: number;
  /** What it printed. */
  readonly output: string;
}

let scratch: string | undefined;

/** Path of a file in a directory that only this user can read and that goes when the program ends. */
export function scratchFile(name: string): string {
  if (scratch === undefined) {
    const directory = mkdtempSync(join(tmpdir(), "plue-"));
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    scratch = directory;
  }
  return join(scratch, name);
}

/**
 * Runs a program and passes on, to standard error, what it prints.
 *
 * The program writes to a file that is read as it grows, not to a pipe: should this program be
 * killed, Terraform is not struck by the broken pipe in the middle of an apply.
 * @throws NeedsPerson if the program is not installed
 * @throws Interrupted if the user asked to stop
 */
export async function show(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const path = scratchFile(`output-${Date.now()}.log`);
  const file = openSync(path, "a+");
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
      process.stderr.write(text);
    }
  };
  const timer = setInterval(pass, 100);
  try {
    const child = start(program, args, options, [input(options), file, file]);
    const code = await ended(program, child);
    pass();
    throwIfInterrupted();
    return { code, output };
  } finally {
    clearInterval(timer);
    closeSync(file);
  }
}

/**
 * Runs a program and returns what it prints to standard output; what it prints to standard error
 * is added where it failed.
 * @throws NeedsPerson if the program is not installed
 * @throws Interrupted if the user asked to stop
 */
export async function capture(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const child = start(program, args, options, [input(options), "pipe", "pipe"]);
  let output = "";
  let errors = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await ended(program, child);
  throwIfInterrupted();
  return { code, output: code === 0 ? output : output + errors };
}

/** Hands the terminal to a program until it ends; returns its exit code. */
export async function handOver(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit" });
  // The terminal sends Ctrl-C to both, and it is meant for the program.
  process.removeAllListeners("SIGINT").on("SIGINT", () => {});
  return ended(program, child);
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
  const child = spawn(program, args, { cwd, env, stdio, detached: true });
  passInterruptsTo(child);
  child.stdin?.on("error", () => {}).end(input);
  return child;
}

function ended(program: string, child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "ENOENT"
          ? new NeedsPerson(`${program} is not installed, or not on the PATH`)
          : error,
      ),
    );
    child.once("close", (code) => resolve(code ?? 1));
  });
}
