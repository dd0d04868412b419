import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** Something of the machine that a test needs, or why there is none. */
export type Tool = { path: string } | { missing: string };

/** The tools for integration tests on this machine; `probe-machine.ts` finds them, once a run. */
export interface Machine {
  /** The Python with moto in it, where there also are Terraform and its providers. */
  readonly embeddedAws: Tool;
  /** Where {@link startForkServer} listens, if there is an embedded AWS. */
  readonly forkServer?: string;
  /** The program of the AWS provider. */
  readonly awsProvider: Tool;
  /** Environment variables that give Terraform the source of its providers. */
  readonly terraformVariables: Record<string, string>;
  readonly chromium: Tool;
}

/** Where the run keeps what was found. */
export const machineFile = () => join(tmpdir(), "machine.json");

let found: Machine | undefined;

/** The tools that were found at the start of the run. */
export function machine(): Machine {
  return (found ??= JSON.parse(readFileSync(machineFile(), "utf8")) as Machine);
}

/** The path of a tool whose absence would have skipped the test. */
export function pathOf(tool: Tool): string {
  if ("missing" in tool) throw new Error(tool.missing);
  return tool.path;
}

/** `describe` where all tools are there; else it prints what is missing and skips. */
export function describeWith(tools: readonly Tool[]): jest.Describe {
  const missing = tools.flatMap((tool) => ("missing" in tool ? [tool.missing] : []));
  if (missing.length === 0) return describe;
  const file = basename(expect.getState().testPath ?? "");
  process.stderr.write(`Skipped in ${file}: ${missing.join("; ")}\n`);
  return describe.skip;
}
