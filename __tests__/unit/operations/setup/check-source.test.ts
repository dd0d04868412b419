import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkSource, zigVersionOf } from "../../../../src/operations/setup/check-source";

const project = path.join(__dirname, "../../../..");
const FIXTURE = path.join(project, "__tests__/fixtures/docker/plue");

let source: string;

beforeEach(() => {
  source = mkdtempSync(path.join(tmpdir(), "plue-source-"));
  cpSync(FIXTURE, source, { recursive: true });
});

afterEach(() => rmSync(source, { recursive: true }));

const check = () => checkSource(source, zigVersionOf(project));
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(source, file)), { recursive: true });
  writeFileSync(path.join(source, file), text);
};
const change = (file: string, from: string | RegExp, to: string) => {
  const text = readFileSync(path.join(source, file), "utf8");
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  writeFileSync(path.join(source, file), changed);
};

test("a source like Plue's passes, and has no .dockerignore", () => {
  expect(check().filter(({ result }) => result !== "ok")).toEqual([
    expect.objectContaining({ check: "what Docker reads", result: "unknown" }),
  ]);
});

test.each<[string, string, string | RegExp, string, string]>([
  ["executable", "build.zig", '.name = "plue"', '.name = "agent"', "build.zig"],
  ["build commands", "build.zig", '"which", "npm"', '"protoc", "x"', "build.zig:16 runs protoc"],
  ["Zig's version", "build.zig.zon", "0.14.1", "0.15.1", "build.zig.zon:5 asks for 0.15.1"],
  ["plue server", "src/main.zig", '"server"', '"serve"', "server"],
  ["port", "src/server/server.zig", "8000", "3000", "src/server/server.zig:16 listens on 3000"],
  ["health", "src/server/server.zig", '"/health"', '"/status"', "/health"],
  ["DATABASE_URL", "src/commands/server.zig", "DATABASE_URL", "PG_URL", "no source reads it"],
  ["page", "src/gui/package.json", '"build"', '"bundle"', "src/gui/package.json"],
  ["page's settings", "src/gui/index.html", "<head>", "<body>", "src/gui/index.html"],
  ["migrations", "scripts/migrate.py", '["up"]', '["run"]', "up"],
  ["migrations' driver", "scripts/migrate.py", /psycopg2/g, "sqlite3", "psycopg"],
  ["migrations' login", "scripts/migrate.py", '"POSTGRES_DB"', '"PGDATABASE"', "POSTGRES_DB"],
])("%s fails where %s has other things", (name, file, from, to, saw) => {
  change(file, from, to);
  const failed = check().filter(({ result }) => result === "failed");

  expect(failed.map((each) => each.check)).toEqual([name]);
  expect(failed[0]!.saw).toContain(saw);
  expect(failed[0]!.fix).toBeTruthy();
});

test.each([
  ["build.zig", "build"],
  ["src/gui/package-lock.json", "page's lock file"],
  ["scripts/migrate.py", "migrations"],
])("a source without %s fails", (file, name) => {
  rmSync(path.join(source, file));

  expect(check().filter(({ result }) => result === "failed")).toEqual([
    expect.objectContaining({ check: name }),
  ]);
});

test.each<[string, string, string | RegExp, string, string]>([
  ["routes", "src/server/server.zig", '"/users"', '"/api/users"', "urlRewrite"],
  [
    "transactions",
    "scripts/migrate.py",
    "CREATE INDEX repo",
    "CREATE INDEX CONCURRENTLY repo",
    "--autocommit",
  ],
  [
    "schema's version",
    "scripts/migrate.py",
    "EXISTS schema_version",
    "EXISTS done",
    "docs/plue.md",
  ],
])("%s is unknown, not failed, where %s has other things", (name, file, from, to, fix) => {
  change(file, from, to);
  const reported = check().filter(
    ({ result, check: each }) => result === "unknown" && each === name,
  );

  expect(reported).toEqual([
    expect.objectContaining({ fix: expect.stringContaining(fix) as string }),
  ]);
});

test.each<[string, string, () => void, string]>([
  [
    "a .dockerignore that leaves out what the build needs",
    "what Docker reads",
    () => write(".dockerignore", ".git\nscripts\n"),
    ".dockerignore:2 leaves out scripts/migrate.py",
  ],
  [
    "a script that Python cannot parse",
    "migrations' code",
    () => change("scripts/migrate.py", "def migrate_up():", "def migrate_up(:"),
    "scripts/migrate.py:",
  ],
  [
    "a script that imports what the image does not have",
    "migrations' code",
    () => change("scripts/migrate.py", "import psycopg2\n", "import psycopg2\nimport alembic\n"),
    "the image has no module alembic",
  ],
  [
    "a package outside of the source",
    "packages",
    () =>
      change("build.zig.zon", ".paths", '.dependencies = .{ .x = .{ .path = "../x" } },\n.paths'),
    "../x, outside of the source",
  ],
  [
    "a package that build.zig.zon does not have",
    "packages",
    () =>
      change("build.zig", "b.installArtifact", '_ = b.dependency("pg", .{});\nb.installArtifact'),
    "build.zig.zon has no package pg",
  ],
  [
    "a package without build.zig.zon",
    "packages",
    () => {
      change("build.zig", "b.installArtifact", '_ = b.dependency("pg", .{});\nb.installArtifact');
      rmSync(path.join(source, "build.zig.zon"));
    },
    "there is no build.zig.zon",
  ],
  [
    "a listener that the load balancer does not reach",
    "port",
    () =>
      change("src/server/server.zig", ".port = 8000,", '.port = 8000, .interface = "127.0.0.1",'),
    "listens on 127.0.0.1",
  ],
  [
    "a missing file of the program",
    "imports",
    () => rmSync(path.join(source, "src/database/pg.zig")),
    "src/database/pg.zig, which is not there",
  ],
  [
    "a missing file of the page",
    "page's imports",
    () => write("src/gui/src/main.js", 'import { App } from "./App";\n'),
    "src/gui/src/App, which is not there",
  ],
  [
    "a missing file that the program embeds",
    "imports",
    () => change("src/main.zig", "pub fn main", 'const x = @embedFile("x.sql");\npub fn main'),
    "src/main.zig:4 needs src/x.sql",
  ],
  [
    "a file that is a link out of the source",
    "imports",
    () => {
      rmSync(path.join(source, "src/database/pg.zig"));
      symlinkSync(
        path.join(FIXTURE, "src/database/pg.zig"),
        path.join(source, "src/database/pg.zig"),
      );
    },
    "src/database/pg.zig, which is not there",
  ],
  [
    "an executable of another name than the library's",
    "executable",
    () =>
      change(
        "build.zig",
        /const exe = b.addExecutable[^;]*;/,
        'const exe = b.addExecutable(.{ .name = "agent" });\n_ = b.addLibrary(.{ .name = "plue" });',
      ),
    "no addExecutable",
  ],
  [
    "a command on a line of its own that the build stage does not have",
    "build commands",
    () => change("build.zig", '&[_][]const u8{ "which"', '&.{\n"protoc"'),
    "build.zig:16 runs protoc",
  ],
  [
    "a lock file that does not have what the page needs",
    "page's lock file",
    () =>
      change("src/gui/package.json", '"private"', '"dependencies": { "vite": "^7" }, "private"'),
    "does not have vite, which",
  ],
  [
    "a lock file that is none",
    "page's lock file",
    () => write("src/gui/package-lock.json", "<<<<<<< HEAD\n"),
    "src/gui: ",
  ],
  [
    "a .dockerignore that leaves out what the page imports",
    "what Docker reads",
    () => write(".dockerignore", "src/gui/[rs]*\n"),
    ".dockerignore:1 leaves out src/gui/src/main.js",
  ],
  [
    "a .dockerignore that leaves out what the script imports",
    "what Docker reads",
    () => {
      change("scripts/migrate.py", "import psycopg2\n", "import psycopg2\nimport steps.first\n");
      write("scripts/steps/first.py", "");
      write(".dockerignore", "**/steps\n");
    },
    ".dockerignore:1 leaves out scripts/steps/first.py",
  ],
  [
    "a script that imports a module that Python no longer has",
    "migrations' code",
    () => change("scripts/migrate.py", "import psycopg2\n", "import psycopg2\nimport telnetlib\n"),
    "the image has no module telnetlib",
  ],
  [
    "a script that imports what is missing beside it",
    "migrations' code",
    () => {
      change(
        "scripts/migrate.py",
        "import psycopg2\n",
        "import psycopg2\nfrom steps.second import x\n",
      );
      write("scripts/steps/first.py", "");
    },
    "the image has no module steps.second",
  ],
  [
    "a program that starts git",
    "programs",
    () =>
      change(
        "src/main.zig",
        "pub fn main",
        'const argv = [_][]const u8{ "git", "log" };\npub fn main',
      ),
    "src/main.zig:4 starts git",
  ],
])("%s fails", (_case, name, spoil, saw) => {
  spoil();

  expect(check().filter(({ result }) => result === "failed")).toEqual([
    expect.objectContaining({ check: name, saw: expect.stringContaining(saw) as string }),
  ]);
});

test.each<[string, string, () => void, string]>([
  [
    "a script of the page that is not in the source",
    "page's imports",
    () => rmSync(path.join(source, "src/gui/src/main.js")),
    "src/gui/src/main.js, which is not there",
  ],
  [
    "a listener whose address is not in its place",
    "port",
    () => change("src/server/server.zig", ".port = 8000,", ".port = 8000, .interface = HOST,"),
    "listens on HOST",
  ],
  [
    "a command whose name is not in its place",
    "build commands",
    () => change("build.zig", '(&[_][]const u8{ "which", "npm" })', "(words)"),
    "whose name is not in its place",
  ],
  [
    "a script that npm ci runs",
    "page's lock file",
    () => change("src/gui/package.json", '"build"', '"postinstall": "patch-package",\n"build"'),
    "postinstall",
  ],
  [
    "a .dockerignore that leaves out a file of the page's build",
    "what Docker reads",
    () => write(".dockerignore", "src/gui/public\n"),
    ".dockerignore:1 leaves out src/gui/public",
  ],
])("%s is unknown", (_case, name, spoil, saw) => {
  spoil();
  if (!existsSync(path.join(source, ".dockerignore"))) write(".dockerignore", ".git\n");

  expect(check().filter(({ result }) => result !== "ok")).toEqual([
    expect.objectContaining({
      check: name,
      result: "unknown",
      saw: expect.stringContaining(saw) as string,
    }),
  ]);
});

test.each<[string, () => void]>([
  [
    "a database's client before the server",
    () => write("src/a.zig", '.connect = .{ .port = 5432, .host = "127.0.0.1" }\n'),
  ],
  ["a folder with the name of a source", () => mkdirSync(path.join(source, "src/folder.zig"))],
  [
    "a module that the script can do without",
    () =>
      change(
        "scripts/migrate.py",
        "import psycopg2\n",
        "import psycopg2\ntry:\n    import dotenv\nexcept ImportError:\n    pass\n",
      ),
  ],
])("%s is no fault", (_case, add) => {
  add();
  write(".dockerignore", ".git\n");

  expect(check().filter(({ result }) => result !== "ok")).toEqual([]);
});

test("a .dockerignore that leaves out only what nothing needs is fine", () => {
  write(
    ".dockerignore",
    "# comment\n.git\n**/node_modules\nscripts/*\n!scripts/migrate.py\n*.md\n",
  );

  expect(check().filter(({ result }) => result !== "ok")).toEqual([]);
});

test("nothing of an empty folder is ok", () => {
  for (const file of readdirSync(source)) rmSync(path.join(source, file), { recursive: true });

  expect(check().filter(({ result }) => result === "ok")).toEqual([]);
});

test("what is no directory needs a person", () => {
  expect(() => checkSource(path.join(source, "none"), "0.14.1")).toThrow("is not a directory");
});
