import path from "node:path";

import { local } from "../../../src/environments/local";
import { ApiImage } from "../../support/docker/api";
import { Postgres } from "../../support/docker/postgres";
import { freePort, Program } from "../../support/docker/program";
import { startRouter } from "../../support/docker/router";
import { DOCKER_DIR } from "../../support/docker/tools";
import { healthy, request, WebImage } from "../../support/docker/web";
import { describeWith, machine, pathOf } from "../../support/machine";
import { synthesize } from "../../support/stack";

const FIXTURES = path.join(__dirname, "../../fixtures/docker");
const PASSWORD = "p@ss:w/rd?x=1#y&z%";
const { nginx, stunnel, postgres, python } = machine();

/**
 * From the front door to the database, with the stack's own rules, ports and health checks, and the
 * images' own configuration.
 */
describeWith([nginx, stunnel, postgres, python]).each(["proxy", "load-balancer"] as const)(
  "a request's whole way, where the URL rewrite is by %s",
  (urlRewrite) => {
    const stack = synthesize({ ...local, apiServer: { ...local.apiServer, urlRewrite } });
    const ports = new Map<string, number>();
    const running: Program[] = [];
    let database: Postgres;
    let api: ApiImage;
    let web: WebImage;
    let door: number;

    beforeAll(async () => {
      database = await Postgres.create(pathOf(postgres));
      database.start();
      const authority = database.enableTls();
      database.requireTls();
      database.createUser("plue", PASSWORD);
      const login = `plue:${encodeURIComponent(PASSWORD)}`;
      const url = `postgresql://${login}@localhost:${database.port}/plue?sslmode=verify-full`;

      const migration = new Program(
        path.join(database.directory, "migration.log"),
        [pathOf(python), path.join(DOCKER_DIR, "migrate/entrypoint.py")],
        {
          cwd: path.join(FIXTURES, "plue"),
          env: { PYTHONDONTWRITEBYTECODE: "1", DATABASE_URL: url, PGSSLROOTCERT: authority },
        },
      );
      expect(await migration.ended).toBe(0);

      for (const container of ["api-server:8000", "api-proxy:8080", "web-app:80"]) {
        ports.set(container, await freePort());
      }
      api = new ApiImage();
      web = new WebImage(path.join(FIXTURES, "site"));
      const server = api.start("server", {
        DATABASE_URL: url,
        PGSSLROOTCERT: authority,
        TUNNEL_PORT: `${await freePort()}`,
        TEST_PLUE_PORT: `${ports.get("api-server:8000")}`,
      });
      const proxy = api.start("proxy", {
        PORT: `${ports.get("api-proxy:8080")}`,
        API_UPSTREAM: `http://127.0.0.1:${ports.get("api-server:8000")}`,
      });
      const page = web.start({ PORT: `${ports.get("web-app:80")}` });
      door = await freePort();
      const router = startRouter(
        pathOf(nginx),
        path.join(database.directory, "router"),
        door,
        stack,
        (name, port) => ports.get(`${name}:${port}`)!,
      );
      running.push(server, proxy, page, router);
      await healthy(ports.get("api-server:8000")!, server);
      await healthy(ports.get("api-proxy:8080")!, proxy);
      await healthy(ports.get("web-app:80")!, page);
      await healthy(door, router);
    });

    afterAll(async () => {
      for (const program of running) program.signal("SIGTERM");
      await Promise.all(running.map(({ ended }) => ended));
      running[0]?.endGroup();
      api?.remove();
      web?.remove();
      database?.remove();
    });

    test("every target is healthy at the path that its target group asks for", async () => {
      for (const service of ["api_server", "web_app"]) {
        const [{ container_name: name, container_port: port }] = stack.resource(
          `aws_ecs_service.${service}`,
        ).load_balancer as [{ container_name: string; container_port: number }];
        const group = stack.resource(`aws_lb_target_group.load_balancer_${service}`);
        const target = (group.health_check as { path: string }).path;

        expect((await request(ports.get(`${name}:${port}`)!, target)).status).toBe(200);
      }
    });

    test("/api/users is answered by the API, out of the database", async () => {
      expect(await request(door, "/api/users")).toMatchObject({
        status: 200,
        body: "0 repositories",
      });
    });

    test.each(["/api", "/api/"])("%s is the API's root", async (target) => {
      expect((await request(door, target)).body).toBe("Hello World from Plue API Server!");
    });

    test("what the API does not know is its own 404", async () => {
      expect(await request(door, "/api/nothing")).toMatchObject({ status: 404, body: "Not Found" });
    });

    test.each(["/", "/alice/repo", "/users", "/apiary"])("%s is the page", async (target) => {
      const { status, headers } = await request(door, target);

      expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    });

    test("every connection of the API to the database is one by TLS", () => {
      expect(
        database.sql(
          "postgres",
          `SELECT count(*), bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
           WHERE usename = 'plue'`,
        ),
      ).toBe("5|t");
    });
  },
);
