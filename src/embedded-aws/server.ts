import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanEnvironment } from "./environment";
import { PlueError, tail } from "../process/errors";
import { writeWhole } from "../process/files";
import { identityOf } from "../process/identity";
import { succeed } from "../process/run";
import { interpretersIn } from "./venv";

const defaultLauncher = join(__dirname, "embedded_aws.py");

/** The record of an embedded AWS, which exists as soon as its process does. */
interface Started {
  readonly pid: number;
  /** Distinguishes its process from a later one with the same id. */
  readonly identity?: string;
  /** Once it listens. */
  readonly port?: number;
}

/** An embedded AWS that listens. */
export interface Server extends Started {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
}

/** How to start an embedded AWS. */
export interface ServerOptions {
  /** Directory of its record and log. */
  readonly home: string;
  /** Interpreter of the virtual environment. */
  readonly python: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** Outlive this process. @default false */
  readonly detached?: boolean;
  /** Leave moto's gaps open. @default false */
  readonly plain?: boolean;
  /** Python script that starts it. @default embedded_aws.py */
  readonly launcher?: string;
  /** File that gets each call, one JSON object a line. @default nothing is recorded */
  readonly recording?: string;
  /** Python modules beside the launcher that are loaded as extensions.py describes. @default none */
  readonly parts?: readonly string[];
  readonly signal?: AbortSignal;
}

const recordOf = (home: string) => join(home, "server.json");

/** The checks of an embedded AWS since its start. */
export interface Checks {
  readonly calls: number;
  /** Calls whose operation is not known, and which were not checked. */
  readonly unread: number;
  /** Constraints of AWS's service models that were checked. */
  readonly constraints: number;
  /** Documented rules that were checked. */
  readonly rules: number;
  readonly refused: number;
}

/** Asks an embedded AWS what it has checked. */
export async function checksOf({ endpoint }: Pick<Server, "endpoint">): Promise<Checks> {
  const response = await fetch(`${endpoint}/embedded-aws/checks`);
  return (await response.json()) as Checks;
}

/** The parts of an embedded AWS that run something. */
export interface Running {
  /**
   * Version of the Docker engine that runs tasks and databases; null if none answered when the embedded AWS
   * started. @default it is not known: another program answers, or one without a runtime
   */
  readonly engine?: string | null;
  /** Where load balancers answer: an address for each listener, in the order of their ports. */
  readonly urls: readonly string[];
  /** Parts that should run and do not, with the reason. */
  readonly problems: readonly string[];
}

/** Asks an embedded AWS what it runs; one that is not ours runs nothing that we know of. */
export async function runningAt(endpoint: string): Promise<Running> {
  try {
    const response = await fetch(`${endpoint}/embedded-aws/runtime`);
    if (response.ok) return (await response.json()) as Running;
  } catch {
    // Another program answers there, or none.
  }
  return { urls: [], problems: [] };
}

/** The server that an earlier process left running, if it still does. */
export async function findServer(home: string): Promise<Server | undefined> {
  const server = listening(home);
  if (server === undefined || !runs(server)) return undefined;
  try {
    const { ok } = await fetch(`${server.endpoint}/moto-api/config`, {
      signal: AbortSignal.timeout(5000),
    });
    return ok ? server : undefined;
  } catch {
    return undefined;
  }
}

/** How the process of an embedded AWS is started. */
export interface ServerProcess {
  /** Arguments of the interpreter: its options, the launcher and the launcher's arguments. */
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  /** File for its output, in a folder that exists. */
  readonly log: string;
}

/** Prepares the home of an embedded AWS and returns how to start its process. */
export function prepareServer(options: ServerOptions): ServerProcess {
  const { home, port = 0, plain = false, launcher = defaultLauncher } = options;
  const { recording, parts = [] } = options;
  const log = join(home, "logs", "server.log");
  mkdirSync(dirname(log), { recursive: true });
  rmSync(recordOf(home), { force: true });
  return {
    args: ["-B", launcher, String(port), recordOf(home), ...(plain ? ["--plain"] : [])],
    env: {
      ...cleanEnvironment(),
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      EMBEDDED_AWS_HOME: home,
      ...(recording === undefined ? {} : { EMBEDDED_AWS_RECORDING: recording }),
      ...(parts.length === 0 ? {} : { EMBEDDED_AWS_PARTS: parts.join(",") }),
    },
    log,
  };
}

/**
 * Starts an embedded AWS and waits until it listens.
 * @throws PlueError if it ends before that
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { home, python, detached = false, signal } = options;
  const { args, env, log } = prepareServer(options);
  const output = openSync(log, "w");
  const child = spawn(python, args, { env, stdio: ["ignore", output, output], detached });
  closeSync(output);
  child.on("error", () => undefined);
  child.unref();
  // At once, so that a later run can stop it if this one is killed while it starts.
  if (child.pid !== undefined) {
    recordServer(home, child.pid);
  }
  const ended = () => child.pid === undefined || child.exitCode !== null || child.signalCode;
  try {
    for (;;) {
      const server = listening(home);
      if (server !== undefined) return server;
      signal?.throwIfAborted();
      if (ended()) {
        throw new PlueError(
          `The embedded AWS did not start:\n\n${tail(readFileSync(log, "utf8"))}`,
          { log },
        );
      }
      await sleep(50);
    }
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** Records which process is the server of a home, for {@link stopServer}. */
export function recordServer(home: string, pid: number): void {
  const started: Started = { pid, identity: identityOf(pid) };
  writeWhole(recordOf(home), JSON.stringify(started));
}

/** Stops the server of a home, if one runs. */
export async function stopServer(home: string): Promise<boolean> {
  const server = readRecord(home);
  rmSync(recordOf(home), { force: true });
  if (server === undefined || !runs(server)) return false;
  process.kill(server.pid, "SIGTERM");
  // It removes its containers first.
  for (let wait = 0; wait < 600 && runs(server); wait++) await sleep(50);
  if (runs(server)) process.kill(server.pid, "SIGKILL");
  return true;
}

/** Removes every container, network and volume that the embedded AWS of a folder has in a Docker engine. */
export async function removeContainers(home: string): Promise<void> {
  const [python] = interpretersIn(home);
  if (python === undefined) return;
  const args = ["-B", "-m", "runtime.cleaning", home];
  await succeed("Removing containers", python, args, {
    cwd: __dirname,
    env: cleanEnvironment(),
    log: join(home, "logs", "cleaning.log"),
  });
}

/** Tests whether a port of the loopback address is free. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

function readRecord(home: string): Started | undefined {
  if (!existsSync(recordOf(home))) return undefined;
  try {
    return JSON.parse(readFileSync(recordOf(home), "utf8")) as Started;
  } catch {
    return undefined;
  }
}

/** Tests whether the server of a home listens at that URL, by its record. */
export function listensAt(home: string, endpoint: string | undefined): boolean {
  return endpoint !== undefined && listening(home)?.endpoint === endpoint;
}

function listening(home: string): Server | undefined {
  const started = readRecord(home);
  if (started?.port === undefined) return undefined;
  return { ...started, port: started.port, endpoint: `http://127.0.0.1:${started.port}` };
}

// A process id can have passed to another program since.
function runs({ pid, identity }: Started): boolean {
  return identity !== undefined && identityOf(pid) === identity;
}
