import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { cleanEnvironment, embeddedAwsVariables } from "../../src/embedded-aws/environment";
import { capture, type Captured } from "../../src/process/run";
import { stopServer } from "../../src/embedded-aws/server";
import { secondProvider, startAwsProvider, variablesOf } from "./aws-provider";
import { assume, type CiRole } from "./ci-role";
import { startFaultProxy, type FaultProxy } from "./fault-proxy";
import { startForkedServer } from "./fork-server";
import { describeWith, machine, pathOf } from "./machine";
import { policyRecordings } from "./policies";

/** Region of every embedded AWS of the tests. */
export const region = "us-east-1";

/** An embedded AWS of a test's own. */
export interface EmbeddedAws {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Folder of its own files. */
  readonly home: string;
  /** File with each call. */
  readonly recording: string;
  /** The proxy in front of it, if one was requested. */
  readonly proxy?: FaultProxy;
  /** True if it has a provider for a second region. */
  readonly twoRegions: boolean;
  /** Environment for Terraform, the AWS CLI and whatever else is to reach it. */
  readonly env: Record<string, string>;
  /** Configuration for a client of the AWS SDK. */
  readonly client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** Ends its process and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts an embedded AWS on a free port.
 * @param plain leave open what src/embedded-aws/gaps closes
 * @param launcher script that starts it, if not src/embedded-aws's own
 * @param role role of CI with whose credentials Terraform and the AWS CLI run, and whose policies limit them
 * @param proxied put a proxy before it, through which Terraform and the AWS CLI reach it
 * @param twoRegions run a second provider, for stacks in two regions
 */
export async function startEmbeddedAws({
  plain = false,
  launcher,
  role,
  proxied = false,
  twoRegions = false,
}: {
  plain?: boolean;
  launcher?: string;
  role?: CiRole;
  proxied?: boolean;
  twoRegions?: boolean;
} = {}): Promise<EmbeddedAws> {
  const python = pathOf(machine().embeddedAws);
  const home = mkdtempSync(join(tmpdir(), "plue-embedded-aws-"));
  const recording = join(policyRecordings ?? home, `${randomUUID()}.jsonl`);
  const { endpoint, pid } = await startForkedServer({ home, python, plain, launcher, recording });
  const end = () => process.kill(pid, "SIGKILL");
  process.once("exit", end);
  const proxy = proxied ? await startFaultProxy(endpoint) : undefined;
  const client = {
    endpoint,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const env = {
    ...cleanEnvironment(),
    ...embeddedAwsVariables(proxy?.endpoint ?? endpoint, region),
    ...machine().terraformVariables,
    // No role may limit what the policies are made of.
    ...(role && !policyRecordings && (await assume(client, role))),
  };
  const providers = [await startAwsProvider(env)];
  if (twoRegions) providers.push(await startAwsProvider(env, secondProvider));
  return {
    endpoint,
    home,
    recording,
    proxy,
    twoRegions,
    env: { ...env, ...variablesOf(providers) },
    client,
    stop: async () => {
      process.off("exit", end);
      for (const provider of providers) await provider.stop();
      await proxy?.stop();
      await stopServer(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A copy of an embedded AWS. */
export interface Fork {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Ends its process. */
  end(): void;
}

/**
 * Copies an embedded AWS with all that it holds, in milliseconds. No call may run meanwhile.
 * @param endpoint of one whose launcher is {@link forkable}, or imports it
 */
export async function fork(endpoint: string): Promise<Fork> {
  const response = await fetch(`${endpoint}/embedded-aws/fork`, { method: "POST" });
  const { port, pid } = (await response.json()) as { readonly port: number; readonly pid: number };
  return { endpoint: `http://127.0.0.1:${port}`, end: () => process.kill(pid, "SIGKILL") };
}

/** Launcher of an embedded AWS that {@link fork} can copy. */
export const forkable = join(__dirname, "../fixtures/embedded-aws/forks.py");

/**
 * Runs Terraform in a folder, and takes the colours out of what it prints.
 * @param env {@link EmbeddedAws.env}, or {@link offlineEnvironment} for `validate`
 */
export async function terraform(
  folder: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Captured> {
  const { code, stdout, stderr } = await capture("terraform", args, { cwd: folder, env });
  const plain = stripVTControlCharacters;
  return { code, stdout: plain(stdout), stderr: plain(stderr) };
}

/** Environment for a Terraform that talks to no AWS. */
export function offlineEnvironment(
  terraformVariables = machine().terraformVariables,
): Record<string, string> {
  return { ...cleanEnvironment(), CHECKPOINT_DISABLE: "1", TF_INPUT: "0", ...terraformVariables };
}

/**
 * Groups tests that need Terraform and the embedded AWS. Where the machine cannot run them, they
 * are skipped, and it is printed why.
 */
export function describeEmbeddedAws(name: string, tests: () => void): void {
  describeWith([machine().embeddedAws])(name, tests);
}
