declare module "@bomb.sh/tab" {
  const tab: {
    /** Prints the completion script of a shell for a program. */
    setup(name: string, executable: string, shell: string): void;
  };
  export default tab;
}

declare module "@bomb.sh/tab/commander" {
  import type { Command } from "commander";

  /** Adds the commands that print a shell's completion script and that the script asks. */
  export default function addCompletion(
    program: Command,
    options: { completionCommandName: string },
  ): void;
}
