import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordServer, stopServer } from "../../src/embedded-aws/server";
import { machine, pathOf } from "./machine";

/** Name of a second AWS provider, for the resources of a stack in another region. */
export const secondProvider = "aws-elsewhere";

/** An AWS provider that serves one Terraform after another. */
export interface AwsProvider {
  /** For Terraform's environment: where the provider listens. */
  readonly variables: Record<string, string>;
  /** Ends its process. */
  stop(): Promise<void>;
}

/**
 * Starts the AWS provider for all runs of Terraform that use one embedded AWS. A Terraform that
 * starts its own has it build and send the schemas of 1,500 resources again, several times a run: a
 * plan of the environment local takes 8 seconds of CPU so, and 3 with a provider that runs already.
 *
 * It holds one configuration at a time: a stack in two regions needs {@link ownProvider}, or a second one.
 * @param env variables with the endpoint and credentials of AWS
 * @param name of the provider in stacks
 */
export async function startAwsProvider(
  env: Record<string, string>,
  name = "aws",
): Promise<AwsProvider> {
  const home = mkdtempSync(join(tmpdir(), "plue-aws-provider-"));
  const program = pathOf(machine().awsProvider);
  const child = spawn(program, ["-debug"], { env, stdio: ["ignore", "pipe", "ignore"] });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  // As an embedded AWS is recorded, so that the run after a killed one stops it.
  if (child.pid !== undefined) recordServer(home, child.pid);
  const address = await new Promise<string>((done, failed) => {
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      const [, found] = /TF_REATTACH_PROVIDERS='(.*)'/.exec(printed) ?? [];
      if (found !== undefined) done(found);
    });
    child.once("error", failed);
    child.once("close", (code) => failed(new Error(`${program} -debug: exit ${code}\n${printed}`)));
  });
  return {
    variables: { TF_REATTACH_PROVIDERS: address.replace('/aws"', `/${name}"`) },
    stop: async () => {
      process.off("exit", end);
      await stopServer(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The variables for a Terraform that uses all of these providers. */
export function variablesOf(providers: readonly AwsProvider[]): Record<string, string> {
  const all = providers.map(
    ({ variables }) => JSON.parse(variables.TF_REATTACH_PROVIDERS!) as object,
  );
  return { TF_REATTACH_PROVIDERS: JSON.stringify(Object.assign({}, ...all)) };
}

/** The parts of a stack that {@link separateProviders} changes. */
interface TwoRegions {
  provider: Record<string, { alias?: string }[]>;
  terraform: { required_providers: Record<string, object> };
}

/**
 * Lets a stack in two regions use {@link secondProvider} for the other region instead of a second configuration
 * of the first.
 */
export function separateProviders(stack: string): string {
  const parsed = JSON.parse(stack) as TwoRegions;
  const [main, other] = parsed.provider.aws!;
  if (other === undefined) return stack;
  const { alias, ...configuration } = other;
  parsed.provider = { ...parsed.provider, aws: [main!], [secondProvider]: [configuration] };
  parsed.terraform.required_providers[secondProvider] = { source: `hashicorp/${secondProvider}` };
  return JSON.stringify(parsed).replaceAll(`"aws.${alias}"`, `"${secondProvider}"`);
}

/** An environment in which each Terraform starts a provider of its own, as everywhere but in tests. */
export function ownProvider(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name !== "TF_REATTACH_PROVIDERS"),
  );
}
