"use strict";
// Loads this project's TypeScript from JavaScript that is compiled when a source has changed:
// compiling on every start, as tsx does, takes longer than most of what is then done.

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const { dirname, join, relative } = require("node:path");

const project = dirname(__dirname);

// V8 keeps its bytecode between runs where Node.js can: 22.8 and later.
Module.enableCompileCache?.(join(project, ".cache", "v8"));

// cdktf loads archiver at once, and uses it for assets alone, which no stack here has.
const loadModule = Module._load;
Module._load = (request, parent, isMain) =>
  request === "archiver" && /[/\\](cdktf|cdktn)[/\\]/.test(parent?.filename ?? "")
    ? (...options) => loadModule(request, parent, isMain)(...options)
    : loadModule(request, parent, isMain);
const cache = join(project, ".cache", "compiled");
const DAY = 24 * 60 * 60 * 1000;

/** A fault that the user can correct: its message is all that is printed. */
class LoadError extends Error {}

/** main.ts and all that is below src: sources, and the files that they read. */
function sources() {
  const below = fs
    .readdirSync(join(project, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.d\.ts$|\.pyc$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return [join(project, "main.ts"), ...below.sort()].map((file) => ({
    path: relative(project, file),
    content: fs.readFileSync(file),
  }));
}

/**
 * The imports of a source, which are loaded when they are first used: help needs no client of AWS, no
 * operation and no stack.
 */
function imports(source) {
  return [...source.matchAll(/\bfrom "([^"]+)"/g)].map(([, name]) => name);
}

/** JavaScript of one source. */
function compile(path, source) {
  const { transformSync } = require("@swc/core");
  try {
    return transformSync(source, {
      filename: join(project, path),
      swcrc: false,
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      module: { type: "commonjs", lazy: imports(source) },
    }).code;
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
  const text = source.split(/\r?\n/)[line];
  const what = ts.flattenDiagnosticMessageText(first.messageText, "\n");
  return `${path}:${line + 1}:${character + 1}: ${what}\n\n  ${text}\n  ${text.slice(0, character).replace(/\S/g, " ")}^`;
}

/** Compiles into a directory named after the sources' contents; renamed into place, so that it is whole. */
function compiled() {
  const files = sources();
  const hash = createHash("sha256").update(fs.readFileSync(__filename));
  for (const { path, content } of files)
    hash.update(`${path}\n${content.length}\n`).update(content);
  const target = join(cache, hash.digest("hex").slice(0, 16));
  if (fs.existsSync(target)) return target;

  const building = `${target}.${process.pid}`;
  try {
    for (const { path, content } of files) {
      const output = join(building, path.replace(/\.ts$/, ".js"));
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
  return target;
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
    if (error instanceof LoadError) throw error;
    if (error.path === undefined) throw error;
    const reason = error.message.replace(/^\w+: |, .*$/g, "");
    throw new LoadError(
      `cannot write ${relative(project, error.path)}: ${reason}. Free space on the disk, then run the command again.`,
    );
  }
}

/** Requires a source by its path in the project, without its ending. */
module.exports = function load(path) {
  try {
    return require(join(directory(), path));
  } catch (error) {
    const known =
      error instanceof LoadError
        ? error.message
        : error.name === "TransformError" && // tsx's
          sources()
            .filter(({ path: name }) => name.endsWith(".ts"))
            .map(({ path: name, content }) => syntaxError(name, content.toString()))
            .find(Boolean);
    if (!known) throw error;
    console.error(known);
    process.exit(2);
  }
};
