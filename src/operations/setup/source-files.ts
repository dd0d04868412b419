import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { failed, ok, unknown, type Check } from "../inspect/doctor/check";

/** Modules that the migrate image has beside Python's own: see docker/Dockerfile. */
const drivers = "psycopg psycopg2";

/** Standard modules of older Pythons that the image's does not have, and those of Debian packages of their own. */
const removed =
  "aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils ensurepip idlelib imghdr imp lib2to3 mailcap msilib nis nntplib ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib tkinter turtle uu venv xdrlib";

/** Endings that an import of the page may leave out. */
const endings = ["", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".json"].flatMap((ending) => [
  ending,
  `/index${ending}`,
]);

/** Tests whether Docker gets a file with the source: links that lead out of it are not followed there. */
export function isInSource(root: string, file: string): boolean {
  const path = join(root, file);
  return (
    existsSync(path) &&
    statSync(path).isFile() &&
    realpathSync(path).startsWith(realpathSync(root) + sep)
  );
}

const html = "src/gui/index.html";

/** A file that another one imports and that is not there. */
interface Missing {
  /** `FILE:LINE` of the import. */
  readonly at: string;
  /** Path of the missing file in the source. */
  readonly file: string;
}

/**
 * Follows the imports of a source's files.
 *
 * @param at file that names the first ones
 * @param from the first ones
 * @param pattern whose first group is the imported path, relative to the file
 * @param endings that an import may leave out
 */
function follow(
  root: string,
  at: string,
  from: readonly string[],
  pattern: RegExp,
  endings: readonly string[] = [""],
): { readonly seen: readonly string[]; readonly missing: readonly Missing[] } {
  const missing = from.filter((file) => !isInSource(root, file)).map((file) => ({ at, file }));
  const seen = new Set(from.filter((file) => isInSource(root, file)));
  // Files that are added on the way are visited as well.
  for (const file of seen) {
    if (!/\.(zig|[jt]sx?|mjs)$/.test(file)) continue;
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    lines.forEach((line, index) => {
      if (/^\s*(\/\/|\\\\)/.test(line)) return;
      for (const [, path] of line.matchAll(pattern)) {
        const target = normalize(join(dirname(file), path!));
        const found = endings
          .map((ending) => `${target}${ending}`)
          .find((candidate) => isInSource(root, candidate));
        if (found === undefined) missing.push({ at: `${file}:${index + 1}`, file: target });
        else seen.add(found);
      }
    });
  }
  return { seen: [...seen], missing };
}

/**
 * Checks that every file that `build.zig`, the program and the page import is there.
 * @param page text of `src/gui/index.html`
 * @returns the checks, and the files that were found
 */
export function checkImports(
  root: string,
  build: string,
  page: string | undefined,
): { readonly checks: readonly Check[]; readonly files: readonly string[] } {
  const all = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, file]) => file!);
  const roots = all(build, /b\.path\("([^"]+\.(?:zig|c|cc|cpp|h))"\)/g);
  const scripts = all(page ?? "", /<script[^>]*\ssrc="\/([^":?]+)"/g);
  const zig = follow(root, "build.zig", roots, /@(?:import|embedFile)\("([^"]+\.\w+)"\)/g);
  const imports = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"'?]*)/g;
  const first = scripts.map((file) => `src/gui/${file}`);
  const gui = follow(root, html, first, imports, endings);
  const check = (name: string, { seen, missing }: typeof zig, nothing: string) => {
    // The build writes what build.zig names besides its roots, and the page's dist.
    const first = missing.find(
      ({ file }) =>
        !file.startsWith("src/gui/dist/") &&
        !build.replaceAll(`b.path("${file}")`, "").includes(`"${file}"`),
    );
    if (first) {
      const saw = `${first.at} needs ${first.file}, which is not there`;
      return first.at === html
        ? unknown(name, saw, "commit the file, unless the page's build writes it")
        : failed(name, saw, "commit the file");
    }
    if (seen.length === 0) return unknown(name, nothing);
    return ok(name, `those of ${seen.length} files are all there`);
  };
  return {
    checks: [
      check("imports", zig, "build.zig names no source to begin with"),
      check("page's imports", gui, `${html} names no script to begin with`),
    ],
    files: [...zig.seen, ...gui.seen],
  };
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
  if (!isInSource(root, ".dockerignore")) {
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
  /** Where the last rule that matches leaves a file out: that rule decides. */
  const leftOut = (file: string) => {
    const rule = rules.findLast(({ matches }) => matches.test(file));
    return rule && !rule.keeps ? `${rule.at} leaves out ${file}` : undefined;
  };
  const certain = needed.map(leftOut).find(Boolean);
  if (certain) return failed(check, certain, "remove that line: the build needs the file");
  const others = ["src/gui", "scripts", "."]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
    .filter((file) => /^(src\/gui|scripts)\/|^migrations$/.test(file))
    .filter((file) => !/\/(\.[^/]*|node_modules|dist|[^/]*\.md)$/.test(file));
  const perhaps = others.map(leftOut).find(Boolean);
  if (perhaps) return unknown(check, perhaps, "remove that line if the build needs it");
  return ok(check, ".dockerignore leaves out nothing that the build needs");
}

/** A pattern of `.dockerignore`: it begins at the source's root and also matches all below a directory. */
function ignorePattern(pattern: string): RegExp {
  const parts = normalize(pattern.trim())
    .replace(/^\/|\/$/g, "")
    .split(/(\*\*\/?|\*|\?|\[[^\]]+\])/);
  const expression = parts.map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("[") && part.length > 1) return part;
    return part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${expression.join("")}(?:/.*)?$`);
}

const PYTHON = `
import ast, json, pathlib, sys
folder, script, *known = sys.argv[1:]
known, removed = (set(words.split()) for words in known)
queue, seen, optional = [script], set(), set()
while queue:
    path = queue.pop()
    if path in seen: continue
    seen.add(path)
    try: tree = ast.parse(pathlib.Path(folder, path).read_bytes())
    except SyntaxError as error: sys.exit(f"{path}:{error.lineno}: {error.msg}")
    for node in ast.walk(tree):
        # The script may do without what it tries to import.
        if isinstance(node, ast.Try): optional.update(child for each in node.body for child in ast.walk(each))
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        if isinstance(node, ast.ImportFrom) and node.level and path == script: sys.exit(f"{path}:{node.lineno}: a script cannot import from its own package")
        for name in names:
            top, file = name.split(".")[0], name.replace(".", "/")
            here = [each for each in (f"{file}.py", f"{file}/__init__.py") if pathlib.Path(folder, each).is_file()]
            if here: queue += here
            elif pathlib.Path(folder, file).is_dir() or node in optional: pass
            elif top in removed or top not in sys.stdlib_module_names | known: sys.exit(f"{path}:{node.lineno}: the image has no module {name if pathlib.Path(folder, top).is_dir() else top}")
print(json.dumps(sorted(seen)))
`;

/**
 * Has Python parse `scripts/migrate.py` and the modules beside it, and looks for what they import. It runs none of it.
 * @returns the check, and the files that were read
 */
export function checkPython(root: string): {
  readonly check: Check;
  readonly files: readonly string[];
} {
  const name = "migrations' code";
  const words = ["-I", "-c", PYTHON, join(root, "scripts"), "migrate.py", drivers, removed];
  const { error, status, stdout, stderr } = spawnSync("python3", words, { encoding: "utf8" });
  if (status === 0) {
    const files = (JSON.parse(stdout) as string[]).map((file) => `scripts/${file}`);
    return {
      check: ok(name, "Python can parse it, and the image has what it imports"),
      files,
    };
  }
  const fault = stderr?.trim().split("\n").at(-1) ?? "";
  const check = error
    ? unknown(name, "not checked: there is no python3 here", "install Python 3.10 or later")
    : /^[\w./]+\.py:\d+: /.test(fault)
      ? failed(
          name,
          `scripts/${fault}`,
          "correct it, or add the module's Debian package to the stage migrate of docker/Dockerfile",
        )
      : unknown(name, `not checked: ${fault}`);
  return { check, files: ["scripts/migrate.py"] };
}
