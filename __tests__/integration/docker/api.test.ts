import { rmSync } from "node:fs";
import http from "node:http";
import path from "node:path";

import { ApiImage } from "../../support/docker/api";
import { EchoApi } from "../../support/docker/echo-api";
import { makeAuthority, Postgres } from "../../support/docker/postgres";
import { freePort, type Program, until } from "../../support/docker/program";
import { temporaryDirectory } from "../../support/docker/tools";
import { healthy, request, upgrade } from "../../support/docker/web";
import { describeWith, machine, pathOf } from "../../support/machine";

const PASSWORD = "p@ss:w/rd?x=1#y&z%";
const { nginx, stunnel, postgres } = machine();

describeWith([nginx])("the API image's proxy", () => {
  let image: ApiImage;
  let api: EchoApi;
  let proxy: Program;
  let port: number;

  beforeAll(async () => {
    image = new ApiImage();
    api = new EchoApi(await freePort());
    port = await freePort();
    proxy = image.start("proxy", {
      PORT: `${port}`,
      API_UPSTREAM: `http://127.0.0.1:${api.port}`,
    });
    await healthy(port, proxy);
  });

  afterAll(async () => {
    proxy?.signal("SIGTERM");
    await proxy?.ended;
    api?.close();
    image?.remove();
  });

  /** What reached the API. */
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
    const without = image.start("proxy", {
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
    const stopping = image.start("proxy", {
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
    const wrong = image.start("proxy", { PORT: `${await freePort()}`, [name]: value });

    expect(await wrong.ended).toBe(2);
    expect(wrong.output).toContain(name);
  });
});

describeWith([stunnel, postgres])("the API image's way to PostgreSQL", () => {
  let image: ApiImage;
  let directory: string;
  let server: Postgres;
  let authority: string;

  beforeAll(async () => {
    image = new ApiImage();
    directory = temporaryDirectory();
    server = await Postgres.create(pathOf(postgres));
    server.start();
    authority = server.enableTls();
    server.requireTls();
    server.createUser("plue", PASSWORD);
    server.sql("plue", "CREATE TABLE repositories (); GRANT SELECT ON repositories TO plue;");
  });

  afterAll(() => {
    server?.remove();
    image?.remove();
    rmSync(directory, { recursive: true });
  });

  const url = (options: string, host = "localhost") =>
    `postgresql://plue:${encodeURIComponent(PASSWORD)}@${host}:${server.port}/plue${options}`;

  const start = async (databaseUrl: string, environment: Record<string, string> = {}) => {
    const port = await freePort();
    const program = image.start("server", {
      DATABASE_URL: databaseUrl,
      PGSSLROOTCERT: authority,
      TEST_PLUE_PORT: `${port}`,
      TUNNEL_PORT: `${await freePort()}`,
      ...environment,
    });
    return { port, program };
  };

  test.each(["verify-full", "verify-ca", "require"])(
    "sslmode=%s makes every connection one by TLS",
    async (mode) => {
      const { port, program } = await start(url(`?sslmode=${mode}&tcp_user_timeout=5000`));
      await healthy(port, program);

      expect((await request(port, "/users")).body).toBe("0 repositories");
      expect(
        server.sql(
          "postgres",
          `SELECT count(*), bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
           WHERE usename = 'plue'`,
        ),
      ).toBe("5|t");
      expect(program.output).not.toContain(encodeURIComponent(PASSWORD));

      program.endGroup();
      await program.ended;
      await until(
        () =>
          server.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'plue'") ===
          "0",
      );
    },
  );

  test.each([
    ["verify-full", "an authority that it does not know", "localhost", "local issuer certificate"],
    ["require", "an authority that it does not know", "localhost", "local issuer certificate"],
    ["verify-full", "another host's certificate", "127.0.0.1", "Subject checks failed"],
  ])("sslmode=%s refuses %s, and says why", async (mode, _case, host, message) => {
    const unknown = makeAuthority(directory, "unknown");
    const { program } = await start(url(`?sslmode=${mode}`, host), {
      PGSSLROOTCERT: host === "localhost" ? unknown : authority,
    });

    expect(await program.ended).toBe(1);
    expect(program.output).toContain(message);
    program.endGroup();
  });

  test.each(["", "?sslmode=disable"])("without TLS (%j) there is no tunnel", async (options) => {
    const { program } = await start(url(options));

    expect(await program.ended).toBe(1);
    expect(program.output).toContain("no encryption");
    program.endGroup();
  });

  test("the API ends when the tunnel does", async () => {
    const { port, program } = await start(url("?sslmode=verify-full"));
    await healthy(port, program);
    program.endChild("stunnel");

    expect(await program.ended).toBe(143);
    expect(program.output).toContain("the TLS tunnel to the database has ended");
    program.endGroup();
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
    const { program } = await start("", databaseUrl ? { DATABASE_URL: databaseUrl } : {});

    expect(await program.ended).toBe(2);
    expect(program.output).toContain(message);
    expect(program.output).not.toMatch(/sec|ret@/);
  });

  test("TLS without a file of authorities is refused", async () => {
    const { program } = await start(url("?sslmode=require"), {
      PGSSLROOTCERT: path.join(directory, "none.crt"),
    });

    expect(await program.ended).toBe(2);
    expect(program.output).toContain("PGSSLROOTCERT names no readable file");
  });
});
