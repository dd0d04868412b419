import { declareCommands } from "../../../src/cli/commands";
import { buildProgram } from "../../../src/cli/main";
import { project } from "../../support/plue";

const commands = declareCommands({ projectDir: project });
const options = commands.flatMap((command) =>
  command.options
    .filter(({ required, optional }) => required || optional)
    .map(({ long }) => [command.name(), long!] as const),
);

describe("an empty value, as of an unset variable, is refused", () => {
  beforeAll(() => {
    jest.spyOn(process.stderr, "write").mockReturnValue(true);
  });
  afterAll(() => jest.restoreAllMocks());

  const parse = (...args: string[]) =>
    buildProgram({ projectDir: project }).parseAsync(args, { from: "user" });

  test.each(options)("plue %s %s", async (command, option) => {
    for (const value of ["", " ", "\t\n"]) {
      await expect(parse(command, `${option}=${value}`)).rejects.toMatchObject({
        code: "commander.invalidArgument",
        message: expect.stringContaining("It is empty."),
      });
    }
  });

  const withArguments = commands.filter((command) => command.registeredArguments.length > 0);
  test.each(withArguments.map((command) => [command.name(), command.registeredArguments.length]))(
    "the arguments of plue %s",
    async (command, count) => {
      const needed = command === "images" ? ["--source", "."] : [];
      const empty = Array<string>(Number(count)).fill("");
      await expect(parse(String(command), ...needed, ...empty)).rejects.toMatchObject({
        code: "commander.invalidArgument",
      });
    },
  );
});
