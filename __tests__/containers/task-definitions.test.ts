import path from "node:path";

import { local } from "../../src/environments/local";
import { docker, images } from "../support/docker/engine";
import { request } from "../support/docker/http";
import { Postgres } from "../support/docker/postgres";
import { freePort, until } from "../support/docker/program";
import { temporaryDirectory } from "../support/docker/tools";
import { type Block, synthesize } from "../support/stack";

const PASSWORD = "p@ss:w/rd?x=1#y&z%";
// Without ECS Exec the containers are as closed as in production.
const stack = synthesize({
  ...local,
  apiServer: { ...local.apiServer, executeCommand: false },
  webApp: { ...local.webApp, executeCommand: false },
});

/** The containers of a task definition, as the stack's Terraform JSON has them. */
const definitions = (task: string) =>
  JSON.parse(
    stack.resource(`aws_ecs_task_definition.${task}`).container_definitions as string,
  ) as Block[];

/** Runs each task definition as ECS does: the same container definitions, by Docker. */
describe("the stack's task definitions run by Docker", () => {
  const network = path.basename(temporaryDirectory());
  const running: string[] = [];
  let database: Postgres;

  beforeAll(async () => {
    docker("network", "create", network);
    database = await Postgres.create(network);
    database.requireTls();
    database.createUser("plue", PASSWORD);
  });

  afterAll(() => {
    for (const name of running.reverse()) docker("rm", "--force", "--volumes", name);
    database?.remove();
    docker("network", "rm", network);
  });

  /** Creates a task's containers, which share a network, and starts them. Returns their names. */
  const start = (task: string, image: string, port?: { host: number; container: number }) => {
    const names = definitions(task).map((container, index) => {
      const name = `${network}-${container.name}`;
      const publish = port ? ["--publish", `127.0.0.1:${port.host}:${port.container}`] : [];
      const check = container.healthCheck as Block | undefined;
      docker(
        ...["create", "--name", name, "--stop-timeout", `${container.stopTimeout}`],
        ...(index === 0
          ? ["--network", network, ...publish]
          : ["--network", `container:${network}-${definitions(task)[0]!.name}`]),
        ...(container.readonlyRootFilesystem ? ["--read-only"] : []),
        ...(container.linuxParameters.initProcessEnabled ? ["--init"] : []),
        ...["--user", container.user as string],
        ...((container.linuxParameters.capabilities?.drop ?? []) as string[]).flatMap((dropped) => [
          "--cap-drop",
          dropped,
        ]),
        ...(container.mountPoints as Block[]).flatMap((mount) => [
          "--volume",
          mount.containerPath as string,
        ]),
        ...(container.environment as Block[]).flatMap(({ name: key, value }) => [
          "--env",
          `${key}=${value}`,
        ]),
        ...(container.secrets as Block[]).flatMap(({ name: key }) => [
          "--env",
          `${key}=${secrets(key as string)}`,
        ]),
        // A second between the checks, so that the first one comes soon.
        ...(check
          ? ["--health-cmd", (check.command as string[])[1]!, "--health-interval", "1s"]
          : []),
        ...(check ? ["--health-timeout", `${check.timeout}s`, "--health-retries", "60"] : []),
        ...["--volume", `${database.authority}:/etc/ssl/certs/rds-global-bundle.pem:ro`],
        ...[image, ...((container.command ?? []) as string[])],
      );
      running.push(name);
      return name;
    });
    for (const name of names) docker("start", name);
    return names;
  };

  const secrets = (name: string) => {
    if (name !== "DATABASE_URL") throw new Error(`the test has no value for the secret ${name}`);
    return `postgresql://plue:${encodeURIComponent(PASSWORD)}@postgres:5432/plue?sslmode=verify-full`;
  };

  const healthy = (name: string) =>
    until(() => docker("inspect", "--format", "{{.State.Health.Status}}", name) === "healthy");

  /** Stops a container as ECS does; returns its exit code. */
  const stop = (name: string) => {
    docker("stop", name);
    return docker("inspect", "--format", "{{.State.ExitCode}}", name);
  };

  test("the migration ends with 0, and by TLS", () => {
    const [name] = start("db_migrate", images.migrate);

    expect(docker("wait", name!)).toBe("0");
    expect(docker("logs", name!)).toContain("the schema is at 11");
  });

  test("the API server and its proxy are healthy, answer below /api, and end with 0", async () => {
    const host = await freePort();
    const names = start("api_server", images.api, { host, container: 8080 });
    for (const name of names) await healthy(name);

    expect(await request(host, "/api/users")).toMatchObject({
      status: 200,
      body: "0 repositories",
    });
    expect((await request(host, "/api")).body).toBe("Hello World from Plue API Server!");
    expect((await request(host, "/api/nothing")).status).toBe(404);
    expect((await request(host, "/health")).body).toBe("healthy");
    expect(database.connections("plue")).toBe("5|t");
    expect(names.reverse().map(stop)).toEqual(["0", "0"]);
  });

  test("the web app is healthy, has the API's address, and ends with 0", async () => {
    const host = await freePort();
    const [name] = start("web_app", images.web, { host, container: 80 });
    await healthy(name!);

    for (const target of ["/", "/alice/repo", "/users"]) {
      expect((await request(host, target)).headers["content-type"]).toBe(
        "text/html; charset=utf-8",
      );
    }
    const { body } = await request(host, "/plue-config.js");
    expect(body).toContain('"API_ENDPOINT"');
    expect(stop(name!)).toBe("0");
  });
});
