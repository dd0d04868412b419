"use strict";
// Loads this project's TypeScript from JavaScript that is compiled when a source has changed:
// compiling on every start, as tsx does, takes longer than most of what is then done.

const fs = require("node:fs");
const Module = require("node:module");
const { dirname, join, relative } = require("node:path");

const project = dirname(__dirname);

// V8 keeps its bytecode between runs where Node.js can: 22.8 and later.
Module.enableCompileCache?.(join(project, ".cache", "v8"));

const loadModule = Module._load;

/** Packages that cdktf loads at once, for assets and for checks of Terraform's version, which no stack here has. */
const UNUSED_BY_CDKTF = ["archiver", "semver"];

/** A module that is loaded when something of it is first used. */
const onUse = (load) =>
  new Proxy(() => {}, {
    apply: (_, self, values) => load()(...values),
    get: (_, name) => load()[name],
  });

Module._load = (request, parent, isMain) => {
  if (UNUSED_BY_CDKTF.includes(request) && /[/\\](cdktf|cdktn)[/\\]/.test(parent?.filename)) {
    return onUse(() => loadModule(request, parent, isMain));
  }
  try {
    return loadModule(request, parent, isMain);
  } catch (error) {
    throw packageError(error, request, parent) ?? settingsError(error) ?? error;
  }
};
const cache = join(project, ".cache", "compiled");
const DAY = 24 * 60 * 60 * 1000;

/** A fault that the user can correct, as ActionRequired is, which may not be loaded yet: its message is all that is printed. */
class LoadError extends Error {
  exitCode = 2;
  advice = [];
}

/** Where the sources are loaded from. */
let loaded = project;

/** Paths of main.ts and all that is below src: sources, and the files that they read. */
function sources() {
  const files = ["main.ts"];
  // Node.js takes five times as long with its option `recursive`.
  const addBelow = (folder) => {
    for (const entry of fs.readdirSync(`${project}/${folder}`, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) addBelow(path);
      else if (!/\.d\.ts$|\.pyc$/.test(path)) files.push(path);
    }
  };
  addBelow("src");
  return files.sort();
}

const read = (path) => fs.readFileSync(join(project, path));

/** Changes with every change of a file: the system sets ctime, and no program can. */
function state(path) {
  const { size, mtimeMs, ctimeMs, ino } = fs.statSync(`${project}/${path}`);
  return `${path} ${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/**
 * The imports of a source, which are loaded when they are first used: help needs no client of AWS, no
 * operation and no stack.
 */
function imports(source) {
  return [...source.matchAll(/\bfrom "([^"]+)"/g)].map(([, name]) => name);
}

/** JavaScript of one source. */
function transform(path, source, options) {
  return require("@swc/core").transformSync(source, {
    filename: join(project, path),
    swcrc: false,
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
    module: { type: "commonjs", lazy: imports(source) },
    ...options,
  });
}

/** The same, with errors that a user can correct. */
function compile(path, source) {
  try {
    return transform(path, source).code;
  } catch (error) {
    throw new LoadError(syntaxError(path, source) ?? `${path} does not compile: ${error.message}`);
  }
}

/** Where a source is wrong, as TypeScript's parser sees it; undefined where it finds nothing. */
function syntaxError(path, source) {
  const ts = require("typescript");
  const { diagnostics = [] } = ts.transpileModule(source, {
    fileName: path,
    reportDiagnostics: true,
  });
  const [first] = diagnostics;
  if (first?.start === undefined) return undefined;
  const { line, character } = first.file.getLineAndCharacterOfPosition(first.start);
  const what = ts.flattenDiagnosticMessageText(first.messageText, "\n");
  return placed(path, source, line, character, what);
}

/** A message with its place in a source, and the line there. */
function placed(path, source, line, column, what) {
  const text = source.split(/\r?\n/)[line];
  return `${path}:${line + 1}:${column + 1}: ${what}\n\n  ${text}\n  ${text.slice(0, column).replace(/\S/g, " ")}^`;
}

/** The error of a package that is not installed; undefined for other errors, and where a package looks for another. */
function packageError({ code, message }, request, parent) {
  if (code !== "MODULE_NOT_FOUND" || /^[./]/.test(request)) return undefined;
  if (!message.includes(`'${request}'`) || /[/\\]node_modules[/\\]/.test(parent?.filename))
    return undefined;
  const error = new LoadError(
    `The package ${request} is not installed. Run \`npm ci\` in ${project}, then run the command again.`,
  );
  return Object.assign(error, { code });
}

/** An error of a file of settings as it is evaluated, such as a misspelt name; undefined for other errors. */
function settingsError(error) {
  if (!(error instanceof Error) || error.exitCode) return undefined;
  const frames = [
    ...(error.stack ?? "").matchAll(/^ +at (?:.*\()?(\/?[^()\n]+?):(\d+):(\d+)\)?$/gm),
  ];
  const [, file, row, column] =
    frames.find(([, name]) => !/^node:/.test(name) && name !== __filename) ?? [];
  if (!file?.startsWith(join(loaded, "src", "environments"))) return undefined;
  const path = relative(loaded, file).replace(/\.js$/, ".ts");
  const source = read(path).toString();
  let place = { originalLine: row - 1, originalColumn: column - 1 };
  if (file.endsWith(".js")) {
    const { map } = transform(path, source, { sourceMaps: true });
    place = new Module.SourceMap(JSON.parse(map)).findEntry(row - 1, column - 1);
  }
  const what = error.message.split("\n")[0];
  return new LoadError(placed(path, source, place.originalLine, place.originalColumn, what));
}

/** Compiles into a directory, which is renamed into place, so that it is whole. */
function build(target, files) {
  const building = `${target}.${process.pid}`;
  try {
    for (const path of files) {
      const output = join(building, path.replace(/\.ts$/, ".js"));
      const content = read(path);
      fs.mkdirSync(dirname(output), { recursive: true });
      fs.writeFileSync(output, path.endsWith(".ts") ? compile(path, content.toString()) : content);
    }
    fs.renameSync(building, target);
  } catch (error) {
    fs.rmSync(building, { recursive: true, force: true });
    // Another process was faster.
    if (!fs.existsSync(target)) throw error;
  }
  for (const name of fs.readdirSync(cache)) {
    const old = join(cache, name);
    if (Date.now() - fs.statSync(old).mtimeMs > DAY && old !== target) {
      fs.rmSync(old, { recursive: true, force: true });
    }
  }
}

/**
 * Directory of the compiled sources, named after their contents. The file `current` has its name and the state of the
 * sources on the disk: to read all of them takes longer than most commands.
 */
function compiled() {
  const files = sources();
  const current = join(cache, "current");
  const states = ["bin/load.js", ...files].map(state).join("\n");
  const [known, ...seen] = readIfThere(current).split("\n");
  if (seen.join("\n") === states && fs.existsSync(join(cache, known))) return join(cache, known);

  const hash = require("node:crypto").createHash("sha256").update(fs.readFileSync(__filename));
  for (const path of files) hash.update(`\n${path}\n`).update(read(path));
  const name = hash.digest("hex").slice(0, 16);
  const target = join(cache, name);
  if (!fs.existsSync(target)) build(target, files);
  try {
    fs.writeFileSync(`${current}.${process.pid}`, `${name}\n${states}`);
    fs.renameSync(`${current}.${process.pid}`, current);
  } catch {
    // The next run reads the sources again.
  }
  return target;
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Directory to load from. */
function directory() {
  try {
    return compiled();
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS", "MODULE_NOT_FOUND"].includes(error.code)) {
      // Nowhere to write to, or no compiler: slower, but it works.
      require("tsx/cjs");
      return project;
    }
    if (error.syscall === undefined) throw error;
    const reason = error.message.replace(/^\w+: |, .*$/g, "");
    throw new LoadError(
      `cannot write ${relative(project, error.path ?? cache)}: ${reason}. Free space on the disk, then run the command again.`,
    );
  }
}

/** Refuses a Node.js that is too old, which would fail somewhere later. */
function refuseOldNode() {
  const { engines } = JSON.parse(read("package.json"));
  const numbers = (version) => /(\d+)\.(\d+)/.exec(version).slice(1).map(Number);
  const [[major, minor], [needed, above]] = [process.versions.node, engines.node].map(numbers);
  if (major > needed || (major === needed && minor >= above)) return;
  throw new LoadError(`This is Node.js ${process.versions.node}. Install ${engines.node}.`);
}

/** Requires a source by its path in the project, without its ending. */
module.exports = function load(path) {
  try {
    refuseOldNode();
    loaded = directory();
    return require(join(loaded, path));
  } catch (error) {
    const known =
      error.exitCode === 2
        ? error.message
        : error.name === "TransformError" && // tsx's
          sources()
            .filter((name) => name.endsWith(".ts"))
            .map((name) => syntaxError(name, read(name).toString()))
            .find(Boolean);
    if (!known) throw error;
    console.error(known);
    process.exit(2);
  }
};
