import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { environments } from "../environments";
import type { EnvironmentSettings } from "../environments/settings";
import { settingsOf } from "../operations/environment";
import { services, type Component } from "../names";

/** What every command is given beside its arguments. */
export interface Context {
  /** Directory of this project. */
  readonly projectDir: string;
}

/** Declares a command's arguments, options and action. */
export type Configure = (command: Command, context: Context) => void;

/** The environment to work on; a command's action gets its settings. */
export function environmentArgument(): Argument {
  return new Argument("<environment>", "one of src/environments")
    .choices(environments.map(({ name }) => name))
    .argParser((name): EnvironmentSettings => settingsOf(name));
}

/** One of some components; a command's action gets the component. */
export function componentArgument(
  among: readonly Component[] = services,
  description = "which service",
): Argument {
  const keys = among.map(({ key }) => key);
  return new Argument("<service>", `${description}: ${keys.join(" or ")}`)
    .choices(keys)
    .argParser((given) => {
      const found = among.find(({ key }) => key === given);
      if (!found) throw new InvalidArgumentError(`Choose ${keys.join(" or ")}.`);
      return found;
    });
}

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

/** For programs: the table as JSON. */
export const jsonOption = () => new Option("--json", "print JSON");

/** The longest wait. */
export const timeoutOption = (seconds: number, description = "longest wait") =>
  new Option("--timeout <duration>", description)
    .argParser(parseDuration)
    .default(seconds, `${seconds / 60}m`);

/** The options that give Terraform's variables their values. */
export function variableOptions(command: Command): Command {
  return command
    .option("--var <name=value>", "set a Terraform variable (repeatable)", collect)
    .option("--var-file <file>", "read Terraform variables (repeatable)", collect);
}
