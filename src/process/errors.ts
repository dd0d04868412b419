/** What goes with the message of an error. */
export interface ErrorOptions {
  /** What to do next, one line each. @default nothing */
  readonly advice?: readonly string[];
  /** Exit code of the command. @default 1 */
  readonly exitCode?: number;
  /** File with all that the program that failed has printed. @default none */
  readonly log?: string;
  /** The error behind this one. @default none */
  readonly cause?: unknown;
}

/** A command failed, and the user can read about it in one message, without a stack trace. */
export class PlueError extends Error {
  /** What to do next, one line each. */
  readonly advice: readonly string[];
  /** The command's exit code. */
  readonly exitCode: number;
  /** File with all that the program that failed has printed. */
  readonly log?: string;

  /** @param message what happened, to what */
  constructor(message: string, { advice = [], exitCode = 1, log, cause }: ErrorOptions = {}) {
    super(message, { cause });
    this.advice = advice;
    this.exitCode = exitCode;
    this.log = log;
  }
}

/**
 * The command stopped because the user must decide or provide something first: nothing was changed
 * from there on. Exit code 2.
 */
export class ActionRequired extends PlueError {
  /** @param advice what the user can do, one line each */
  constructor(message: string, ...advice: readonly string[]) {
    super(message, { advice, exitCode: 2 });
  }
}

/** The user asked to stop. Exit code 130. */
export class Interrupted extends PlueError {
  /** @param left what was left, and how to go on */
  constructor(left: string) {
    super("interrupted", { advice: [left], exitCode: 130 });
  }
}

/** Says of an error of the file system what could not be done, to which file; undefined for others. */
export function explainFileError(error: unknown): PlueError | undefined {
  const { code = "", path, syscall = "", message } = error as NodeJS.ErrnoException;
  if (path === undefined || !message.startsWith(`${code}: `)) return undefined;
  // "EACCES: permission denied, open 'x.svg'"
  const reason = message.slice(code.length + 2).split(",")[0]!;
  const advice: Readonly<Record<string, string>> = {
    EACCES: MAY_NOT,
    EPERM: MAY_NOT,
    EROFS: "Run the command in a copy of the project that can be written to.",
    ENOSPC: "Make room on the disk, then run the same command again.",
  };
  return new PlueError(`cannot ${verbs[syscall] ?? syscall} ${path}: ${reason}`, {
    advice: advice[code] === undefined ? [] : [advice[code]],
    cause: error,
  });
}

const MAY_NOT =
  "Run the command as a user who may, or in a copy of the project that you may write to.";

/** What a system call does, where its name does not say it. */
const verbs: Readonly<Record<string, string>> = {
  mkdir: "make the folder",
  mkdtemp: "make the folder",
  open: "open",
  rmdir: "remove",
  scandir: "read",
  stat: "read",
  unlink: "remove",
};

/** The last 20 lines of what a program printed. */
export function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}
