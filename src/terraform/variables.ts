import { existsSync } from "node:fs";
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
export function varFileOf({
  name,
  projectDir,
}: Pick<StackFolder, "name" | "projectDir">): string | undefined {
  const file = join(projectDir, `${name}.tfvars`);
  return existsSync(file) ? file : undefined;
}

/** What Terraform is given of the variables: of two values of one, the later wins. */
export function variableArguments(
  folder: Pick<StackFolder, "name" | "projectDir">,
  { var: values = [], varFile = [] }: VariableOptions = {},
): string[] {
  const own = varFileOf(folder);
  return [
    ...(own ? [`-var-file=${own}`] : []),
    ...varFile.map((path) => `-var-file=${path}`),
    ...values.map((value) => `-var=${value}`),
  ];
}
