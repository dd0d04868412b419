import { Help } from "commander";
import { declareCommands } from "../../src/cli/commands";
import { exitCodeMeanings } from "../../src/process/exit-code";
import { code, table } from "./markdown";

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
