import type { Command as AnyCommand } from "commander";
import { data } from "../terminal/output";
import { argument, Command } from "./command";

const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** `plue completion`. */
export const completion = () =>
  new Command("completion")
    .summary("print a completion script for your shell")
    .description("Print a script that completes commands, options and their values in your shell.")
    .addArgument(argument.choice("<shell>", "your shell", shells, (shell) => shell))
    .action(async (shell) => {
      if (shell === "bash") return data(BASH);
      const { default: tab } = await import("@bomb.sh/tab");
      tab.setup("plue", "plue", shell);
    });

/** Adds the command by which such a script asks for the possible words. */
export async function addComplete(program: AnyCommand): Promise<void> {
  // The library adds a completion of its own.
  (program.commands as AnyCommand[]).pop();
  for (const command of program.commands) command.description(command.summary());
  const { default: add } = await import("@bomb.sh/tab/commander");
  add(program, { completionCommandName: "completion" });
}

/** Unlike the script of the library, it needs no other package, and never evaluates what is typed. */
const BASH = `_plue() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(plue complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null |
    grep -v '^:' | cut -f1)" -- "$2"))
}
complete -o default -F _plue plue`;
