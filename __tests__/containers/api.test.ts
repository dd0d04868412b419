import { writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";

import { makeAuthority } from "../support/docker/authority";
import { Container } from "../support/docker/container";
import { EchoApi } from "../support/docker/echo-api";
import { docker, pinned } from "../support/docker/engine";
import { healthy, request, upgrade } from "../support/docker/http";
import { Postgres } from "../support/docker/postgres";
import { freePort, until } from "../support/docker/program";
import { temporaryDirectory } from "../support/docker/tools";

const PASSWORD = "p@ss:w/rd?x=1#y&z%";

describe("the API image's proxy", () => {
  let api: EchoApi;
  let proxy: Container;
  let port: number;

  const start = (environment: Record<string, string>) =>
    new Container("api", { arguments: ["proxy"], environment });

  beforeAll(async () => {
    api = new EchoApi(await freePort());
    port = await freePort();
    proxy = start({
      PORT: `${port}`,
      API_UPSTREAM: `http://127.0.0.1:${api.port}`,
    });
    await healthy(port, proxy);
  });

  afterAll(async () => {
    proxy?.signal("SIGTERM");
    await proxy?.ended;
    api?.close();
  });

  /** Requests that reached the API. */
  const reached = async (target: string, options: Parameters<typeof request>[2] = {}) => {
    const { status, body } = await request(port, target, options);
    expect(status).toBe(200);
    return JSON.parse(body) as {
      url: string;
      headers: Record<string, string>;
      received: number;
    };
  };

  test("takes headers as long as the load balancer's, both ways", async () => {
    const { headers } = await reached(`/api/users?${"q".repeat(15_000)}`, {
      headers: { Cookie: "c".repeat(16_000), Authorization: "a".repeat(16_000) },
    });
    expect([headers.cookie, headers.authorization].join("")).toHaveLength(32_000);
    const answer = await request(port, "/api/long");
    expect(answer.headers["x-long"]).toHaveLength(30_000);
  });

  test.each([
    ["/api", "/"],
    ["/api/", "/"],
    ["/api?x=1", "/?x=1"],
    ["/api/users", "/users"],
    ["/api/users?name=a%20b&x=/api/", "/users?name=a%20b&x=/api/"],
    ["/api/repos/a%2Fb//c", "/repos/a%2Fb//c"],
    ["/api/api/x", "/api/x"],
    ["/health", "/health"],
  ])("%s reaches the API as %s", async (asked, got) => {
    expect((await reached(asked)).url).toBe(got);
  });

  test.each(["/", "/users", "/apiary", "/api.json", "/healthy"])(
    "%s is not found",
    async (target) => {
      expect((await request(port, target)).status).toBe(404);
    },
  );

  test("the load balancer's headers stay as they are", async () => {
    const headers = {
      Host: "plue.example.com",
      "X-Forwarded-For": "198.51.100.7",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Port": "443",
    };

    expect((await reached("/api/users", { headers })).headers).toMatchObject({
      host: "plue.example.com",
      "x-forwarded-for": "198.51.100.7",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "443",
    });
  });

  test.each<[string, Record<string, string>]>([
    ["of known length", { "Content-Length": "70000000" }],
    ["in chunks", { "Transfer-Encoding": "chunked" }],
  ])("a push of 70 MB %s reaches the API whole", async (_case, headers) => {
    const push = await reached("/api/push", {
      method: "POST",
      headers,
      body: Buffer.alloc(70_000_000),
    });

    expect(push.received).toBe(70_000_000);
  });

  test("a push reaches the API before it has ended", async () => {
    const push = http.request({ host: "127.0.0.1", port, path: "/api/push", method: "POST" });
    const answered = new Promise((resolve) => push.on("response", resolve));
    push.write("begun");
    await until(() => api.receiving === 1);
    push.end("and ended");

    expect(await answered).toMatchObject({ statusCode: 200 });
  });

  test("a WebSocket reaches the API", async () => {
    expect(await upgrade(port, "/api/events")).toBe("echo");
  });

  test("requests are logged, health checks are not", async () => {
    await request(port, "/api/logged-path");
    await proxy.printed("/api/logged-path");

    expect(proxy.output).not.toContain("GET /health HTTP");
  });

  test("an API that is not there makes the health check fail", async () => {
    const alone = await freePort();
    const without = start({
      PORT: `${alone}`,
      API_UPSTREAM: `http://127.0.0.1:${await freePort()}`,
    });
    await until(() =>
      request(alone, "/health").then(
        ({ status }) => status === 502,
        () => false,
      ),
    );

    without.signal("SIGTERM");
    expect(await without.ended).toBe(0);
  });

  test("SIGTERM lets a request in flight end", async () => {
    const own = new EchoApi(await freePort());
    const other = await freePort();
    const stopping = start({
      PORT: `${other}`,
      API_UPSTREAM: `http://127.0.0.1:${own.port}`,
    });
    await healthy(other, stopping);
    const slow = request(other, "/api/slow");
    await own.slowStarted;
    stopping.signal("SIGTERM");
    await until(() =>
      request(other, "/health").then(
        () => false,
        () => true,
      ),
    );
    own.release();

    expect((await slow).status).toBe(200);
    expect(await stopping.ended).toBe(0);
    own.close();
  });

  test.each([
    ["PORT", "http"],
    ["PORT", "65536"],
    ["API_UPSTREAM", "127.0.0.1:8000"],
    ["API_UPSTREAM", "http://127.0.0.1:8000; return 200"],
  ])("%s=%j is refused at start, by its name", async (name, value) => {
    const wrong = start({ PORT: `${await freePort()}`, [name]: value });

    expect(await wrong.ended).toBe(2);
    expect(wrong.output).toContain(name);
  });
});

describe("the API image's way to PostgreSQL", () => {
  let server: Postgres;

  beforeAll(async () => {
    server = await Postgres.create();
    server.requireTls();
    server.createUser("plue", PASSWORD);
    server.sql("plue", "CREATE TABLE repositories (); GRANT SELECT ON repositories TO plue;");
  });

  afterAll(() => server?.remove());

  const url = (options: string, host = "localhost") =>
    `postgresql://plue:${encodeURIComponent(PASSWORD)}@${host}:${server.port}/plue${options}`;

  const start = async (
    databaseUrl: string | undefined,
    authority = server.authority,
    environment: Record<string, string> = {},
  ) => {
    const port = await freePort();
    const program = new Container("api", {
      run: ["--volume", `${authority}:/authority.crt:ro`],
      environment: {
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
        PGSSLROOTCERT: "/authority.crt",
        TEST_PLUE_PORT: `${port}`,
        TUNNEL_PORT: `${await freePort()}`,
        ...environment,
      },
    });
    return { port, program };
  };

  test.each(["verify-full", "verify-ca", "require"])(
    "sslmode=%s makes every connection one by TLS, and SIGTERM ends all of them",
    async (mode) => {
      const { port, program } = await start(url(`?sslmode=${mode}&tcp_user_timeout=5000`));
      await healthy(port, program);

      expect((await request(port, "/users")).body).toBe("0 repositories");
      expect(server.connections("plue")).toBe("5|t");

      program.signal("SIGTERM");
      expect(await program.ended).toBe(0);
      await until(() => server.connections("plue").startsWith("0"));
      // Connections and their end are nothing to report.
      expect(program.output).not.toContain("LOG3");
    },
  );

  test("SIGTERM lets a request in flight end", async () => {
    const { port, program } = await start(url("?sslmode=verify-full"));
    await healthy(port, program);
    const slow = request(port, "/slow");
    await program.printed("info: slow request");
    program.signal("SIGTERM");

    expect(await slow).toMatchObject({ status: 200, body: "slow" });
    expect(await program.ended).toBe(0);
  });

  test.each([
    ["verify-full", "an authority that it does not know", "localhost", "local issuer certificate"],
    ["require", "an authority that it does not know", "localhost", "local issuer certificate"],
    ["verify-full", "another host's certificate", "127.0.0.1", "Subject checks failed"],
  ])("sslmode=%s refuses %s, and reports why", async (mode, _case, host, message) => {
    const unknown = makeAuthority(temporaryDirectory());
    const authority = host === "localhost" ? unknown : server.authority;
    const { program } = await start(url(`?sslmode=${mode}`, host), authority);

    expect(await program.ended).toBe(1);
    expect(program.output).toContain(message);
  });

  test.each(["", "?sslmode=disable"])("without TLS (%j) there is no tunnel", async (options) => {
    const { program } = await start(url(options));

    expect(await program.ended).toBe(1);
    expect(program.output).toContain("no encryption");
  });

  test("the API ends with 1 when the tunnel does", async () => {
    const { port, program } = await start(url("?sslmode=verify-full"));
    await healthy(port, program);
    program.endProgram("stunnel");

    expect(await program.ended).toBe(1);
    expect(program.output).toContain("the TLS tunnel to the database has ended. The API ends");
  });

  test("a file of authorities that is none ends the API with 1 before it starts", async () => {
    const broken = path.join(temporaryDirectory(), "broken.crt");
    writeFileSync(broken, "-----BEGIN CERTIFICATE-----\nnone\n");
    const { program } = await start(url("?sslmode=verify-full"), broken);

    expect(await program.ended).toBe(1);
    expect(program.output).toContain("the TLS tunnel to the database did not start");
  });

  test("TLS without a file of authorities is refused", async () => {
    const environment = { PGSSLROOTCERT: "/none.crt" };
    const { program } = await start(url("?sslmode=require"), undefined, environment);

    expect(await program.ended).toBe(2);
    expect(program.output).toContain("PGSSLROOTCERT names no readable file");
  });

  test.each([
    [undefined, "DATABASE_URL is not set"],
    ["mysql://u:secret@h/d", "DATABASE_URL must be postgresql://"],
    ["postgresql://u:sec@ret@h:5432/d", "no valid HOST"],
    ["postgresql://u:sec/ret@h:5432/d", "DATABASE_URL"],
    ["postgresql://u:sec?ret@h:5432/d", "DATABASE_URL"],
    ["postgresql://u:secret@h:port/d", "no valid PORT"],
    ["postgresql://u:secret@h\nexec = x/d", "no valid HOST"],
    ["postgresql://u:secret@h/d?sslmode=prefer", "sslmode must be"],
    ["postgresql://u:secret@h/d?connect_timeout=3", "sets connect_timeout"],
    ["postgresql://u:secret@h/d?sslmode=require&sslrootcert=%2Fx", "sets sslrootcert"],
  ])("DATABASE_URL=%j cannot be used: %s", async (databaseUrl, message) => {
    const { program } = await start(databaseUrl);

    expect(await program.ended).toBe(2);
    expect(program.output).toContain(message);
    expect(program.output).not.toMatch(/sec|ret@/);
  });
});

describe("a database that goes away while the API serves", () => {
  let network: string;
  let server: Postgres;

  beforeAll(() => {
    network = path.basename(temporaryDirectory());
    docker("network", "create", network);
  });

  afterAll(() => docker("network", "rm", network));

  beforeEach(async () => {
    server = await Postgres.create(network);
    server.requireTls();
    server.createUser("plue", PASSWORD);
    server.sql("plue", "CREATE TABLE repositories (); GRANT SELECT ON repositories TO plue;");
  });

  afterEach(() => server.remove());

  /** Starts the API by the name `postgres`, as ECS starts it again: with the same URL. */
  const start = async () => {
    const port = await freePort();
    const program = new Container("api", {
      network,
      run: [
        "--publish",
        `127.0.0.1:${port}:8000`,
        "--volume",
        `${server.authority}:/authority.crt:ro`,
      ],
      environment: {
        DATABASE_URL: `postgresql://plue:${encodeURIComponent(PASSWORD)}@postgres/plue?sslmode=verify-full`,
        PGSSLROOTCERT: "/authority.crt",
      },
    });
    await healthy(port, program);
    expect((await request(port, "/users")).body).toBe("0 repositories");
    return { port, program };
  };

  const stop = async ({ program }: { program: Container }) => {
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
  };

  test.each([
    ["restarts", () => docker("restart", server.name)],
    [
      "ends most of its connections",
      () =>
        server.sql(
          "postgres",
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'plue' LIMIT 3",
        ),
    ],
    [
      "fails over to another address",
      () => {
        docker("stop", server.name);
        docker("network", "disconnect", network, server.name);
        const taker = ["--entrypoint", "sleep", pinned.postgres, "600"];
        docker(
          "run",
          "--detach",
          "--rm",
          "--name",
          `${network}-taker`,
          "--network",
          network,
          ...taker,
        );
        docker("network", "connect", "--alias", "postgres", network, server.name);
        docker("start", server.name);
        docker("rm", "--force", `${network}-taker`);
      },
    ],
  ])("one that %s ends the API with 1, and the next one serves", async (_case, leave) => {
    const { program } = await start();
    leave();

    expect(await program.ended).toBe(1);
    expect(program.output).toContain("most connections to the database are lost. The API ends");
    await server.ready();
    await stop(await start());
  });

  test("one whose packets are dropped without an answer ends the API with 1, and the next one serves", async () => {
    const { port, program } = await start();
    docker("network", "disconnect", network, server.name);
    // A connection on which a request waits sends no keepalives.
    const waiting = request(port, "/users").catch(() => undefined);

    expect(await program.ended).toBe(1);
    expect(program.output).toContain("most connections to the database are lost. The API ends");
    await waiting;
    docker("network", "connect", "--alias", "postgres", network, server.name);
    await stop(await start());
  });
});
