import { resolve } from "node:path";
import { Argument, Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { environments } from "../environments";
import type { EnvironmentSettings } from "../environments/settings";
import { services } from "../names";
import { settingsOf } from "../operations/environment";

/** What every command is given beside its arguments. */
export interface Context {
  /** Directory of this project. */
  readonly projectDir: string;
}

/** An argument that is one of some words; a command's action gets what the word stands for. */
export function choiceArgument<T>(
  name: "<environment>" | "<service>" | "<part>" | "<action>",
  description: string,
  words: readonly string[],
  parse: (word: string) => T,
) {
  const argument = new Argument(name, description).argParser(parse);
  // For help and completion; choices() would check the word before `parse` can suggest another.
  argument.argChoices = [...words];
  return argument;
}

/** The environment to work on; a command's action gets its settings. */
export const environmentArgument = () =>
  choiceArgument(
    "<environment>",
    "one of src/environments",
    environments.map(({ name }) => name),
    (name): EnvironmentSettings => settingsOf(name),
  );

/** What a command of several actions is to do. */
export const actionArgument = <Action extends string>(actions: readonly Action[]) =>
  choiceArgument("<action>", actions.join(" or "), actions, (given) => {
    const found = actions.find((action) => action === given);
    if (!found) throw new InvalidArgumentError(`Choose ${actions.join(" or ")}.`);
    return found;
  });

/** One of the services; a command's action gets the component. */
export const serviceArgument = () => {
  const keys = services.map(({ key }) => key);
  return choiceArgument("<service>", `which service: ${keys.join(" or ")}`, keys, (given) => {
    const found = services.find(({ key }) => key === given);
    if (!found) throw new InvalidArgumentError(`Choose ${keys.join(" or ")}.`);
    return found;
  });
};

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 } as const;

/**
 * Seconds out of `90s`, `10m`, `2h` or `1d`; a bare number is seconds.
 * @throws InvalidArgumentError if it is nothing of the kind
 */
export function parseDuration(text: string): number {
  const [, number, unit = "s"] = /^(\d+)([smhd])?$/.exec(text) ?? [];
  if (number === undefined) {
    throw new InvalidArgumentError("Write a duration such as 90s, 10m, 2h or 1d.");
  }
  return Number(number) * SECONDS[unit as keyof typeof SECONDS];
}

/** Gathers the values of an option that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** For scripts: answers every question. */
export const yesOption = () => new Option("-y, --yes", "answer every question with yes");

/** For programs: the data as JSON. */
export const jsonOption = () => new Option("--json", "print JSON");

/** The longest wait, in seconds. */
export const timeoutOption = (seconds: number, description = "longest wait") =>
  new Option("--timeout <duration>", description)
    .argParser(parseDuration)
    .default(seconds, `${seconds / 60}m`);

/** A Terraform variable's value. */
export const varOption = () =>
  new Option("--var <name=value>", "set a Terraform variable (repeatable)").argParser(collect);

/** A file of Terraform variables. */
export const varFileOption = () =>
  new Option("--var-file <file>", "read Terraform variables (repeatable)").argParser(
    // Terraform works in the stack's directory, where the path would lead elsewhere.
    (file, before?: string[]) => collect(resolve(file), before),
  );

/** The image tag to deploy. */
export const tagOption = () =>
  new Option("--tag <tag>", "image tag to deploy, of all three images");

/** Limits a plan to modules. */
export const targetModuleOption = () =>
  new Option("--target-module <module>", "only this module (repeatable)").argParser(collect);

export { Argument, Command, Option };
