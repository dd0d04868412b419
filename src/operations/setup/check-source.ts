import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { healthPath, ports } from "../../names";
import { ActionRequired } from "../../process/errors";
import { failed, ok, unknown, type Check } from "../inspect/doctor/check";
import { checkIgnored, checkImports, checkPackages, checkPython, isInSource } from "./source-files";

/** Programs that the build stage can run on behalf of `zig build`: see docker/Dockerfile. */
const buildCommands = ["node", "npm", "npx", "sh", "which"];
/** Variables that `scripts/migrate.py` reads; the migrate image makes them from DATABASE_URL. */
const loginVariables = ["HOST", "PORT", "USER", "PASSWORD", "DB"].map((name) => `POSTGRES_${name}`);
/** Same names as in docker/migrate/schema_version.py. */
const versionTable =
  /CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:schema_)?(?:version|migration)s?)\s*\(/i;

/** A file of the source. */
class Source {
  private readonly lines: readonly string[];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    this.lines = text.split("\n");
  }

  /** Every match on a line of its own, as `FILE:LINE`; comments of Zig and Python do not count. */
  find(pattern: RegExp): { at: string; match: RegExpExecArray }[] {
    return this.lines.flatMap((line, index) => {
      if (/^\s*(\/\/|#)/.test(line)) return [];
      const match = pattern.exec(line);
      return match ? [{ at: `${this.file}:${index + 1}`, match }] : [];
    });
  }

  /** Every match, also over several lines, where it begins. */
  findWithin(pattern: RegExp): { at: string; match: RegExpExecArray }[] {
    return [...this.text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map((match) => ({
      at: `${this.file}:${this.text.slice(0, match.index).split("\n").length}`,
      match,
    }));
  }
}

/**
 * Checks whether Plue's source has what images and stacks need: see docs/plue.md. `ok` is only what was
 * checked. It reads the source and runs nothing of it.
 *
 * @param root directory of the source
 * @param zigVersion what the images are built with, such as `0.14.1`
 * @throws ActionRequired if there is no such directory
 */
export function checkSource(root: string, zigVersion: string): readonly Check[] {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new ActionRequired(`${root} is not a directory`, "Give the path of Plue's source.");
  }
  const read = (file: string) =>
    isInSource(root, file) ? new Source(file, readFileSync(join(root, file), "utf8")) : undefined;
  const zig = zigFiles(root).map((file) => read(file)!);
  const [build, zon] = [read("build.zig"), read("build.zig.zon")];
  const script = read("scripts/migrate.py");
  const page = read("src/gui/index.html");
  const imports = build && checkImports(root, build.text, page?.text);
  const python = script && checkPython(root);
  const needed = [
    ...["build.zig", "build.zig.zon", "src/gui/package.json", "src/gui/package-lock.json"],
    ...["src/gui/index.html", ...(imports?.files ?? []), ...(python?.files ?? [])],
  ].filter((file) => isInSource(root, file));
  return [
    ...checkBuild(build, zon, zigVersion),
    ...(build ? checkPackages(root, build.text, zon?.text) : []),
    ...(imports?.checks ?? []),
    ...checkServer(zig),
    ...checkPage(read),
    ...checkMigrations(script),
    ...(python ? [python.check] : []),
    checkIgnored(root, needed),
  ];
}

function checkBuild(
  build: Source | undefined,
  zon: Source | undefined,
  zigVersion: string,
): Check[] {
  if (!build) {
    return [failed("build", "there is no build.zig", "the cli image runs zig build: add it")];
  }
  const name = build.findWithin(/addExecutable\(\s*\.\{[^}]*?\.name\s*=\s*"plue"/)[0];
  const commands = build.findWithin(/addSystemCommand\([^");]*"([^"]+)"/);
  const foreign = commands.find(({ match }) => !buildCommands.includes(match[1]!));
  const unclear = build.findWithin(/addSystemCommand\(/).length > commands.length;
  const needed = zon?.find(/\.minimum_zig_version\s*=\s*"(\d+)\.(\d+)\.(\d+)/)[0];
  const [major, minor, patch] = zigVersion.split(".").map(Number) as [number, number, number];
  const [, wantedMajor, wantedMinor, wantedPatch] = (needed?.match ?? []).map(Number);
  const fits =
    wantedMajor === major &&
    wantedMinor === minor &&
    wantedPatch !== undefined &&
    wantedPatch <= patch;
  const asked = `${wantedMajor}.${wantedMinor}.${wantedPatch}`;
  return [
    name
      ? ok("executable", `plue, ${name.at}`)
      : failed(
          "executable",
          'build.zig has no addExecutable with the name "plue"',
          "the image copies bin/plue: name it so",
        ),
    foreign
      ? failed(
          "build commands",
          `${foreign.at} runs ${foreign.match[1]}, which the build stage does not have`,
          "add it to the stage build of docker/Dockerfile",
        )
      : unclear
        ? unknown("build commands", "build.zig runs a command whose name is not in its place")
        : ok(
            "build commands",
            [...new Set(commands.map(({ match }) => match[1]))].join(", ") || "none",
          ),
    needed
      ? fits
        ? ok("Zig's version", `${asked}, ${needed.at}; the images use ${zigVersion}`)
        : failed(
            "Zig's version",
            `${needed.at} asks for ${asked}; the images use ${zigVersion}`,
            "change ZIG_VERSION and its two checksums in docker/Dockerfile",
          )
      : unknown("Zig's version", `build.zig.zon does not say; the images use ${zigVersion}`),
  ];
}

function checkServer(zig: readonly Source[]): Check[] {
  const find = (pattern: RegExp) => zig.flatMap((source) => source.find(pattern));
  const command = find(/"server"/)[0];
  const listens = find(/\.port\s*=\s*(\d+)/);
  const port = listens.find(({ match }) => match[1] === String(ports.api)) ?? listens[0];
  const health = find(new RegExp(`"${healthPath}"`))[0];
  const below = find(/"\/api(\/[^"]*)?"/)[0];
  const url = find(/"DATABASE_URL"/)[0];
  // Only the server's own file counts, because clients of a database have such fields as well.
  const address = zig
    .filter(({ file }) => port?.at.startsWith(`${file}:`))
    .flatMap((source) => source.find(/\.(?:interface|address|host)\s*=\s*("?)([^",}\s]+)/))[0];
  const [, quoted, host] = address?.match ?? [];
  const git = find(/[{,]\s*"git"/)[0];
  return [
    command
      ? ok("plue server", command.at)
      : failed(
          "plue server",
          "no source knows a command server",
          "the API's task runs plue server",
        ),
    address && quoted && /^(127\.|localhost$|::1$)/.test(host!)
      ? failed(
          "port",
          `${address.at} listens on ${host}, which only the task itself reaches`,
          "listen on 0.0.0.0",
        )
      : address && !quoted && host !== "null"
        ? unknown("port", `${address.at} listens on ${host}; it must be 0.0.0.0`)
        : port?.match[1] === String(ports.api)
          ? ok("port", `${ports.api}, ${port.at}`)
          : port
            ? failed(
                "port",
                `${port.at} listens on ${port.match[1]}`,
                `listen on ${ports.api}: target group, proxy and health checks ask there`,
              )
            : unknown("port", `no source has a fixed one; it must be ${ports.api}`),
    health
      ? ok("health", `${healthPath}, ${health.at}`)
      : failed(
          "health",
          `no source has the route ${healthPath}`,
          "answer it with 200 and without a login: no task gets healthy otherwise",
        ),
    below
      ? unknown(
          "routes",
          `${below.at} has a route below /api`,
          'set apiServer.urlRewrite to "none" if all of them are',
        )
      : health
        ? ok("routes", "at the root: the proxy removes /api")
        : unknown("routes", "no route found"),
    ...(git
      ? [
          failed(
            "programs",
            `${git.at} starts git, which the API's image does not have`,
            "add git to the packages of the stage cli of docker/Dockerfile",
          ),
        ]
      : []),
    url
      ? ok("DATABASE_URL", url.at)
      : failed("DATABASE_URL", "no source reads it", "it is all that the task is given"),
  ];
}

function checkPage(read: (file: string) => Source | undefined): Check[] {
  const manifest = read("src/gui/package.json");
  const build = manifest?.find(/"build"\s*:/)[0];
  const html = read("src/gui/index.html");
  const head = html?.find(/<head[\s>]/)[0];
  const config = ["ts", "js", "mjs"]
    .map((ending) => read(`src/gui/vite.config.${ending}`))
    .find(Boolean);
  const output = config?.find(/outDir\s*:\s*["']([^"']+)["']/)[0];
  return [
    build
      ? ok("page", `npm run build, ${build.at}`)
      : failed("page", "src/gui/package.json has no script build", "the web image runs it: add it"),
    checkLockFile(manifest, read("src/gui/package-lock.json")),
    head
      ? ok("page's settings", `<head>, ${head.at}`)
      : failed(
          "page's settings",
          "src/gui/index.html has no <head>",
          "the web image puts its settings there, and does not start without",
        ),
    output && output.match[1] !== "dist"
      ? unknown(
          "page's files",
          `${output.at} writes ${output.match[1]}`,
          `build with --build-arg WEB_DIST=${output.match[1]}`,
        )
      : build
        ? ok("page's files", "src/gui/dist")
        : unknown("page's files", "nothing builds them"),
  ];
}

/** `npm ci` refuses a lock file that does not have what `package.json` asks for. */
function checkLockFile(manifest: Source | undefined, lock: Source | undefined): Check {
  const check = "page's lock file";
  if (!lock) {
    return failed(check, "there is no src/gui/package-lock.json", "npm ci needs it: commit it");
  }
  try {
    const asked = JSON.parse(manifest?.text ?? "{}") as PackageJson;
    const { packages } = JSON.parse(lock.text) as { packages?: Record<string, object> };
    if (!packages) return unknown(check, `${lock.file} is of npm 6 or earlier, and not checked`);
    const { dependencies, devDependencies, optionalDependencies } = asked;
    const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const absent = ranges.find(([name]) => !packages[`node_modules/${name}`]);
    if (absent) {
      return failed(
        check,
        `${lock.file} does not have ${absent[0]}, which package.json asks for`,
        "run npm install in src/gui, and commit the file",
      );
    }
    const other = ranges.find(([, range]) => range.startsWith("file:"));
    if (other) {
      return unknown(
        check,
        `${other[0]} is ${other[1]}: npm ci gets package.json and the lock file alone`,
      );
    }
    const script = ["preinstall", "install", "postinstall", "prepare"].find(
      (name) => asked.scripts?.[name] !== undefined,
    );
    return script === undefined
      ? ok(check, lock.file)
      : unknown(
          check,
          `package.json has a script ${script}: npm ci gets no other file that it may need`,
        );
  } catch (error) {
    return failed(check, `src/gui: ${(error as Error).message}`, "correct the JSON");
  }
}

/** The parts of `package.json` that npm reads. */
type PackageJson = Partial<
  Record<
    "scripts" | "dependencies" | "devDependencies" | "optionalDependencies",
    Record<string, string>
  >
>;

function checkMigrations(script: Source | undefined): Check[] {
  if (!script) {
    return [
      failed("migrations", "there is no scripts/migrate.py", "the migrate image runs it: add it"),
    ];
  }
  const up = script.find(/["']up["']/)[0];
  const driver = script.find(/^\s*(?:import|from)\s+(psycopg2?)\b/)[0];
  const unread = loginVariables.filter(
    (name) => script.find(new RegExp(`["']${name}["']`)).length === 0,
  );
  const [table] = script.findWithin(versionTable);
  const concurrent = script.find(/\b(CONCURRENTLY|VACUUM)\b/i)[0];
  const autocommit = script.find(/AUTOCOMMIT|autocommit/)[0];
  return [
    up
      ? ok("migrations", `migrate.py up, ${up.at}`)
      : failed("migrations", "scripts/migrate.py knows no command up", "it is run with up"),
    driver?.match[1] === "psycopg2"
      ? ok("migrations' driver", `psycopg2, ${driver.at}`)
      : driver
        ? unknown(
            "migrations' driver",
            `${driver.at} takes psycopg 3`,
            "the image has it, but makes transactions for psycopg2 only: the script must make its own",
          )
        : failed(
            "migrations' driver",
            "scripts/migrate.py imports neither psycopg2 nor psycopg",
            "import one of them: the image has no other driver",
          ),
    unread.length > 0
      ? failed(
          "migrations' login",
          `scripts/migrate.py does not read ${unread.join(", ")}`,
          "the migrate image passes the database's address and login in these",
        )
      : ok("migrations' login", loginVariables.join(", ")),
    table
      ? ok("schema's version", `table ${table.match[1]}, ${table.at}`)
      : unknown(
          "schema's version",
          "scripts/migrate.py makes no table schema_version or the like",
          "the schema's version cannot be shown: see docs/plue.md",
        ),
    concurrent
      ? unknown(
          "transactions",
          `${concurrent.at} has ${concurrent.match[1]}, which allows no transaction`,
          "run the migration that has it with --autocommit: see docs/plue.md",
        )
      : ok(
          "transactions",
          autocommit
            ? `each migration, in spite of autocommit in ${autocommit.at}`
            : "the script's own",
        ),
  ];
}

/** Every Zig source below src, from the root on. */
function zigFiles(root: string): string[] {
  const directory = join(root, "src");
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".zig") && !file.includes("node_modules"))
    .map((file) => `src/${file}`)
    .filter((file) => isInSource(root, file))
    .sort();
}

/**
 * The version of Zig that the images are built with.
 * @param projectDir directory of this project
 */
export function zigVersionOf(projectDir: string): string {
  const dockerfile = readFileSync(join(projectDir, "docker/Dockerfile"), "utf8");
  const [, version] = /^ARG ZIG_VERSION=(\S+)$/m.exec(dockerfile) ?? [];
  if (version === undefined) throw new Error("docker/Dockerfile has no ARG ZIG_VERSION");
  return version;
}
