import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { makeRunFolder } from "../run-folder";
import { CONTAINERS_DIR, images } from "./engine";
import { makeAuthority } from "./authority";
import { DOCKER_DIR } from "./tools";

const PLUE = path.resolve(__dirname, "../../fixtures/docker/plue");

/** The compose files of a checkout that was made under umask 077. */
export const composeFiles = [
  path.join(CONTAINERS_DIR, "docker/docker-compose.yml"),
  path.join(CONTAINERS_DIR, "override.yml"),
];

/** The environment variables that Compose reads. */
export const composeEnvironment = {
  ...process.env,
  // Compose's own calls of BuildKit: bake asks for a version that a buildx built from source does not have.
  COMPOSE_BAKE: "false",
  COMPOSE_FILE: composeFiles.join(":"),
  PLUE_SOURCE: path.join(CONTAINERS_DIR, "plue"),
  POSTGRES_PASSWORD: "secret-word",
};

/**
 * Builds every target of every Dockerfile, once, before the first container test.
 * @throws Error where no Docker engine answers
 */
export default async function buildImages(): Promise<void> {
  await makeRunFolder();
  const version = spawnSync("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (version.status !== 0) {
    const reason = version.error?.message ?? version.stderr.toString().trim();
    throw new Error(`No Docker engine answers, and these tests need one: ${reason}`);
  }
  for (const [name, from] of [
    ["docker", DOCKER_DIR],
    ["plue", PLUE],
  ] as const) {
    const to = path.join(CONTAINERS_DIR, name);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(CONTAINERS_DIR, { recursive: true });
    run("sh", ["-c", `umask 077 && cp -R "$0" "$1" && chmod -R go= "$1"`, from, to]);
  }
  // RDS's bundle is replaced, so that nothing is downloaded from AWS; it stays the same from run to run.
  const bundle = path.join(CONTAINERS_DIR, "rds-ca/global-bundle.pem");
  if (!existsSync(bundle)) copyFileSync(makeAuthority(path.dirname(bundle)), bundle);
  const build = { additional_contexts: { "rds-ca": path.dirname(bundle) } };
  const services = {
    migrate: { build, image: images.migrate },
    api: { build, image: images.api },
    "api-proxy": { image: images.api },
    web: { build, image: images.web },
    "api-test": { build, image: "plue-tests/api-test" },
    healthcheck: { image: images.healthcheck },
  };
  writeFileSync(composeFiles[1]!, JSON.stringify({ services }));
  run("docker", ["compose", "--profile", "test", "build", "--quiet"]);
}

function run(program: string, words: readonly string[]): void {
  const { status } = spawnSync(program, words, {
    env: composeEnvironment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0)
    throw new Error(`${program} ${words.join(" ")} failed with exit code ${status}`);
}
