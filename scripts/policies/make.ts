import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
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
import { local } from "../../src/environments/local";
import { stateBackend } from "../../src/environments/state-backend";
import { PlueError } from "../../src/process/errors";
import { capture, succeed } from "../../src/process/run";
import { PlueStack } from "../../src/stack/plue-stack";
import { Steps } from "../../src/terminal/steps";
import { terraformCliConfig } from "../../src/terraform/cli-config";
import { bootstrap } from "../../src/operations/setup/bootstrap";
import { readCalls, simplified, strings, type Call } from "./calls";
import { changes } from "./changes";
import { actionOf, needsOf, type Need } from "./needs";
import { allows, generalized, policyFor, type Policy } from "./policy";
import { original, writeReference } from "./reference";

const project = resolve(__dirname, "../..");

/** Folder of the policies, and of the calls and the reference that they are made of. */
export const policiesFolder = join(project, "policies");

/** For what: to plan, to deploy, to hold the state, or to plan and deploy what is off by default. */
export const purposes = ["plan", "deploy", "state", "options"] as const;
/** One of {@link purposes}. */
export type Purpose = (typeof purposes)[number];

/** Recorded calls: of a plan, of everything else, and of an environment with all options. */
export type RecordedCalls = Readonly<Record<"plan" | "deploy" | "options", readonly Call[]>>;

/** The needs of each purpose. `deploy` has only what `plan` does not have, `options` what neither has. */
export type Needs = Readonly<Record<Purpose, readonly Need[]>>;

/** The policies for what is needed. */
export function policiesOf(needs: Needs): Record<Purpose, Policy> {
  const policies = purposes.map((purpose) => [purpose, policyFor(needs[purpose])]);
  return Object.fromEntries(policies) as Record<Purpose, Policy>;
}

/** The needs of recorded calls. */
export function needsOfCalls(calls: RecordedCalls): Needs {
  const of = (purpose: keyof RecordedCalls) => distinct(calls[purpose].flatMap(needsOfCi));
  const known: Policy[] = [];
  const news = (needs: readonly Need[]) => {
    const found = needs.filter((need) => !isState(need) && !allows(known, need));
    known.push(policyFor(found));
    return found;
  };
  return {
    plan: news(of("plan")),
    deploy: news(of("deploy")),
    state: [...of("plan"), ...of("deploy")].filter(isState),
    options: news(of("options")),
  };
}

const callsFile = join(policiesFolder, "calls.json");

/** The calls in `policies/calls.json`. */
const readRecorded = () => JSON.parse(readFileSync(callsFile, "utf8")) as RecordedCalls;

/** Recorded calls, and those of changes. @default the calls in `policies/calls.json` */
export function allCalls(recorded = readRecorded()): RecordedCalls {
  return {
    plan: [...recorded.plan, ...changes.plan],
    deploy: [...recorded.deploy, ...changes.deploy],
    options: [...recorded.options, ...changes.options],
  };
}

/** Writes recorded calls to `policies/calls.json`. */
export function writeCalls(calls: RecordedCalls): void {
  const lists = Object.entries(calls).map(([name, all]) => {
    const lines = kept(all).map((call) => JSON.stringify(call));
    return `  "${name}": [\n    ${lines.sort().join(",\n    ")}\n  ]`;
  });
  writeFileSync(callsFile, `{\n${lists.join(",\n")}\n}\n`);
}

/** One call of each kind, as it is kept: what differs in nothing but ids and texts is one kind. */
function kept(calls: readonly Call[]): Call[] {
  const found = new Map<string, Call>();
  const needed = calls.filter((call) => needsOfCi(call).length > 0);
  const texts = needed.map((call) => JSON.stringify(simplified(call)));
  // In their order, because the order of calls differs from run to run.
  for (const text of [...new Set(texts)].sort()) {
    const call = JSON.parse(text) as Call;
    const needs = needsOf(call).map((need) => [
      need.action,
      generalized(need.resource),
      need.context,
    ]);
    const names = Object.keys(call.parameters).sort();
    const key = JSON.stringify([needs, names, call.caller === "plue"]);
    if (!found.has(key)) found.set(key, call);
  }
  return [...found.values()];
}

/** Tests whether CI makes a call. A person, not CI, creates the state's bucket and table and asks for quotas. */
function isOfCi({ caller, service, operation, parameters }: Call): boolean {
  if (caller === "other" || service === "service-quotas") return false;
  const { bucket, lockTable } = stateBackend;
  const isOfState = (text: string) => text.startsWith(bucket) || text === lockTable;
  const reads = /^(Get|Describe|List|Head)/.test(operation);
  return caller !== "plue" || reads || !strings(parameters).some(isOfState);
}

/** The needs of a call; none for one that CI does not make. */
export const needsOfCi = (call: Call): Need[] => (isOfCi(call) ? needsOf(call) : []);

function distinct(needs: readonly Need[]): Need[] {
  const texts = new Map(needs.map((need) => [JSON.stringify(need), need]));
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

/** Tests whether a need is about the state's bucket or lock. */
function isState({ resource }: Need): boolean {
  const { bucket, lockTable } = stateBackend;
  return resource.includes(`:${bucket}`) || resource.includes(`table/${lockTable}`);
}

/**
 * Writes the policies, and the reference's part about the calls.
 * @param recorded of the last recording. @default a new recording
 * @throws PlueError if Terraform, a test or pip fails
 */
async function make(recorded?: RecordedCalls): Promise<void> {
  const steps = new Steps();
  const home = mkdtempSync(join(tmpdir(), "plue-policies-"));
  try {
    const calls = recorded ?? (await record(home, steps));
    await steps.run(`Take the reference from ${original.package}`, () =>
      takeReference(home, Object.values(allCalls(calls)).flat()),
    );
    await steps.run(`Write ${policiesFolder}`, () => {
      if (calls !== recorded) writeCalls(calls);
      for (const [name, policy] of Object.entries(policiesOf(needsOfCalls(allCalls())))) {
        writeFileSync(join(policiesFolder, `${name}.json`), JSON.stringify(policy, null, 2) + "\n");
      }
      return Promise.resolve();
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * Records plan, apply and destroy of the environment `local`, what the tests of `plue` and of changes call, and
 * what the tests of all options call.
 */
async function record(home: string, steps: Steps): Promise<RecordedCalls> {
  const { planned, deployed } = await recordTerraform(home, steps);
  const callsOf = (what: string, tests: readonly string[]) =>
    steps.run(`Record what ${what} calls, as tests run`, () =>
      recordTests(tests, join(home, what)),
    );
  const commands = await callsOf("plue", commandTests);
  const options = await callsOf("every option", optionTests);
  return { plan: planned, deploy: [...deployed, ...commands], options };
}

async function takeReference(home: string, calls: readonly Call[]): Promise<void> {
  const { python } = await findTools();
  const args = ["-m", "pip", "install", "--no-deps", "--target", home, original.package];
  await succeed("Installing with pip", python.command, args, { log: join(home, "pip.log") });
  const called = calls.filter(isOfCi);
  writeReference(
    home,
    called.flatMap((call) => actionOf(call) ?? []),
  );
  // The kinds know of actions that the reference does not name for a call.
  writeReference(
    home,
    called.flatMap(needsOf).map(({ action }) => action),
  );
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
const commandTests = ["cli/deployment", "cli/operation", "stack/deploy", "stack/settings"];
const optionTests = ["stack/full", "stack/cache-nodes", "operations/leftovers"];

async function recordTests(tests: readonly string[], folder: string): Promise<Call[]> {
  mkdirSync(folder);
  const options = ["--selectProjects=integration", "--maxWorkers=4"];
  const args = ["jest", ...options, "--", ...tests];
  const { code, stderr } = await capture("npx", args, {
    cwd: project,
    env: { ...(process.env as Record<string, string>), PLUE_POLICY_RECORDINGS: folder },
  });
  if (code !== 0) throw new PlueError(`npx ${args.join(" ")} failed:\n\n${stderr}`);
  return readdirSync(folder).flatMap((file) => readCalls(join(folder, file)));
}

if (require.main === module) {
  // Without a new recording if only what is made of it has changed.
  void make(process.argv.includes("--recorded") ? readRecorded() : undefined);
}
