import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { commands } from "./commands";
import { explain } from "../process/errors";
import { handleInterrupts } from "../terminal/interrupt";
import { say } from "../terminal/output";

/** Whatever the terminal's width, help fits this many columns. */
const HELP_WIDTH = 80;

/**
 * The command line. Only the command that is named gets its arguments and options: the others, and
 * the AWS clients that they need, are not even loaded.
 */
async function buildProgram(
  projectDir: string,
  isNamed: (command: string) => boolean,
): Promise<Command> {
  const { version } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8")) as {
    version: string;
  };
  const width = (columns: number | undefined) => Math.min(columns ?? HELP_WIDTH, HELP_WIDTH);
  const program = new Command("plue")
    .description("Deploys Plue to AWS and looks after it.")
    .version(version)
    .configureOutput({
      getOutHelpWidth: () => width(process.stdout.columns),
      getErrHelpWidth: () => width(process.stderr.columns),
    })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      "after",
      [
        "",
        "Exit codes: 0 done, 1 failed, 2 needs a person's decision, 130 interrupted.",
        "Each command, and what it stands for in the AWS CLI: docs/commands.md",
      ].join("\n"),
    );
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program.command(name).summary(summary).description(summary);
    if (isNamed(name)) (await load()).configure(command, { projectDir });
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
    const completing = argv[0] === "completion" || argv[0] === "complete";
    const program = await buildProgram(projectDir, (name) => completing || argv.includes(name));
    if (completing) {
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
    const { message, advice, exitCode } = explain(error);
    say(["", `plue: ${message}`, ...advice].join("\n"));
    if (process.env.PLUE_DEBUG) say((error as Error).stack);
    return exitCode;
  }
}
