import { bucketIsThere, tableIsThere } from "../aws/state-backend";
import { ActionRequired } from "../process/errors";
import { say } from "../terminal/output";
import { synthesize, type S3Backend, type Stack } from "../terraform/stack";
import { Terraform } from "../terraform/terraform";
import type { Environment } from "./environment";

/**
 * Synthesizes an environment's stack, and says so.
 * @throws PlueError if the code does not synthesize
 */
export function synthesizeStack(environment: Environment): Promise<Stack> {
  say(`Synthesizing ${environment.name}`);
  return synthesize(environment);
}

/**
 * Synthesizes the environment and connects its directory with its state.
 * @throws ActionRequired if bucket or table for the state are missing
 */
export async function openTerraform(environment: Environment): Promise<Terraform> {
  const stack = await synthesizeStack(environment);
  await refuseMissingBackend(environment, stack.backend);
  return Terraform.init(environment, stack, {
    onProviders: ({ unreachable }) => unreachable && say(unreachable),
  });
}

/** Terraform finds out late and says it obscurely. */
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
      `Make it with \`plue bootstrap ${environment.name}\`, or correct src/environments/state-backend.ts.`,
    );
  }
}
