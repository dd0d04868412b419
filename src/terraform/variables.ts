import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StackFolder } from "./stack";

/** Values for Terraform's variables, as the command line gives them. */
export interface VariableOptions {
  /** `NAME=VALUE`. */
  readonly var?: readonly string[];
  /** Files. */
  readonly varFile?: readonly string[];
}

/** A variables file of an environment that Terraform is given where it exists. */
function ownVarFile({ name, projectDir }: StackFolder): readonly string[] {
  const file = join(projectDir, `${name}.tfvars`);
  return existsSync(file) ? [file] : [];
}

/** What Terraform is given of the variables: of two values of one, the later wins. */
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
 * same order: environment, files that it loads by itself, those that it is given, single values.
 * Source: "Variable Definition Precedence" in Terraform's documentation of input variables.
 * @returns undefined where nothing but the variable's default gives one, or where it is empty
 */
export function variableValue(
  folder: StackFolder,
  variable: string,
  { var: values = [], varFile = [] }: VariableOptions = {},
): string | undefined {
  const files = [...autoVarFiles(folder.stackDir), ...ownVarFile(folder), ...varFile];
  const candidates = [
    process.env[`TF_VAR_${variable}`],
    ...files.map((file) => valueInFile(file, variable)),
    ...values.map((value) =>
      value.startsWith(`${variable}=`) ? value.slice(variable.length + 1) : undefined,
    ),
  ];
  // The last one goes before the others even where it is empty, and then stands for the default.
  return candidates.findLast((value) => value !== undefined) || undefined;
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

/** A file that cannot be read is left to Terraform, which says so. */
function valueInFile(file: string, variable: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  try {
    if (file.endsWith(".json")) {
      return (JSON.parse(text) as Record<string, string | undefined>)[variable];
    }
  } catch {
    return undefined;
  }
  const code = text.replace(/\/\*.*?\*\//gs, "");
  const assignments = [...code.matchAll(new RegExp(`^\\s*${variable}\\s*=\\s*"([^"]*)"`, "gm"))];
  return assignments.at(-1)?.[1];
}
