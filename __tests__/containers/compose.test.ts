import { spawnSync } from "node:child_process";

import { request } from "../support/docker/http";
import { freePort } from "../support/docker/program";
import { composeEnvironment } from "../support/docker/setup";

const PROJECT = `plue-test-${process.pid}`;

/** The commands of `docs/containers.md`, with the images that the setup has built. */
describe("Plue by Compose", () => {
  const ports = { WEB_PORT: 0, API_PORT: 0, POSTGRES_PORT: 0 };

  const compose = (...words: string[]) => {
    const env = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `${port}`]));
    const { status, stdout, stderr } = spawnSync("docker", ["compose", "-p", PROJECT, ...words], {
      env: { ...composeEnvironment, ...env },
      encoding: "utf8",
    });
    return { status, output: stdout + stderr };
  };

  beforeAll(async () => {
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    const up = compose("up", "--no-build", "--detach", "--wait");
    if (up.status !== 0) throw new Error(up.output + compose("logs").output);
  });

  afterAll(() => {
    compose("--profile", "test", "down", "--volumes", "--timeout", "5");
  });

  test("the page and the API answer at the web app's port", async () => {
    expect((await request(ports.WEB_PORT, "/")).body).toContain("<title>Plue</title>");
    expect((await request(ports.WEB_PORT, "/api/users")).body).toBe("0 repositories");
    expect((await request(ports.API_PORT, "/health")).body).toBe("healthy");
  });

  test("the health check finds all well", () => {
    const { status, output } = compose("run", "--rm", "healthcheck");

    expect(output).toContain("ok    schema: at 11");
    expect(status).toBe(0);
  });

  test("the API's own tests run against the database", () => {
    const { status, output } = compose("run", "--rm", "api-test");

    expect(output).toMatch(/1\/1 tests passed/);
    expect(status).toBe(0);
  });

  test("a restart of the database leaves an API that serves again", async () => {
    expect(compose("restart", "postgres").status).toBe(0);
    expect(compose("wait", "api")).toMatchObject({ status: 1 });
    expect(compose("up", "--no-build", "--detach", "--wait").status).toBe(0);

    expect((await request(ports.WEB_PORT, "/api/users")).body).toBe("0 repositories");
  });
});
