import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { failed, ok, unknown, type Check } from "../inspect/doctor/check";

/** Modules that the migrate image has beside Python's own: see docker/Dockerfile. */
const drivers = ["psycopg", "psycopg2"];

/** Endings that an import of the page may leave out. */
const endings = [
  "",
  ".ts",
  ".tsx",
  ".js",
  ".jsx",
  ".mjs",
  ".json",
  "/index.ts",
  "/index.tsx",
  "/index.js",
];

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();

/** A file that another one imports and that is not there. */
interface Missing {
  /** `FILE:LINE` of the import. */
  readonly at: string;
  /** Path of the missing file in the source. */
  readonly file: string;
}

/**
 * Follows the imports of a source's files, from some of them on.
 *
 * @param pattern whose first group is the imported path, relative to the file
 * @param candidates paths in the source that an import can mean
 */
function follow(
  root: string,
  from: readonly string[],
  pattern: RegExp,
  candidates: (path: string) => readonly string[],
): { readonly seen: ReadonlySet<string>; readonly missing: readonly Missing[] } {
  const seen = new Set(from.filter((file) => isFile(join(root, file))));
  const missing: Missing[] = [];
  // Files that are added on the way are visited as well.
  for (const file of seen) {
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    lines.forEach((line, index) => {
      if (/^\s*\/\//.test(line)) return;
      for (const [, path] of line.matchAll(pattern)) {
        const target = normalize(join(dirname(file), path!));
        const found = candidates(target).find((candidate) => isFile(join(root, candidate)));
        if (found === undefined) missing.push({ at: `${file}:${index + 1}`, file: target });
        else if (/\.(zig|[jt]sx?|mjs)$/.test(found)) seen.add(found);
      }
    });
  }
  return { seen, missing };
}

/**
 * Checks that every file that `build.zig`, the program and the page import is there.
 * @param page files with which the page begins, below `src/gui`
 */
export function checkImports(
  root: string,
  build: string | undefined,
  page: readonly string[],
): Check[] {
  const roots = [...(build ?? "").matchAll(/b\.path\("([^"]+\.zig)"\)/g)].map(([, file]) => file!);
  const zig = follow(root, roots, /@import\("([^"]+\.zig)"\)/g, (path) => [path]);
  const gui = follow(root, page, /(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"'?]*)/g, (path) =>
    endings.map((ending) => `${path}${ending}`),
  );
  const missing = [
    ...roots.filter((file) => !isFile(join(root, file))).map((file) => ({ at: "build.zig", file })),
    // A file that build.zig writes exists when the compiler looks for it.
    ...zig.missing.filter(({ file }) => !build?.includes(`"${file}"`)),
    ...gui.missing,
  ];
  const [first] = missing;
  if (first) {
    return [
      failed("imports", `${first.at} needs ${first.file}, which is not there`, "commit the file"),
    ];
  }
  const count = zig.seen.size + gui.seen.size;
  if (zig.seen.size === 0) return [unknown("imports", "build.zig names no source to begin with")];
  return [ok("imports", `those of ${count} files are all there`)];
}

/** Checks that `build.zig.zon` has the packages that `build.zig` asks for, and none outside of the source. */
export function checkPackages(root: string, build: string, zon: string | undefined): Check[] {
  const asked = [...build.matchAll(/\b(?:dependency|lazyDependency)\("([^"]+)"/g)].map(
    ([, name]) => name!,
  );
  const absent = asked.find(
    (name) => !new RegExp(`\\.(?:${name}|@"${name}")\\s*=\\s*\\.\\{`).test(zon ?? ""),
  );
  if (absent !== undefined) {
    return [
      failed(
        "packages",
        zon === undefined
          ? `there is no build.zig.zon, and build.zig needs the package ${absent}`
          : `build.zig.zon has no package ${absent}, which build.zig needs`,
        "add it",
      ),
    ];
  }
  for (const [, path] of (zon ?? "").matchAll(/\.path\s*=\s*"([^"]+)"/g)) {
    const outside = path!.startsWith("/") || normalize(path!).startsWith("..");
    if (outside || !existsSync(join(root, path!))) {
      return [
        failed(
          "packages",
          `build.zig.zon has a package at ${path}, ${outside ? "outside of the source" : "which is not there"}`,
          "Docker gets the source alone: give a url and a hash, or move it there",
        ),
      ];
    }
  }
  return [ok("packages", asked.length > 0 ? asked.join(", ") : "none")];
}

/** Checks that `.dockerignore` leaves out nothing that the build needs. */
export function checkIgnored(root: string, needed: readonly string[]): Check {
  const check = "what Docker reads";
  const path = join(root, ".dockerignore");
  if (!isFile(path)) {
    return unknown(
      check,
      "no .dockerignore: .git, node_modules and .env go to the builder",
      "add one with .git, node_modules, .env, zig-out and .zig-cache",
    );
  }
  const rules = readFileSync(path, "utf8")
    .split("\n")
    .map((line, index) => ({ line: line.trim(), at: `.dockerignore:${index + 1}` }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"))
    .map(({ line, at }) => ({
      at,
      keeps: line.startsWith("!"),
      matches: ignorePattern(line.replace(/^!/, "")),
    }));
  for (const file of needed) {
    // The last rule that matches decides.
    const rule = rules.findLast(({ matches }) => matches.test(file));
    if (rule && !rule.keeps) {
      return failed(
        check,
        `${rule.at} leaves out ${file}`,
        "remove that line: the build needs the file",
      );
    }
  }
  return ok(check, ".dockerignore");
}

/** A pattern of `.dockerignore`: it begins at the source's root and also matches all below a directory. */
function ignorePattern(pattern: string): RegExp {
  const parts = normalize(pattern.trim())
    .replace(/^\/|\/$/g, "")
    .split(/(\*\*\/?|\*|\?)/);
  const expression = parts.map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${expression.join("")}(?:/.*)?$`);
}

const PYTHON = `
import ast, json, pathlib, sys
drivers, (folder, script) = sys.argv[1].split(","), sys.argv[2:]
queue, seen, missing = [script], set(), []
while queue:
    path = pathlib.Path(folder, queue.pop())
    if path in seen: continue
    seen.add(path)
    try: tree = ast.parse(path.read_bytes())
    except SyntaxError as error: sys.exit(f"{path.name}:{error.lineno}: {error.msg}")
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        for name in names:
            top = name.split(".")[0]
            if pathlib.Path(folder, top + ".py").is_file(): queue.append(top + ".py")
            elif top not in sys.stdlib_module_names and top not in drivers and not pathlib.Path(folder, top).is_dir():
                sys.exit(f"{path.name}:{node.lineno}: the image has no module {top}")
`;

/** Has Python parse `scripts/migrate.py` and the modules beside it, and looks for what they import. It runs none of it. */
export function checkPython(root: string): Check {
  const check = "migrations' code";
  const words = ["-I", "-c", PYTHON, drivers.join(), join(root, "scripts"), "migrate.py"];
  const { error, status, stderr } = spawnSync("python3", words, { encoding: "utf8" });
  if (error)
    return unknown(check, "not checked: there is no python3 here", "install Python 3.10 or later");
  const fault = stderr.trim().split("\n").at(-1) ?? "";
  if (status === 0) return ok(check, "Python can parse it, and the image has what it imports");
  if (!/^[\w.]+\.py:\d+: /.test(fault)) return unknown(check, `not checked: ${fault}`);
  return failed(
    check,
    `scripts/${fault}`,
    "correct it, or add the module's Debian package to the stage migrate of docker/Dockerfile",
  );
}
