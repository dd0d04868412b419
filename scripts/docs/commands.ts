import { Help } from "commander";
import { declareCommands } from "../../src/cli/commands";
import { ExitCode } from "../../src/process/exit-code";
import { code, table } from "./markdown";

/** The meaning of each exit code. */
const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  [ExitCode.Done]: "done",
  [ExitCode.Failed]: "failed; the message shows what failed and what to do",
  [ExitCode.ActionRequired]:
    "you must change, decide or provide something first: an option, a setting, a variable, an answer, a login, an image, a bucket, a lock that another run holds; where possible it is found before anything runs",
  [ExitCode.Interrupted]: "interrupted; the message lists what is unfinished and how to continue",
  [ExitCode.ClosedPipe]:
    "the program that reads the output has ended, as `head` does; nothing is reported, as if SIGPIPE had ended `plue`",
};

const help = new Help();

/** The usage, arguments and options of each command, from its declaration. */
export function commandTexts(projectDir: string): Map<string, string> {
  return new Map(
    declareCommands({ projectDir }).map((command) => {
      const name = `plue ${command.name()}`;
      const rows = [
        ...command.registeredArguments.map((argument) => {
          const { description, argChoices = [] } = argument;
          const choices = argChoices.every((choice) => description.includes(choice))
            ? ""
            : `: ${argChoices.join(", ")}`;
          return [code(`<${argument.name()}>`), `${description}${choices}`];
        }),
        ...command.options.map((option) => [code(option.flags), help.optionDescription(option)]),
      ];
      const usage = code(`${name} ${command.usage()}`);
      return [name, `${usage}\n\n${table(["argument, option", "what"], rows)}`];
    }),
  );
}

/** The table of exit codes. */
export function exitCodeTable(): string {
  return table(["code", "meaning"], Object.entries(exitCodeMeanings));
}

/** One line for each command, with its summary. */
export function commandTable(projectDir: string): string {
  const rows = declareCommands({ projectDir }).map((command) => {
    const given = command.registeredArguments.map((argument) => ` ${argument.name()}`).join("");
    return [code(`${command.name()}${given}`), command.summary()];
  });
  return table(["`npx plue ...`", "does"], rows);
}
