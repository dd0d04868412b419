/** How every command ends. docs/commands.md has this table. */
export enum ExitCode {
  Done = 0,
  Failed = 1,
  ActionRequired = 2,
  Interrupted = 130,
  ClosedPipe = 141,
}
