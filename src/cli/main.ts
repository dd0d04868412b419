import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { explain } from "../aws/errors";
import { handleInterrupts } from "../process/interrupt";
import { printable } from "../process/printable";
import { ExitCode } from "../process/exit-code";
import { flushOutput, say, watchOutput } from "../terminal/output";
import { declareCommands } from "./commands";
import { addComplete, completion } from "./completion";
import { refuseEmptyValues, type Context } from "./command";

/** Whatever the terminal's width, help fits this many columns. */
const HELP_WIDTH = 80;

/** The command line with all of its commands. */
export function buildProgram(context: Context): Command {
  const { version } = JSON.parse(
    readFileSync(join(context.projectDir, "package.json"), "utf8"),
  ) as { version: string };
  const width = (columns: number | undefined) => Math.min(columns || HELP_WIDTH, HELP_WIDTH);
  const program = new Command("plue")
    .description("Deploy Plue to AWS and operate it.")
    .version(version)
    .configureOutput({
      writeErr: (text) => process.stderr.write(printable(text)),
      // A huge value is not repeated.
      outputError: (text, write) => write(text.replace(/^(.{200}).{200,}(.{200})$/su, "$1 … $2")),
      getOutHelpWidth: () => width(process.stdout.columns),
      getErrHelpWidth: () => width(process.stderr.columns),
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError("`plue --help` lists the commands.")
    .exitOverride()
    .addHelpText(
      "after",
      [
        "",
        "Exit codes: 0 done, 1 failed, 2 you must change or provide something,",
        "130 interrupted, 141 nothing reads the output.",
        "Messages say `plue`: type `npx plue` in the project's folder.",
        "docs/commands.md describes each command, and the same with the AWS CLI.",
      ].join("\n"),
    );
  for (const command of [...declareCommands(context), completion() as unknown as Command]) {
    refuseEmptyValues(command);
    program.addCommand(command.copyInheritedSettings(program));
    const name = `plue ${command.name()}`;
    command.showHelpAfterError(
      `Usage: ${name} ${command.usage()}\n\`${name} --help\` describes each argument and option.`,
    );
  }
  return program;
}

/** Runs the command line and returns its exit code. */
export async function main(projectDir: string, argv: readonly string[]): Promise<number> {
  handleInterrupts();
  watchOutput();
  // Such a terminal, as that of an editor, moves no cursor and shows no colour.
  if (process.env.TERM === "dumb") process.stdout.isTTY = process.stderr.isTTY = false;
  // Warns of the next client's Node.js, which concerns this project and not its users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  process.on("uncaughtException", (error) => process.exit(report(error)));
  const code = await run(projectDir, argv);
  const written = await flushOutput().then(() => ExitCode.Done, report);
  return code || written;
}

/** Runs a command, reports its error, and returns its exit code. The output may not be written yet. */
export async function run(projectDir: string, argv: readonly string[]): Promise<number> {
  reported.clear();
  try {
    const program = buildProgram({ projectDir });
    if (argv.length === 0) program.help({ error: true });
    const [first, topic = "help"] = argv;
    if (first === "complete") await addComplete(program);
    const topics = ["help", ...program.commands.map((command) => command.name())];
    if (first === "help" && !topics.includes(topic)) {
      program.error(`error: unknown command '${topic}'`);
    }
    await program.parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? ExitCode.Done);
  } catch (error) {
    return report(error);
  }
}

const reported = new Set<string>();

/** Prints what went wrong and what to do, and returns the exit code. */
function report(error: unknown): ExitCode {
  // Commander has printed its own.
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? ExitCode.Done : ExitCode.ActionRequired;
  }
  const { message, advice, exitCode, log } = explain(error);
  if (exitCode === ExitCode.ClosedPipe) return exitCode;
  if (!reported.has(message)) say(["", `plue: ${message}`, ...advice].join("\n"));
  reported.add(message);
  if (log !== undefined) say(`\nAll of its output: ${log}`);
  if (process.env.PLUE_DEBUG) say((error as Error).stack);
  return exitCode;
}
