import { existsSync, lstatSync, statSync } from "node:fs";
import { devNull } from "node:os";
import { dirname, resolve } from "node:path";
import type { Command as AnyCommand } from "commander";
import { Argument, Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { patterns } from "../environments/patterns";
import { ActionRequired } from "../process/errors";
import { isFolder } from "../process/files";
import { environments } from "../environments";
import type { EnvironmentSettings } from "../environments/settings";
import { services } from "../names";
import { settingsOf } from "../operations/environment";

/** The context of every command, beside its arguments. */
export interface Context {
  /** Directory of this project. */
  readonly projectDir: string;
}

/** An argument that is the name of one of some things, which a command's action gets. */
function choice<T>(
  name: "<environment>" | "<service>" | "<part>" | "<action>" | "<shell>",
  description: string,
  things: readonly T[],
  nameOf: (thing: T) => string,
  parse = (given: string): T => {
    const found = things.find((thing) => nameOf(thing) === given);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Choose ${things.map(nameOf).join(" or ")}.`);
  },
) {
  const argument = new Argument(name, description).argParser(parse);
  // For help and completion; choices() would check the word before `parse` can suggest another.
  argument.argChoices = things.map(nameOf);
  return argument;
}

/** The arguments that several commands have. */
export const argument = {
  choice,
  /** The environment to work on; a command's action gets its settings. */
  environment: () =>
    choice<EnvironmentSettings>(
      "<environment>",
      "one of src/environments",
      environments,
      ({ name }) => name,
      settingsOf,
    ),
  /** The action of a command that has several. */
  action: <Action extends string>(actions: readonly Action[]) =>
    choice("<action>", actions.join(" or "), actions, (action) => action),
  /** One of the services; a command's action gets the component. */
  service: () => choice("<service>", "which service", services, ({ key }) => key),
};

/**
 * Has each option and argument of a command refuse an empty value, which a script passes where a variable
 * of its own is not set. A word of a command that runs elsewhere may be empty.
 */
export function refuseEmptyValues(command: AnyCommand): void {
  const values = [
    ...command.options.filter(({ required, optional }) => required || optional),
    ...command.registeredArguments.filter(({ variadic }) => !variadic),
  ];
  for (const value of values) {
    const { parseArg: parse } = value;
    value.argParser((given, before: unknown) => {
      if (given.trim() === "") throw new InvalidArgumentError("It is empty.");
      return parse ? parse(given, before as never) : given;
    });
  }
}

/** Refuses a value that does not match a pattern; `advice` shows how to write it. */
export function matching(pattern: RegExp, advice: string) {
  return (given: string): string => {
    if (!pattern.test(given)) throw new InvalidArgumentError(advice);
    return given;
  };
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 } as const;

/** The longest duration, in seconds: CloudWatch Logs retains nothing for longer than ten years. */
const LONGEST_SECONDS = 3653 * SECONDS.d;

/**
 * Seconds out of `90s`, `10m`, `2h` or `1d`; a bare number is seconds.
 * @throws InvalidArgumentError if the text is not a duration, is zero, or is longer than ten years
 */
export function parseDuration(text: string): number {
  const [, number, unit = "s"] = /^(\d+)([smhd])?$/.exec(text) ?? [];
  if (number === undefined) {
    throw new InvalidArgumentError("Write a duration such as 90s, 10m, 2h or 1d.");
  }
  const seconds = Number(number) * SECONDS[unit as keyof typeof SECONDS];
  if (seconds === 0) throw new InvalidArgumentError("The shortest duration is 1s.");
  if (seconds > LONGEST_SECONDS) throw new InvalidArgumentError("The longest duration is 3653d.");
  return seconds;
}

/** Gathers the values of an option that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/**
 * The path of a file that exists.
 * @throws InvalidArgumentError if it does not, or is a folder, a named pipe or a device
 */
export function existingFile(file: string): string {
  if (isFolder(file)) throw new InvalidArgumentError("It is a folder.");
  if (!existsSync(file)) throw new InvalidArgumentError("There is no such file.");
  // Reading such a file may never end, and cannot be interrupted. The pipe of a shell's <() is a link.
  const endless =
    lstatSync(file).isFIFO() || (file !== devNull && statSync(file).isCharacterDevice());
  if (endless) throw new InvalidArgumentError("It is a pipe or a device.");
  return file;
}

/**
 * The path of a file that can be written, as far as this is known before the work begins.
 * @throws ActionRequired if its folder does not exist, or it is a folder itself
 */
export function outputFile(file: string): string {
  if (isFolder(file) || /[/\\]$/.test(file)) {
    throw new ActionRequired(`${file} is a folder`, "Give the path of a file.");
  }
  const folder = dirname(resolve(file));
  if (!isFolder(folder)) throw new ActionRequired(`there is no folder ${folder} for ${file}`);
  return file;
}

/** An image tag. Source: the pattern of `imageTag` in ECR's API reference. */
const imageTag = matching(
  /^\w[\w.-]{0,127}$/,
  "An image tag has letters, digits, dots, hyphens and underscores, at most 128, and starts with no dot or hyphen.",
);

/** The code of a region. */
export const region = matching(new RegExp(patterns.region), "Write a region such as us-west-2.");

/** The platform of an image, as Docker writes it, or of a provider, as Terraform does; either form may be given. */
export const platform = (example: "linux/amd64" | "linux_amd64") => {
  const check = matching(/^[a-z0-9]+[/_][a-z0-9_/]+$/, `Write a platform such as ${example}.`);
  return (given: string) => check(given).replace(/[/_]/, example[5]!);
};

/** The options that several commands have. */
export const option = {
  /** Answers every question, for scripts. */
  yes: () => new Option("-y, --yes", "answer every question with yes"),
  /** Shows all that Terraform prints. */
  verbose: () => new Option("--verbose", "show all that Terraform prints"),
  /** Prints the data as JSON, for programs. */
  json: () => new Option("--json", "print JSON"),
  /** The longest wait, in seconds. */
  timeout: (seconds: number, description = "longest wait") =>
    new Option("--timeout <duration>", description)
      .argParser(parseDuration)
      .default(seconds, `${seconds / 60}m`),
  /** A Terraform variable's value. */
  var: () =>
    new Option("--var <name=value>", "set a Terraform variable (repeatable)").argParser(
      (given, before?: string[]) => {
        if (!/^[A-Za-z_][\w-]*=/.test(given)) throw new InvalidArgumentError("Write NAME=VALUE.");
        return collect(given, before);
      },
    ),
  /** A file of Terraform variables. */
  varFile: () =>
    new Option("--var-file <file>", "read Terraform variables (repeatable)").argParser(
      // Terraform works in the stack's directory, where the path would lead elsewhere.
      (file, before?: string[]) => collect(resolve(existingFile(file)), before),
    ),
  /** An image tag. */
  imageTag: <Flags extends string>(flags: Flags, description: string) =>
    new Option(flags, description).argParser(imageTag),
  /** The image tag to deploy. */
  tag: () => option.imageTag("--tag <tag>", "image tag to deploy, of all three images"),
  /** Limits a plan to modules. */
  targetModule: () =>
    new Option("--target-module <module>", "only this module (repeatable)").argParser(collect),
};

export { Argument, Command, Option };
