import { ExitCode } from "./exit-code";

/** Data of an error beside its message. */
export interface ErrorOptions {
  /** The next steps, one line each. @default nothing */
  readonly advice?: readonly string[];
  /** @default ExitCode.Failed */
  readonly exitCode?: ExitCode;
  /** File with all that the program that failed has printed. @default none */
  readonly log?: string;
  /** The error behind this one. @default none */
  readonly cause?: unknown;
}

/** A command failed; its message and advice are all that the user needs, without a stack trace. */
export class PlueError extends Error {
  /** The next steps, one line each. */
  readonly advice: readonly string[];
  /** The command's exit code. */
  readonly exitCode: ExitCode;
  /** File with all that the program that failed has printed. */
  readonly log?: string;

  /** @param message what happened, to what */
  constructor(
    message: string,
    { advice = [], exitCode = ExitCode.Failed, log, cause }: ErrorOptions = {},
  ) {
    super(message, { cause });
    this.advice = advice;
    this.exitCode = exitCode;
    this.log = log;
  }
}

/** The user must change, decide or provide something first; the command has stopped there. */
export class ActionRequired extends PlueError {
  /** @param advice what the user can do, one line each */
  constructor(message: string, ...advice: readonly string[]) {
    super(message, { advice, exitCode: ExitCode.ActionRequired });
  }
}

/** The user asked to stop. */
export class Interrupted extends PlueError {
  /** @param left what is unfinished, and how to go on */
  constructor(left: string) {
    super("interrupted", { advice: [left], exitCode: ExitCode.Interrupted });
  }
}

/**
 * Explains an error of the file system: what could not be done, and to which file; undefined for other errors.
 * @param file which it is if the error does not name one
 */
export function explainFileError(error: unknown, file = "a file"): PlueError | undefined {
  const { code = "", path = file, syscall = "", message } = error as NodeJS.ErrnoException;
  if (!message.startsWith(`${code}: `) || !(syscall in verbs)) return undefined;
  // "EACCES: permission denied, open 'x.svg'"
  const reason = message.slice(code.length + 2).split(",")[0]!;
  const advice = adviceFor[code];
  return new PlueError(`cannot ${verbs[syscall]} ${path}: ${reason}`, {
    advice: advice === undefined ? [] : [advice],
    exitCode: WRONG_PATH.test(code) ? ExitCode.ActionRequired : ExitCode.Failed,
    cause: error,
  });
}

/** Codes of errors that the same command meets again, until there is another file at the path. */
const WRONG_PATH = /^(EEXIST|EISDIR|ELOOP|ENAMETOOLONG|ENOENT|ENOTDIR)$/;

const NOT_PERMITTED =
  "Run the command as a user who may do this, or in a copy of the project that you may write to.";

/** Advice about an error of the file system, by its code. */
const adviceFor: Readonly<Record<string, string>> = {
  EACCES: NOT_PERMITTED,
  EPERM: NOT_PERMITTED,
  EROFS: "Run the command in a copy of the project that can be written to.",
  ENOSPC: "Free some space on the disk, then run the same command again.",
};

/** The action of a system call on a file. */
const verbs: Readonly<Record<string, string>> = {
  access: "read",
  chmod: "change",
  close: "write",
  copyfile: "copy",
  fsync: "write",
  lstat: "read",
  mkdir: "make the folder",
  mkdtemp: "make the folder",
  open: "open",
  read: "read",
  readlink: "read",
  rename: "write",
  rm: "remove",
  rmdir: "remove",
  scandir: "read",
  stat: "read",
  symlink: "make the link",
  unlink: "remove",
  write: "write",
};

/** The last 20 lines of what a program printed. */
export function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}
