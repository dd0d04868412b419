import http from "node:http";

import { Container } from "../support/docker/container";
import { Postgres } from "../support/docker/postgres";
import { freePort } from "../support/docker/program";

const PAGE = '<!doctype html><head><script src="/plue-config.js"></script></head>';
const SETTINGS = 'window.PLUE_CONFIG = { "API_ENDPOINT": "/api" };';

/** Answers of a service: status, content type and body, by path. */
type Routes = Record<string, [status: number, type: string, body: string]>;

const WEB: Routes = {
  "/": [200, "text/html", PAGE],
  "/plue-config.js": [200, "application/javascript", SETTINGS],
  "/health": [200, "text/plain", "ok"],
};
const API: Routes = { "/health": [200, "application/json", "{}"] };

describe("the health check", () => {
  let server: Postgres;
  let databaseUrl: string;

  beforeAll(async () => {
    server = await Postgres.create();
    server.createUser("plue", "p@ss word");
    server.createUser("empty", "p@ss word");
    server.sql(
      "plue",
      `SET ROLE plue; CREATE TABLE schema_version (version integer);
       INSERT INTO schema_version VALUES (9), (10), (11), (1);`,
    );
    databaseUrl = `postgresql://plue:p%40ss%20word@127.0.0.1:${server.port}/plue`;
  });

  afterAll(() => server?.remove());

  /** Run it against two services and the database; anything may be made otherwise. */
  async function check({
    web = WEB,
    api = API,
    ...environment
  }: { web?: Routes; api?: Routes } & Record<string, string | Routes | undefined> = {}) {
    const services = await Promise.all([serve(web), serve(api)]);
    const [webUrl, apiUrl] = services.map(({ url }) => url);
    const program = new Container("healthcheck", {
      environment: {
        WEB_URL: webUrl!,
        API_URL: apiUrl!,
        DATABASE_URL: databaseUrl,
        ...(environment as Record<string, string>),
      },
    });
    const code = await program.ended;
    for (const { close } of services) close();
    const failed = program.output.match(/(?<=^FAIL {2})[^:]+/gm) ?? [];
    return { code, failed, output: program.output };
  }

  test("passes when all is well, and prints the schema's version", async () => {
    const { code, failed, output } = await check({ SCHEMA_VERSION: "11" });

    expect(failed).toEqual([]);
    expect(code).toBe(0);
    expect(output).toContain("ok    schema: at 11");
  });

  test.each([
    ["schema_migrations (version text)", "('002_b'), ('10_c'), ('1_a')", "10_c"],
    ["schema_versions (version bigint)", "(20250102), (20241231)", "20250102"],
  ])("finds the version in %s", async (table, values, version) => {
    const name = table.split(" ")[0]!;
    server.createUser(name, "p@ss word");
    server.sql(
      name,
      `SET ROLE ${name}; CREATE TABLE app_versions (version text); CREATE TABLE ${table};
       INSERT INTO ${name} VALUES ${values};`,
    );
    const { output } = await check({ DATABASE_URL: databaseUrl.replaceAll("plue", name) });

    expect(output).toContain(`ok    schema: at ${version}`);
  });

  test("any version will do where none is given", async () => {
    expect(await check()).toMatchObject({ code: 0, failed: [] });
  });

  test.each<[string, string, Parameters<typeof check>[0]]>([
    ["a page that is an error", "page", { web: { ...WEB, "/": [500, "text/html", PAGE] } }],
    ["a page of something else", "page", { web: { ...WEB, "/": [200, "text/html", "Welcome!"] } }],
    ["a page that is no HTML", "page", { web: { ...WEB, "/": [200, "text/plain", PAGE] } }],
    [
      "a page without settings",
      "page settings",
      { web: { ...WEB, "/plue-config.js": [404, "text/html", ""] } },
    ],
    [
      "an unhealthy web app",
      "web /health",
      { web: { ...WEB, "/health": [503, "text/plain", ""] } },
    ],
    ["an unhealthy API", "API /health", { api: { "/health": [503, "text/plain", ""] } }],
    [
      "an API that answers, but not with 200",
      "API /health",
      { api: { "/health": [204, "text/plain", ""] } },
    ],
    ["an API that is not there", "API /health", { API_URL: "http://127.0.0.1:1" }],
    ["an address that is missing", "API /health", { API_URL: "" }],
    ["another version of the schema", "schema", { SCHEMA_VERSION: "12" }],
    ["a database that is not given", "schema", { DATABASE_URL: "" }],
  ])("%s fails as %s, and nothing else does", async (_case, name, settings) => {
    expect(await check(settings)).toMatchObject({ code: 1, failed: [name] });
  });

  test("a database without any migration fails", async () => {
    const { failed, output } = await check({
      DATABASE_URL: databaseUrl.replaceAll("plue", "empty"),
    });

    expect(failed).toEqual(["schema"]);
    expect(output).toContain("no migration has been applied");
  });

  test("a refused login fails without the password", async () => {
    const { failed, output } = await check({
      DATABASE_URL: databaseUrl.replace("p%40ss%20word", "wr%40ng"),
    });

    expect(failed).toEqual(["schema"]);
    expect(output).toContain("password authentication failed");
    expect(output).not.toMatch(/wr@ng|wr%40ng/);
  });
});

async function serve(routes: Routes): Promise<{ url: string; close: () => void }> {
  const port = await freePort();
  const server = http.createServer((incoming, outgoing) => {
    const [status, type, body] = routes[incoming.url ?? ""] ?? [404, "text/plain", ""];
    outgoing.writeHead(status, { "Content-Type": type, Connection: "close" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
