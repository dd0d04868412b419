import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { makeAuthority } from "../support/docker/authority";
import { Container } from "../support/docker/container";
import { Postgres } from "../support/docker/postgres";
import { freePort, until } from "../support/docker/program";
import { temporaryDirectory } from "../support/docker/tools";

/** Characters that break a URL, a shell, SQL, or the reading of any of them. */
const AWKWARD = [
  "p@ss:w/rd?x=1#y",
  "100%25 sure%",
  "a+b c&d=e;f",
  `quote'double"back\\slash`,
  "$HOME `id` $(id)",
  "[::1]:5432/other",
  "pässwörd-密码",
];

/** Every version of the fixture's script. */
const ALL = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11";

describe("the migrate image", () => {
  let server: Postgres;
  let directory: string;
  let tls: string;
  let runs = 0;

  const start = (
    url: string | undefined,
    environment: Record<string, string> = {},
    options: string[] = [],
  ) =>
    new Container("migrate", {
      run: ["--volume", `${directory}:${directory}:ro`, "--volume", `${tls}:${tls}:ro`],
      environment: { ...(url === undefined ? {} : { DATABASE_URL: url }), ...environment },
      arguments: options,
    });

  /** A user and a database that no other test has touched, and the URL to it. */
  const newDatabase = (password = "secret-word", host = "127.0.0.1") => {
    const name = `user${(runs += 1)}`;
    server.createUser(name, password);
    const login = `${name}:${encodeURIComponent(password)}`;
    return { name, url: `postgresql://${login}@${host}:${server.port}/${name}` };
  };

  beforeAll(async () => {
    directory = temporaryDirectory();
    server = await Postgres.create();
    tls = path.dirname(server.authority);
  });

  afterAll(() => {
    server?.remove();
    rmSync(directory, { recursive: true });
  });

  test("applies what is missing, lists it, and finds nothing to do the second time", async () => {
    const { name, url } = newDatabase();
    const first = start(url);
    expect(await first.ended).toBe(0);
    const second = start(url);
    expect(await second.ended).toBe(0);

    expect(first.output).toContain(`applied ${ALL}: the schema is at 11`);
    expect(second.output).toContain("nothing to apply: the schema is at 11");
    expect(server.sql(name, "SELECT count(*) FROM schema_version")).toBe("11");
  });

  test.each(AWKWARD)("logs in with the password %s", async (password) => {
    const program = start(newDatabase(password).url);

    expect(await program.ended).toBe(0);
    expect(program.output).toContain("script: connected, DATABASE_URL withheld");
  });

  test("without a database's name, takes the one of the user's name, as all clients do", async () => {
    const { name, url } = newDatabase();
    const program = start(url.slice(0, url.lastIndexOf("/")));

    expect(await program.ended).toBe(0);
    expect(server.sql(name, "SELECT count(*) FROM schema_version")).toBe("11");
  });

  test("connects to an IPv6 host", async () => {
    const program = start(newDatabase("secret-word", "[::1]").url);

    expect(await program.ended).toBe(0);
  });

  test.each(AWKWARD)(
    "a wrong password is the cause that it gives, never %s itself",
    async (wrong) => {
      const { name } = newDatabase();
      const encoded = encodeURIComponent(wrong);
      const program = start(`postgresql://${name}:${encoded}@127.0.0.1:${server.port}/${name}`);

      expect(await program.ended).toBe(1);
      expect(program.output).toContain(`cannot log in to 127.0.0.1:${server.port}`);
      expect(program.output).toContain("password authentication failed");
      expect(program.output).not.toContain(wrong);
      expect(program.output).not.toContain(encoded);
      expect(program.output).not.toContain("Traceback");
    },
  );

  test("a password that is not percent-encoded is refused without a word of it", async () => {
    const passwords = ["half@other", "half/other", "half:other@x", "%zzother", "half#other@x"];
    for (const password of passwords) {
      const program = start(`postgresql://plue:${password}@127.0.0.1:${server.port}/plue`);

      expect(await program.ended).toBe(2);
      expect(program.output).toContain("percent-encode");
      expect(program.output).not.toMatch(/half|other/);
    }
  });

  test.each([
    [undefined, "DATABASE_URL is not set"],
    ["", "DATABASE_URL is not set"],
    ["mysql://u:p@h/d", "must start with postgresql://"],
    ["postgresql://h/d", "names no user"],
    ["postgresql://u:p@/d", "no single valid HOST"],
    ["postgresql://u:p@one,two/d", "no single valid HOST"],
    ["postgresql://u:p@h/d?sslmod=require", "not a valid URL"],
  ])("DATABASE_URL=%s cannot be used: %s", async (url, message) => {
    const program = start(url);

    expect(await program.ended).toBe(2);
    expect(program.output).toContain(message);
  });

  test("waits for a server that comes up late", async () => {
    const late = await Postgres.create();
    try {
      late.createUser("plue", "secret-word");
      late.stop();
      const program = start(`postgresql://plue:secret-word@127.0.0.1:${late.port}/plue`);
      await program.printed(`waiting for 127.0.0.1:${late.port}: no answer`);
      await late.start();

      expect(await program.ended).toBe(0);
      expect(program.output).toContain(`applied ${ALL}`);
    } finally {
      late.remove();
    }
  });

  test("gives up on a server that never comes up, and names it", async () => {
    const port = await freePort();
    const program = start(`postgresql://u:secret-word@127.0.0.1:${port}/d`, {}, ["--wait", "1"]);

    expect(await program.ended).toBe(1);
    expect(program.output).toContain(`127.0.0.1:${port} took no connection within 1 s (no answer)`);
    expect(program.output).not.toContain("secret-word");
  });

  test("of two at once, the second waits for the first and then has nothing to apply", async () => {
    const { url } = newDatabase();
    const gate = path.join(directory, `gate-${(runs += 1)}`);
    const first = start(url, { TEST_WAIT_FOR: gate });
    await first.printed("script: waiting for the test");
    const second = start(url);
    await second.printed("another migration is running");
    expect(second.output).not.toContain("script:");
    writeFileSync(gate, "");

    expect(await first.ended).toBe(0);
    expect(await second.ended).toBe(0);
    expect(first.output).toContain(`applied ${ALL}`);
    expect(second.output).toContain("nothing to apply");
  });

  test("gives up on another migration that does not end", async () => {
    const { url } = newDatabase();
    const gate = path.join(directory, `gate-${(runs += 1)}`);
    const first = start(url, { TEST_WAIT_FOR: gate });
    await first.printed("script: waiting for the test");
    const second = start(url, {}, ["--lock-wait", "1"]);

    expect(await second.ended).toBe(1);
    expect(second.output).toContain("another migration still runs after 1 s");
    writeFileSync(gate, "");
    expect(await first.ended).toBe(0);
  });

  /** The script's connections, and what a migration that was undone has left. */
  const leftovers = (name: string) =>
    server.sql(
      name,
      `SELECT (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'plue-migrate-script'),
              (SELECT max(version) FROM schema_version),
              (SELECT count(*) FROM pg_attribute
               WHERE attrelid = 'repositories'::regclass AND attname = 'description')`,
    );

  const inTheServer = (name: string, condition: string) =>
    until(
      () =>
        server.sql(
          name,
          `SELECT count(*) FROM pg_stat_activity
           WHERE application_name = 'plue-migrate-script' AND ${condition}`,
        ) === "1",
    );

  test.each<[string, Record<string, string>]>([
    ["while the server runs its statement", { TEST_SLEEP_SECONDS: "600" }],
    ["between its statement and its version", { TEST_WAIT_FOR: "/nowhere/never" }],
  ])("SIGTERM to a migration %s undoes that one, and the next run goes on", async (_case, held) => {
    const { name, url } = newDatabase();
    const stopped = start(url, held);
    if (held.TEST_WAIT_FOR) await stopped.printed("script: waiting for the test");
    else await inTheServer(name, "wait_event = 'PgSleep'");
    stopped.signal("SIGTERM");

    expect(await stopped.ended).toBe(143);
    expect(stopped.output).toContain("the schema is at 1\n");
    expect(stopped.output).toContain("stopped by SIGTERM");
    expect(leftovers(name)).toBe("0|1|0");
    const again = start(url, {}, ["--lock-wait", "1"]);
    expect(await again.ended).toBe(0);
    expect(again.output).toContain("applied 2, 3, 4, 5, 6, 7, 8, 9, 10, 11: the schema is at 11");
  });

  test("what a killed migration left running in the server is ended before the next one", async () => {
    const { name, url } = newDatabase();
    const killed = start(url, { TEST_SLEEP_SECONDS: "600" });
    await inTheServer(name, "wait_event = 'PgSleep'");
    killed.kill();
    await killed.ended;
    expect(leftovers(name)).toBe("1|1|0");

    const again = start(url, {}, ["--lock-wait", "1"]);
    expect(await again.ended).toBe(0);
    expect(leftovers(name)).toBe("0|11|1");
  });

  test("a script that fails keeps the migrations before, and nothing of the failed one", async () => {
    const { name, url } = newDatabase();
    server.sql(name, `SET ROLE ${name}; CREATE TABLE table_7 (id int)`);
    const program = start(url);

    expect(await program.ended).toBe(1);
    expect(program.output).toContain('relation "table_7" already exists');
    expect(program.output).toContain("the schema is at 6\n");
    expect(program.output).toContain("scripts/migrate.py failed with exit code 1");
  });

  test("a statement that allows no transaction needs --autocommit, and the message names it", async () => {
    const { name, url } = newDatabase();
    const TEST_MIGRATION = "CREATE INDEX CONCURRENTLY repositories_by_id ON repositories (id)";
    const refused = start(url, { TEST_MIGRATION });
    expect(await refused.ended).toBe(1);
    expect(refused.output).toContain("--autocommit");
    const program = start(url, { TEST_MIGRATION }, ["--autocommit"]);

    expect(await program.ended).toBe(0);
    expect(program.output).toContain("applied 12: the schema is at 12");
    expect(server.sql(name, "SELECT to_regclass('repositories_by_id')")).toBe("repositories_by_id");
  });

  test("the script's failure is its own: exit code and output", async () => {
    const program = start(newDatabase().url, { TEST_EXIT_CODE: "7" });

    expect(await program.ended).toBe(7);
    expect(program.output).toContain("script: connected");
    expect(program.output).toContain("scripts/migrate.py failed with exit code 7");
  });

  test("a password that the script prints is not passed on", async () => {
    const program = start(newDatabase("p@ss word").url, { TEST_PRINT_PASSWORD: "1" });

    expect(await program.ended).toBe(0);
    expect(program.output).toContain("script: the password is ***");
  });

  test("an image without Plue's script reports so", async () => {
    const program = new Container("migrate", {
      run: ["--workdir", "/tmp"],
      environment: { DATABASE_URL: newDatabase().url },
    });

    expect(await program.ended).toBe(1);
    expect(program.output).toContain("scripts/migrate.py is not in");
  });

  test("SIGTERM while it waits for another migration's lock ends it with 143, without a complaint", async () => {
    const { url } = newDatabase();
    const gate = path.join(directory, `gate-${(runs += 1)}`);
    const first = start(url, { TEST_WAIT_FOR: gate });
    await first.printed("script: waiting for the test");
    const second = start(url);
    await second.printed("another migration is running");
    second.signal("SIGTERM");

    expect(await second.ended).toBe(143);
    expect(second.output.trim().split("\n")).toEqual([
      "plue-migrate: another migration is running: waiting for it",
      "plue-migrate: stopped by SIGTERM",
    ]);
    writeFileSync(gate, "");
    expect(await first.ended).toBe(0);
  });

  describe("with TLS", () => {
    const overTls = (host: string, options: string) => {
      const { url } = newDatabase("secret-word", host);
      return `${url}?${options}`;
    };

    test("verify-full holds for entry point and script, with the image's bundle", async () => {
      const program = start(overTls("localhost", "sslmode=verify-full"), {
        PGSSLROOTCERT: server.authority,
        TEST_SHOW_TLS: "1",
      });

      expect(await program.ended).toBe(0);
      expect(program.output).toContain("script: TLS True verify-full");
    });

    test.each([
      ["an authority that it does not know", "localhost", "certificate verify failed"],
      ["another host's certificate", "127.0.0.1", 'does not match host name "127.0.0.1"'],
    ])("verify-full refuses %s, and reports why", async (_case, host, message) => {
      const unknown = makeAuthority(path.join(directory, "unknown"));
      const program = start(overTls(host, "sslmode=verify-full"), {
        PGSSLROOTCERT: host === "localhost" ? unknown : server.authority,
      });

      expect(await program.ended).toBe(1);
      expect(program.output).toContain(message);
      expect(program.output).not.toContain("script:");
    });

    test("sslrootcert in the URL wins, and reaches the script", async () => {
      const options = `sslmode=verify-full&sslrootcert=${encodeURIComponent(server.authority)}`;
      const program = start(overTls("localhost", options), {
        PGSSLROOTCERT: path.join(directory, "none.crt"),
        TEST_SHOW_TLS: "1",
      });

      expect(existsSync(path.join(directory, "none.crt"))).toBe(false);
      expect(await program.ended).toBe(0);
      expect(program.output).toContain("script: TLS True verify-full");
    });
  });
});
