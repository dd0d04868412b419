import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordServer, stopServer } from "../../src/embedded-aws/server";
import { machine, pathOf } from "./machine";

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
 * It holds one configuration at a time: {@link ownProvider} is for a stack in two regions.
 * @param env variables with the endpoint and credentials of AWS
 */
export async function startAwsProvider(env: Record<string, string>): Promise<AwsProvider> {
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
    variables: { TF_REATTACH_PROVIDERS: address },
    stop: async () => {
      process.off("exit", end);
      await stopServer(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** An environment in which each Terraform starts a provider of its own, as everywhere but in tests. */
export function ownProvider(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name !== "TF_REATTACH_PROVIDERS"),
  );
}
