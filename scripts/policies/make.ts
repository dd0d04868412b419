import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { App } from "../../src/cdktf";
import {
  cleanEnvironment,
  embeddedAccountId,
  embeddedAwsVariables,
} from "../../src/embedded-aws/environment";
import { startServer, stopServer } from "../../src/embedded-aws/server";
import { findTools } from "../../src/embedded-aws/tools";
import { ensureVenv } from "../../src/embedded-aws/venv";
import { environments } from "../../src/environments";
import { local } from "../../src/environments/local";
import { stateBackend } from "../../src/environments/state-backend";
import { PlueError } from "../../src/process/errors";
import { capture } from "../../src/process/run";
import { PlueStack } from "../../src/stack/plue-stack";
import { Steps } from "../../src/terminal/steps";
import { terraformCliConfig } from "../../src/terraform/cli-config";
import { bootstrap } from "../../src/operations/setup/bootstrap";
import { readCalls, type Call } from "./calls";
import { needsOf, type Need } from "./needs";
import { allows, policyFor, type Policy } from "./policy";

const project = resolve(__dirname, "../..");

/** Folder of the policies and of the needs that they were made of. */
export const policiesFolder = join(project, "policies");

/** For what: to plan, to deploy, to hold the state, or to plan and deploy what is off by default. */
export const purposes = ["plan", "deploy", "state", "options"] as const;
/** One of {@link purposes}. */
export type Purpose = (typeof purposes)[number];

/** The needs of each purpose. `deploy` has only what `plan` does not have, `options` what neither has. */
export type Needs = Readonly<Record<Purpose, readonly Need[]>>;

/**
 * Names of the environments, which the policies leave out of the objects' names: `full` is the one of the
 * tests that has all options.
 */
export const environmentNames = [...environments.map(({ name }) => name), "full"];

/** The policies for what is needed. */
export function policiesOf(needs: Needs): Record<Purpose, Policy> {
  const policies = purposes.map((purpose) => [
    purpose,
    policyFor(needs[purpose], environmentNames),
  ]);
  return Object.fromEntries(policies) as Record<Purpose, Policy>;
}

/**
 * The needs of recorded calls.
 * @param planned calls of a plan
 * @param deployed calls of everything else
 * @param withOptions calls of an environment with all options
 */
export async function needsOfCalls(
  planned: readonly Call[],
  deployed: readonly Call[],
  withOptions: readonly Call[],
): Promise<Needs> {
  const [plan, deploy, options] = await Promise.all(
    [planned, deployed, withOptions].map(distinctNeeds),
  );
  const known: Policy[] = [];
  const news = (needs: readonly Need[] = []) => {
    const found = needs.filter((need) => !isState(need) && !allows(known, need));
    known.push(policyFor(found, environmentNames));
    return found;
  };
  return {
    plan: news(plan),
    deploy: news(deploy),
    state: distinct([...plan!, ...deploy!].filter(isState)),
    options: news(options),
  };
}

async function distinctNeeds(calls: readonly Call[]): Promise<Need[]> {
  const needs = await Promise.all(calls.filter(({ caller }) => caller !== "other").map(needsOfCi));
  return distinct(needs.flat());
}

/** The needs of a call in CI. A person, not CI, creates the state's bucket and table. */
export async function needsOfCi(call: Call): Promise<Need[]> {
  const needs = await needsOf(call);
  const reads = /^(Get|Describe|List|Head)/.test(call.operation);
  return call.caller === "plue" && !reads ? needs.filter((need) => !isState(need)) : needs;
}

function distinct(needs: readonly Need[]): Need[] {
  const texts = new Map(needs.map((need) => [JSON.stringify(need), need]));
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

/** Tests whether a need is about the state's bucket or lock. */
function isState({ resource }: Need): boolean {
  const { bucket, lockTable } = stateBackend;
  return resource.includes(`:${bucket}`) || resource.includes(`table/${lockTable}`);
}

/** A recording of each list of tests, if there is one already. */
export interface Recordings {
  readonly commands?: string;
  readonly options?: string;
}

/**
 * Records plan, apply and destroy of the environment `local`, what the tests of `plue` call, and what the
 * test of all options calls, and writes the policies for it.
 * @throws PlueError if Terraform or a test fails
 */
export async function makePolicies(recordings: Recordings = {}): Promise<void> {
  const steps = new Steps();
  const home = mkdtempSync(join(tmpdir(), "plue-policies-"));
  try {
    const { planned, deployed } = await recordTerraform(home, steps);
    const callsOf = (what: string, tests: readonly string[], recorded?: string) =>
      steps.run(`Record what ${what} calls, as tests run`, () =>
        recorded === undefined
          ? recordTests(tests, join(home, `${what}.jsonl`))
          : Promise.resolve(readCalls(recorded)),
      );
    const commands = await callsOf("plue", commandTests, recordings.commands);
    const options = await callsOf("every option", optionTests, recordings.options);
    await steps.run(`Write ${policiesFolder}`, async (note) => {
      const needs = await needsOfCalls(planned, [...deployed, ...commands], options);
      write("needs", needs);
      for (const [name, policy] of Object.entries(policiesOf(needs))) write(name, policy);
      note(`${Object.values(needs).flat().length} needs`);
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function write(name: string, content: object): void {
  writeFileSync(join(policiesFolder, `${name}.json`), JSON.stringify(content, null, 2) + "\n");
}

async function recordTerraform(
  home: string,
  steps: Steps,
): Promise<{ planned: Call[]; deployed: Call[] }> {
  const { python, terraform: program } = await findTools();
  const interpreter = await ensureVenv({ home: join(project, ".cache", "embedded-aws"), python });
  const recording = join(home, "terraform.jsonl");
  const server = await startServer({ home, python: interpreter, recording });
  try {
    const outdir = join(home, "out");
    const app = new App({ outdir, stackTraces: false });
    new PlueStack(app, { ...local, statePathStyle: true });
    app.synth();
    const { bucket, lockTable: dynamodb_table, region } = stateBackend;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    await bootstrap(
      { bucket, dynamodb_table, region, key: "" },
      { accountId: embeddedAccountId, target: { endpoint: server.endpoint, credentials } },
    );
    const providers = await terraformCliConfig({ file: join(home, "terraformrc"), program });
    const env = {
      ...cleanEnvironment(),
      ...embeddedAwsVariables(server.endpoint, region),
      ...providers.variables,
    };
    const run = (...args: string[]) =>
      steps.run(`Record terraform ${args.join(" ")}`, async () => {
        const from = existsSync(recording) ? statSync(recording).size : 0;
        const cwd = join(outdir, "stacks", local.name);
        const { code, stderr } = await capture(program.command, args, { cwd, env });
        if (code !== 0) throw new PlueError(`terraform ${args.join(" ")} failed:\n\n${stderr}`);
        return existsSync(recording) ? readCalls(recording, from) : [];
      });
    const planned = [...(await run("init")), ...(await run("plan"))];
    const deployed = await run("apply", "-auto-approve");
    planned.push(...(await run("plan")));
    deployed.push(...(await run("destroy", "-auto-approve")));
    return { planned, deployed };
  } finally {
    await stopServer(home);
  }
}

/** The tests that hold the policies to all that they call. */
const commandTests = ["cli/deployment", "cli/operation", "stack/deploy", "stack/change"];
const optionTests = ["stack/full", "stack/cache-nodes", "operations/leftovers"];

async function recordTests(tests: readonly string[], recording: string): Promise<Call[]> {
  const options = ["--selectProjects=integration", "--maxWorkers=4"];
  const args = ["jest", ...options, "--", ...tests];
  const { code, stderr } = await capture("npx", args, {
    cwd: project,
    env: { ...(process.env as Record<string, string>), EMBEDDED_AWS_RECORDING: recording },
  });
  if (code !== 0) throw new PlueError(`npx ${args.join(" ")} failed:\n\n${stderr}`);
  return readCalls(recording);
}

if (require.main === module) {
  const [, , commands, options] = process.argv;
  void makePolicies({ commands, options });
}
