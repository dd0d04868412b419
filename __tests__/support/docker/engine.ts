import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

import { DOCKER_DIR } from "./tools";

/** Where the setup of the container tests puts what it has made; it is kept for the next run. */
export const CONTAINERS_DIR = path.resolve(__dirname, "../../../.cache/containers");

/** The images that the setup builds. Their names are not those of docker-compose.yml, which may be in use here. */
export const images = {
  api: "plue-tests/api-server",
  web: "plue-tests/web-app",
  migrate: "plue-tests/db-migrate",
  healthcheck: "plue-tests/healthcheck",
} as const;

/** Images that the tests use beside those. */
export const pinned = {
  /** PostgreSQL's, as docker-compose.yml has it, or POSTGRES_IMAGE. */
  get postgres(): string {
    const compose = readFileSync(path.join(DOCKER_DIR, "docker-compose.yml"), "utf8");
    return process.env.POSTGRES_IMAGE || /\$\{POSTGRES_IMAGE:-(\S+)\}/.exec(compose)![1]!;
  },
};

function run(words: readonly string[], input?: string): string {
  return execFileSync("docker", words, { input, encoding: "utf8", stdio: "pipe" }).trim();
}

/** Runs `docker`, and returns what it prints. It throws when the command fails. */
export const docker = Object.assign((...words: string[]) => run(words), {
  /** The same with a text on standard input. */
  input: (text: string, ...words: string[]) => run(words, text),
  /** True if the command succeeds. */
  succeeds: (...words: string[]) => spawnSync("docker", words).status === 0,
});
