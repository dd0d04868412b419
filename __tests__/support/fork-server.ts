import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanEnvironment } from "../../src/embedded-aws/environment";
import {
  findServer,
  prepareServer,
  recordServer,
  type Server,
  type ServerOptions,
} from "../../src/embedded-aws/server";
import { isRunning } from "../../src/process/identity";
import { machine } from "./machine";

const script = join(__dirname, "../fixtures/embedded-aws/fork_server.py");

/**
 * Starts a process that has imported all of the embedded AWS, for a run of Jest. It ends with the run.
 * @param python interpreter with moto
 * @returns its endpoint
 */
export async function startForkServer(python: string): Promise<string> {
  const child = spawn(python, ["-B", script], {
    env: { ...cleanEnvironment(), AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await Promise.race([
    once(child.stdout.setEncoding("utf8"), "data").then(([printed]) => printed as string),
    once(child, "close").then(() => undefined),
  ]);
  if (port === undefined) throw new Error(`${script} ended with exit code ${child.exitCode}`);
  child.stdout.destroy();
  child.unref();
  return `http://127.0.0.1:${port.trim()}`;
}

/**
 * Starts an embedded AWS as `startServer` does, as a fork of the process of {@link startForkServer}.
 * @throws Error with its log if it ends before it listens
 */
export async function startForkedServer(options: ServerOptions): Promise<Server> {
  const { home } = options;
  const { args, env, log } = prepareServer(options);
  const [, ...script] = args;
  const body = JSON.stringify({ arguments: script, environment: env, output: log });
  const response = await fetch(machine().forkServer!, { method: "POST", body });
  const { pid } = (await response.json()) as { readonly pid: number };
  recordServer(home, pid);
  for (;;) {
    const server = await findServer(home);
    if (server) return server;
    if (!isRunning(pid)) throw new Error(readFileSync(log, "utf8"));
    await sleep(20);
  }
}
