import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "../../src/cdktf";
import { dev } from "../../src/environments/dev";
import { production } from "../../src/environments/production";
import { PlueStack } from "../../src/stack/plue-stack";
import { code, table } from "./markdown";

interface Variable {
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
}

interface Template {
  readonly variable: Record<string, Variable>;
  readonly output: Record<string, { readonly description: string; readonly sensitive?: boolean }>;
}

function templates(): Record<"dev" | "production", Template> {
  const outdir = mkdtempSync(join(tmpdir(), "plue-docs-"));
  try {
    const app = new App({ outdir, stackTraces: false });
    for (const settings of [dev, production]) new PlueStack(app, settings);
    app.synth();
    const read = (name: string) =>
      JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8")) as Template;
    return { dev: read("dev"), production: read("production") };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The tables of the Terraform variables and outputs. */
export function terraformTables(): { variables: string; outputs: string } {
  const { dev, production } = templates();
  const both = <T>(one: Record<string, T>, other: Record<string, T>) =>
    Object.entries({ ...other, ...one }).map(([name, block]) => ({ name, block }));
  const given = (variable: Variable | undefined) => {
    if (variable === undefined) return "not declared";
    return "default" in variable ? code(variable.default) : "required";
  };
  const variables = both(dev.variable, production.variable).map(({ name, block }) => [
    code(name),
    block.type,
    given(dev.variable[name]),
    given(production.variable[name]),
    block.description,
  ]);
  const outputs = both(dev.output, production.output).map(({ name, block }) => [
    code(name),
    block.description,
    name in dev.output ? "" : "only where `alarms` is `notify`",
  ]);
  return {
    variables: table(["variable", "type", "dev", "production", "what"], variables),
    outputs: table(["output", "what", "where"], outputs),
  };
}
