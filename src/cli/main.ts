import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { explain } from "../aws/errors";
import { handleInterrupts } from "../process/interrupt";
import { printable } from "../process/printable";
import { say } from "../terminal/output";
import { declareCommands } from "./commands";
import type { Context } from "./command";

/** Whatever the terminal's width, help fits this many columns. */
const HELP_WIDTH = 80;

/** The command line with all of its commands. */
export function buildProgram(context: Context): Command {
  const { version } = JSON.parse(
    readFileSync(join(context.projectDir, "package.json"), "utf8"),
  ) as { version: string };
  const width = (columns: number | undefined) => Math.min(columns ?? HELP_WIDTH, HELP_WIDTH);
  const program = new Command("plue")
    .description("Deploys Plue to AWS and looks after it.")
    .version(version)
    .configureOutput({
      writeErr: (text) => process.stderr.write(printable(text)),
      getOutHelpWidth: () => width(process.stdout.columns),
      getErrHelpWidth: () => width(process.stderr.columns),
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showSuggestionAfterError()
    // It names the environments, where that is what is missing.
    .showHelpAfterError()
    .exitOverride()
    .addHelpText(
      "after",
      [
        "",
        "Exit codes: 0 done, 1 failed, 2 you must decide or provide something,",
        "130 interrupted.",
        "Messages say `plue`: type `npx plue` in the project's folder.",
        "Each command, and what it stands for in the AWS CLI: docs/commands.md",
      ].join("\n"),
    );
  for (const command of declareCommands(context)) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

/** Runs the command line and returns its exit code. */
export async function main(projectDir: string, argv: readonly string[]): Promise<number> {
  handleInterrupts();
  // Which Node.js a future client will need is this project's business, not that of its users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  // What reads the output may have seen enough: `plue logs dev api | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
  try {
    const program = buildProgram({ projectDir });
    if (argv[0] === "completion" || argv[0] === "complete") {
      const { default: addCompletion } = await import("@bomb.sh/tab/commander");
      addCompletion(program, { completionCommandName: "completion" });
    } else {
      program
        .command("completion")
        .argument("<shell>")
        .summary("print a completion script for your shell");
    }
    if (argv.length === 0) program.help({ error: true });
    await program.parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { message, advice, exitCode, log } = explain(error);
    say(["", `plue: ${message}`, ...advice].join("\n"));
    if (log !== undefined) say(`\nAll of its output: ${log}`);
    if (process.env.PLUE_DEBUG) say((error as Error).stack);
    return exitCode;
  }
}
