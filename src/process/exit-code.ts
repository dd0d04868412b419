/** How every command ends. docs/commands.md has this table. */
export enum ExitCode {
  Done = 0,
  Failed = 1,
  ActionRequired = 2,
  Interrupted = 130,
  ClosedPipe = 141,
}

/** The meaning of each exit code. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  [ExitCode.Done]: "done",
  [ExitCode.Failed]: "failed; the message shows what failed and what to do",
  [ExitCode.ActionRequired]:
    "you must change, decide or provide something first: an option, a setting, a variable, an answer, a login, an image, a bucket, a lock that another run holds; where possible it is found before anything runs",
  [ExitCode.Interrupted]: "interrupted; the message lists what is unfinished and how to continue",
  [ExitCode.ClosedPipe]:
    "the program that reads the output has ended, as `head` does; nothing is reported, as if SIGPIPE had ended `plue`",
};
