import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listensAt } from "../embedded-aws/server";
import { markUnfinished } from "../embedded-aws/unfinished";
import { bucketIsThere, tableIsThere } from "../aws/state-backend";
import { readState } from "../aws/state-object";
import { ActionRequired } from "../process/errors";
import { say } from "../terminal/output";
import type { S3Backend, Stack } from "../terraform/stack";
import { synthesize } from "../terraform/synthesize";
import { terraformCommand } from "../terraform/program";
import { checkVariables, type VariableOptions } from "../terraform/variables";
import { Terraform, type TerraformOptions } from "../terraform/terraform";
import { localFolder, type Environment } from "./environment";
import { isUnmoved, statesOf } from "./setup/adopt/state";
import { checkVersions, refuseOldProvider } from "./versions";

/**
 * Synthesizes an environment's stack, and prints a line about it.
 * @throws PlueError if the code does not synthesize
 */
export function synthesizeStack(environment: Environment): Promise<Stack> {
  say(`Synthesizing ${environment.name}`);
  return synthesize(environment);
}

/** The checks before Terraform starts. */
export interface OpenOptions extends VariableOptions {
  /** Modules that a plan is limited to. @default everything */
  readonly targetModule?: readonly string[];
  /** Show all that Terraform prints. @default false */
  readonly verbose?: boolean;
}

/**
 * Synthesizes the environment and initialises Terraform with its state.
 * @throws ActionRequired if a module does not exist, Terraform refuses a variable, bucket or table of the state are missing, another workspace is selected, or the AWS
 * provider does not match the state
 */
export async function openTerraform(
  environment: Environment,
  options: OpenOptions = {},
): Promise<Terraform> {
  const stack = await synthesizeStack(environment);
  await refuseUnmovedState(environment, stack.backend);
  return connect(environment, stack, options);
}

/**
 * Terraform would create everything a second time, or adopt the state without a check and without a guard
 * against the old code.
 */
async function refuseUnmovedState(environment: Environment, backend: S3Backend): Promise<void> {
  const { name, settings } = environment;
  if (settings.adopts === undefined) return;
  const states = statesOf(environment, backend);
  const { old, now, region } = states;
  // CI's roles can read the state at the key of its own only.
  if (old.key !== now.key && (await readState({ region }, now)) !== undefined) return;
  if (!(await isUnmoved(states))) return;
  throw new ActionRequired(
    `the state of ${name} at ${old.key} is still the old project's`,
    `Check it with \`plue adopt ${name}\`, then adopt it with \`plue adopt ${name} --apply\`: docs/adopting.md.`,
  );
}

/**
 * Connects the directory of a synthesized stack with its state.
 * @param options `stateKey` is the key of another state, for a plan on it
 * @throws ActionRequired as {@link openTerraform}
 */
export async function connect(
  environment: Environment,
  stack: Stack,
  {
    targetModule = [],
    verbose,
    stateKey,
    ...variables
  }: OpenOptions & { readonly stateKey?: string } = {},
): Promise<Terraform> {
  refuseWorkspace(environment);
  stack.addressesOf(targetModule);
  await checkVariables(environment, stack.declaredVariables, variables);
  refuseOldProvider(environment);
  await refuseMissingBackend(environment, stack.backend);
  const terraform = await Terraform.init(environment, stack, {
    verbose,
    stateKey,
    onStart: unfinishedMarker(environment),
    onProviders: ({ unreachable }) => unreachable && say(unreachable),
  });
  for (const note of await checkVersions(terraform, environment)) say(note);
  return terraform;
}

/** On the embedded AWS of `plue local`, `plue local down` must find each Terraform that a killed command leaves. */
function unfinishedMarker({ projectDir }: Environment): TerraformOptions["onStart"] {
  const home = join(projectDir, localFolder);
  if (!listensAt(home, process.env.AWS_ENDPOINT_URL)) return undefined;
  return (pid, changes) => markUnfinished(home, pid, changes);
}

/**
 * Refuses workspaces other than `default`, which has the state. In another workspace Terraform would see an empty
 * state, and plan to create everything a second time.
 */
function refuseWorkspace({ stackDir }: Environment): void {
  const selected = join(stackDir, ".terraform", "environment");
  const named = process.env.TF_WORKSPACE;
  const workspace =
    named || (existsSync(selected) ? readFileSync(selected, "utf8").trim() : "default");
  if (workspace === "default") return;
  throw new ActionRequired(
    `Terraform's workspace is "${workspace}", and the environment's state is in "default"`,
    named
      ? "Unset TF_WORKSPACE, then run the command again."
      : `Select it: ${terraformCommand()} -chdir=${stackDir} workspace select default`,
  );
}

/** Refuses a missing bucket or table: Terraform's own error comes late and is hard to understand. */
async function refuseMissingBackend(
  environment: Environment,
  { bucket, dynamodb_table: table, region }: S3Backend,
): Promise<void> {
  const [bucketFound, tableFound] = await Promise.all([
    bucketIsThere({ region }, bucket),
    tableIsThere({ region }, table),
  ]);
  const missing = [
    ...(bucketFound ? [] : [`the bucket ${bucket}`]),
    ...(tableFound ? [] : [`the table ${table}`]),
  ];
  if (missing.length > 0) {
    throw new ActionRequired(
      `${missing.join(" and ")} for Terraform's state ${missing.length > 1 ? "do" : "does"} not exist in ${region}`,
      `Create it with \`plue bootstrap ${environment.name}\`, or correct src/environments/state-backend.ts.`,
    );
  }
}
