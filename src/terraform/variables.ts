import { existsSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ActionRequired, tail } from "../process/errors";
import { readText, writeWhole } from "../process/files";
import { capture, type Captured } from "../process/run";
import { temporaryFile } from "../process/temporary";
import { terraformCommand } from "./program";
import type { StackFolder, StackJson } from "./stack";

/** Values for Terraform's variables, as the command line gives them. */
export interface VariableOptions {
  /** `NAME=VALUE`. */
  readonly var?: readonly string[];
  /** Files. */
  readonly varFile?: readonly string[];
}

/** The variables file of an environment, if it exists. Terraform does not find it by itself. */
function ownVarFile({ name, projectDir }: StackFolder): readonly string[] {
  const file = join(projectDir, `${name}.tfvars`);
  // Not existsSync: a link to nowhere is an error, not a file that does not exist.
  return lstatSync(file, { throwIfNoEntry: false }) ? [file] : [];
}

/** Terraform's arguments for the variables: of two values of one variable, the later wins. */
export function variableArguments(
  folder: StackFolder,
  { var: values = [], varFile = [] }: VariableOptions = {},
): string[] {
  return [
    ...[...ownVarFile(folder), ...varFile].map((path) => `-var-file=${path}`),
    ...values.map((value) => `-var=${value}`),
  ];
}

/**
 * The value that Terraform takes for a variable of type string, from the same sources and in the
 * same order: environment, files that it loads by itself, files that it is given, single values. Terraform
 * itself reads the files, if one of them names the variable.
 * Source: "Variable Definition Precedence" in Terraform's documentation of input variables.
 * @returns undefined where nothing but the variable's default gives one, or where it is empty
 * @throws ActionRequired if a file cannot be read
 */
export async function variableValue(
  folder: StackFolder,
  variable: string,
  { var: values = [], varFile = [] }: VariableOptions = {},
): Promise<string | undefined> {
  const single = values.findLast((value) => value.startsWith(`${variable}=`));
  // An empty value overrides the others, and stands for the default.
  if (single !== undefined) return single.slice(variable.length + 1) || undefined;
  const files = [...autoVarFiles(folder.stackDir), ...ownVarFile(folder), ...varFile];
  const texts = files.map((file) => [file, readText(file)] as const);
  if (!texts.some(([, text]) => text.includes(variable))) {
    return process.env[`TF_VAR_${variable}`] || undefined;
  }
  const { stdout } = await ask(
    { [variable]: { type: "string", default: null } },
    files.map((file) => `-var-file=${file}`),
    `jsonencode(var.${variable})`,
  );
  // Terraform prints warnings first, a wrapper what it likes, and the JSON is a string of its own.
  const printed = JSON.parse(
    stdout.split("\n").findLast((line) => line.startsWith('"'))!,
  ) as string;
  return (JSON.parse(printed) as string | null) || undefined;
}

/**
 * Has Terraform check the values of a stack's variables, which takes it no `init`: unknown names, types,
 * validations and the syntax of the files.
 * @throws ActionRequired with what Terraform refuses
 */
export async function checkVariables(
  folder: StackFolder,
  declared: NonNullable<StackJson["variable"]>,
  variables?: VariableOptions,
): Promise<void> {
  await ask(declared, variableArguments(folder, variables), "1");
}

/** Evaluates an expression in a configuration that has nothing but variables. */
async function ask(
  variable: NonNullable<StackJson["variable"]>,
  args: readonly string[],
  expression: string,
): Promise<Captured> {
  const folder = temporaryFile("variables");
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, "main.tf.json"), JSON.stringify({ variable }, null, 2));
  const result = await capture(terraformCommand(), [`-chdir=${folder}`, "console", ...args], {
    env: {
      ...process.env,
      TF_CLI_ARGS_console: "-no-color",
      TF_WORKSPACE: undefined,
      TF_DATA_DIR: undefined,
    },
    input: expression,
  });
  // For a value of another type Terraform's console crashes after its message.
  const text = result.stderr.split(/^!+ TERRAFORM CRASH/m)[0]!;
  const at = text.search(/^(╷\n│ )?Error: /m);
  if (at < 0 && result.code === 0) return result;
  if (at < 0) {
    throw new ActionRequired(
      `${terraformCommand()} console failed (exit code ${result.code}):\n\n${tail(text)}`,
      "Correct PLUE_TERRAFORM, TF_CLI_ARGS or TF_CLI_CONFIG_FILE if you have set one of them.",
    );
  }
  throw new ActionRequired(
    `Terraform refuses a value of a variable:\n\n${text.slice(Math.max(at, 0)).trim()}`,
    "Correct the option, the file or TF_VAR_NAME that gives it.",
  );
}

/** The files that Terraform loads from the directory it works in. */
function autoVarFiles(stackDir: string): string[] {
  const names = existsSync(stackDir) ? readdirSync(stackDir).sort() : [];
  const named = ["terraform.tfvars", "terraform.tfvars.json"].filter((name) =>
    names.includes(name),
  );
  const automatic = names.filter((name) => /\.auto\.tfvars(\.json)?$/.test(name));
  return [...named, ...automatic].map((name) => join(stackDir, name));
}
