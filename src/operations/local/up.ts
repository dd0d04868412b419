import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deploy, type Output } from "./deploy";
import { cleanEnvironment, embeddedAwsVariables } from "../../embedded-aws/environment";
import { Failure, runOrFail } from "../../embedded-aws/process";
import { lockRun } from "./run-lock";
import {
  findServer,
  isFree,
  startServer,
  stopServer,
  type Server,
} from "../../embedded-aws/server";
import { makeStateBackend, refuseLockedState, type S3Backend } from "../../embedded-aws/state";
import type { Note, Steps } from "../../terminal/steps";
import { terraformCliConfig } from "../../terraform/cli-config";
import { findTools } from "../../embedded-aws/tools";
import { killUnfinished } from "./unfinished";
import { ensureVenv } from "../../embedded-aws/venv";

/** Port of the embedded AWS if it is free and PLUE_LOCAL_PORT names no other. */
const defaultPort = 4566;

/** Folder of all that `local` keeps, in the project. */
export const homeFolder = ".local";

/** Folder of the stack that is deployed, in the project. */
export const stackFolder = join("cdktf.out", "stacks", "local");

/** What a run needs to know. */
export interface UpOptions {
  /** Folder of the project. */
  readonly project: string;
  readonly steps: Steps;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/**
 * Deploys the stack `local` to an embedded AWS and checks that nothing is left to change.
 * @returns what to tell the user: the outputs, and where to go next
 * @throws Failure
 */
export async function up({ project, steps, signal }: UpOptions): Promise<string> {
  const home = join(project, homeFolder);
  const folder = join(project, stackFolder);

  const tools = await steps.run("Find Node.js, Terraform and Python", () => findTools());
  const release = lockRun(home);
  try {
    const afresh = killUnfinished(home);
    const python = await steps.run("Install moto in a private environment", (note) =>
      ensureVenv({ home, python: tools.python, note, signal }),
    );
    const server = await steps.run("Start the embedded AWS", (note) =>
      startOrReuse(home, python, afresh, note, signal),
    );
    const backend = await steps.run("Synthesize the stacks", async () => {
      await runOrFail("Synthesis", process.execPath, ["-r", "tsx/cjs", "main.ts"], {
        cwd: project,
        env: cleanEnvironment(),
        log: join(home, "logs", "synth.log"),
        signal,
      });
      return readBackend(folder);
    });
    await steps.run("Make the state bucket and the lock table", async () => {
      await makeStateBackend(server.endpoint, backend);
      await refuseLockedState(server.endpoint, backend);
    });

    const cliConfig = await steps.run("Find the Terraform providers", async (note) => {
      const file = join(home, "terraformrc");
      const found = await terraformCliConfig({ file, platform: tools.platform });
      note(found.unreachable ?? found.source);
      return found.variables;
    });
    const variables = { ...embeddedAwsVariables(server.endpoint, backend.region), ...cliConfig };
    writeFileSync(join(home, "env"), toShell(variables));
    const env = { ...cleanEnvironment(), ...variables };
    return farewell(await deploy({ folder, home, env, steps, signal }), server);
  } finally {
    release();
  }
}

async function startOrReuse(
  home: string,
  python: string,
  afresh: boolean,
  note: Note,
  signal: AbortSignal,
): Promise<Server> {
  const running = afresh ? undefined : await findServer(home);
  if (running !== undefined) {
    note(`already running at ${running.endpoint}`);
    return running;
  }
  await stopServer(home);
  const port = await choosePort();
  const server = await startServer({ home, python, port, detached: true, signal });
  note(afresh ? `${server.endpoint}, afresh after an unfinished run` : server.endpoint);
  return server;
}

async function choosePort(): Promise<number> {
  const named = process.env.PLUE_LOCAL_PORT;
  if (!named) return (await isFree(defaultPort)) ? defaultPort : 0;
  const port = Number(named);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Failure(`PLUE_LOCAL_PORT is ${named}: it must be a port from 1 to 65535.`);
  }
  if (!(await isFree(port))) {
    throw new Failure(
      `PLUE_LOCAL_PORT is ${port}, which another program uses or this user may not open. ` +
        `Name another port, or unset the variable to take one that is free.`,
    );
  }
  return port;
}

function readBackend(folder: string): S3Backend {
  const file = join(folder, "cdk.tf.json");
  if (!existsSync(file)) {
    throw new Failure(`Synthesis wrote no ${file}: is there an environment named local?`);
  }
  const { terraform } = JSON.parse(readFileSync(file, "utf8")) as {
    terraform: { backend: { s3: S3Backend } };
  };
  return terraform.backend.s3;
}

function toShell(variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  // A profile or a session would go before the two keys.
  return ["unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN", ...lines, ""].join("\n");
}

function farewell(outputs: Record<string, Output>, { endpoint }: Server): string {
  const lines = Object.entries(outputs).map(([name, { value, sensitive }]) => {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    return `  ${name} = ${sensitive ? "(sensitive)" : shown}`;
  });
  return [
    "",
    "Outputs:",
    ...lines,
    "",
    `The embedded AWS runs at ${endpoint}. To look at it with Terraform or the AWS CLI:`,
    `  . ${homeFolder}/env`,
    `  terraform -chdir=${stackFolder} state list`,
    "  aws ecs list-clusters",
    "Change a setting and run npm run local again: it applies the difference.",
    "Stop it and remove all that it made: npm run local:down",
  ].join("\n");
}
