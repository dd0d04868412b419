import { join } from "node:path";
import {
  embeddedAccountId,
  embeddedAwsVariables,
  enterEmbeddedAws,
} from "../../../embedded-aws/environment";
import {
  checksOf,
  findServer,
  isFree,
  runningAt,
  startServer,
  stopServer,
  type Checks,
  type Running,
  type Server,
} from "../../../embedded-aws/server";
import { findTools } from "../../../embedded-aws/tools";
import { ensureVenv } from "../../../embedded-aws/venv";
import { ActionRequired, PlueError } from "../../../process/errors";
import { onInterrupt } from "../../../process/interrupt";
import { writeWhole } from "../../../process/files";
import { Steps, type Note } from "../../../terminal/steps";
import { terraformCliConfig } from "../../../terraform/cli-config";
import type { StackFolder } from "../../../terraform/stack";
import { synthesize } from "../../../terraform/synthesize";
import { Terraform, type Output } from "../../../terraform/terraform";
import { bootstrap } from "../bootstrap";
import { localFolder, stackFolderOf } from "../../environment";
import { lockRun } from "../../../embedded-aws/run-lock";
import { killUnfinished, markUnfinished } from "../../../embedded-aws/unfinished";

/** Port of the embedded AWS, if the port is free and PLUE_LOCAL_PORT is not set. */
const defaultPort = 4566;

/** Folder of the deployed stack, in the project. */
export const stackFolder = join("cdktf.out", "stacks", "local");

/** Result of a deployment to the embedded AWS. */
export interface LocalDeployment {
  /** The stack's outputs. */
  readonly outputs: Record<string, Output>;
  /** URL of the embedded AWS. */
  readonly endpoint: string;
  /** Checks of the calls of this run. */
  readonly checks: Checks;
  /** The running parts. */
  readonly running: Running;
}

/**
 * Deploys the stack `local` to an embedded AWS and checks that a second plan is empty.
 * @throws PlueError with the step that failed
 */
export async function up(project: string): Promise<LocalDeployment> {
  portFromEnvironment();
  const steps = new Steps();
  const home = join(project, localFolder);
  const folder: StackFolder = {
    name: "local",
    projectDir: project,
    stackDir: stackFolderOf("local", project),
  };

  const tools = await steps.run("Find Node.js, Terraform and Python", () => findTools());
  const release = await lockRun(home);
  try {
    onInterrupt("Run npm run local to continue, or npm run local:down to remove everything.");
    const restart = killUnfinished(home);
    const python = await steps.run("Install moto in a private environment", (note) =>
      ensureVenv({ home, python: tools.python, note }),
    );
    const server = await steps.run("Start the embedded AWS", (note) =>
      startOrReuse(home, python, restart, note),
    );
    const stack = await steps.run("Synthesize the stacks", () => synthesize(folder));
    enterEmbeddedAws(server.endpoint, stack.backend.region);
    await steps.run("Create the state bucket and the lock table", () =>
      bootstrap(stack.backend, { accountId: embeddedAccountId }),
    );
    const providers = await steps.run("Find the Terraform providers", async (note) => {
      const file = join(home, "terraformrc");
      const found = await terraformCliConfig({ file, program: tools.terraform });
      note(found.unreachable ?? found.source);
      return found.variables;
    });
    const variables = {
      ...embeddedAwsVariables(server.endpoint, stack.backend.region),
      ...providers,
    };
    Object.assign(process.env, variables);
    writeWhole(join(home, "env"), toShell(variables));
    const before = await checksOf(server);
    const outputs = await deploy(folder, stack, home, steps);
    return {
      outputs,
      endpoint: server.endpoint,
      checks: since(before, await checksOf(server)),
      running: await runningAt(server.endpoint),
    };
  } finally {
    await release();
  }
}

async function deploy(
  folder: StackFolder,
  stack: Terraform["stack"],
  home: string,
  steps: Steps,
): Promise<Record<string, Output>> {
  const logOf = (command: string) => join(home, "logs", `terraform-${command}.log`);
  let noteApplied: Note = () => {};
  const terraform = await steps.run("terraform init", () =>
    Terraform.init(folder, stack, {
      reconfigure: true,
      logOf,
      onStart: (pid, changes) => markUnfinished(home, pid, changes),
      onStatus: (status) => noteApplied(status),
    }),
  );
  await steps.run("terraform apply", async (note) => {
    noteApplied = note;
    note(await terraform.apply());
  });
  await steps.run("terraform plan", async (note) => {
    if (await terraform.hasChanges()) {
      throw new PlueError(
        "The second plan is not empty: a setting changes by itself, or the embedded AWS does not " +
          "keep it.",
        { log: logOf("plan") },
      );
    }
    note("nothing to change");
  });
  return terraform.outputs();
}

/** The checks between two points in time. */
function since(before: Checks, after: Checks): Checks {
  return {
    calls: after.calls - before.calls,
    unread: after.unread - before.unread,
    constraints: after.constraints - before.constraints,
    rules: after.rules - before.rules,
    refused: after.refused - before.refused,
  };
}

async function startOrReuse(
  home: string,
  python: string,
  restart: boolean,
  note: Note,
): Promise<Server> {
  const running = restart ? undefined : await findServer(home);
  if (running !== undefined) {
    note(`already running at ${running.endpoint}`);
    return running;
  }
  await stopServer(home);
  const port = await choosePort();
  const server = await startServer({ home, python, port, detached: true, parts: ["runtime"] });
  note(restart ? `${server.endpoint}, restarted after an unfinished run` : server.endpoint);
  return server;
}

/**
 * The port of PLUE_LOCAL_PORT, if it is set.
 * @throws ActionRequired if it is not a port
 */
function portFromEnvironment(): number | undefined {
  const named = process.env.PLUE_LOCAL_PORT;
  if (!named) return undefined;
  const port = /^\d{1,5}$/.test(named) ? Number(named) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new ActionRequired(`PLUE_LOCAL_PORT is "${named}": it must be a port from 1 to 65535`);
}

async function choosePort(): Promise<number> {
  const port = portFromEnvironment();
  if (port === undefined) return (await isFree(defaultPort)) ? defaultPort : 0;
  if (await isFree(port)) return port;
  throw new ActionRequired(
    `PLUE_LOCAL_PORT is ${port}, which another program uses or this user cannot open`,
    "Choose another port, or unset the variable to use any free port.",
  );
}

function toShell(variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  // A profile or a session token would have precedence over the two keys.
  return ["unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN", ...lines, ""].join("\n");
}
