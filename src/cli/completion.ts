import type { Command } from "commander";
import { data } from "../terminal/output";

/**
 * Adds the command that prints a shell's completion script, and the one by which such a script asks for the
 * possible words.
 */
export async function addCompletion(
  program: Command,
  [first, shell]: readonly string[],
): Promise<void> {
  if (first !== "completion" && first !== "complete") {
    const completion = program.command("completion").argument("<shell>");
    completion.summary("print a completion script for your shell");
    return;
  }
  for (const command of program.commands) command.description(command.summary());
  const { default: add } = await import("@bomb.sh/tab/commander");
  add(program, { completionCommandName: "completion" });
  const completion = program.commands.find((command) => command.name() === "completion");
  if (shell === "bash") completion!.action(() => data(BASH));
}

/** Unlike the script of the library, it needs no other package, and never evaluates what is typed. */
const BASH = `_plue() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(plue complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null |
    grep -v '^:' | cut -f1)" -- "$2"))
}
complete -o default -F _plue plue`;
