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

/** The last 20 lines of what a program printed. */
export function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}
