"use strict";
// Loads this project's TypeScript from JavaScript that is compiled when a source has changed:
// compiling on every start, as tsx does, takes longer than most of what is then done.

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { dirname, join, relative } = require("node:path");

const project = dirname(__dirname);
const cache = join(project, ".cache", "compiled");
const DAY = 24 * 60 * 60 * 1000;

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
 * What a source imports and what is loaded when it is first used: packages, since help needs none of AWS's
 * clients, what the commands do, and the stacks, whose classes extend those of cdktf.
 */
function whenUsed(source) {
  const imported = [...source.matchAll(/\bfrom "([^"]+)"/g)].map(([, name]) => name);
  const later = /\/operations\/|\/stack\/synthesize$/;
  return imported.filter((name) => !name.startsWith(".") || later.test(name));
}

/** Compiles into a directory named after the sources' contents; renamed into place, so that it is whole. */
function compiled() {
  const files = sources();
  const hash = createHash("sha256").update(fs.readFileSync(__filename));
  for (const { path, content } of files)
    hash.update(`${path}\n${content.length}\n`).update(content);
  const target = join(cache, hash.digest("hex").slice(0, 16));
  if (fs.existsSync(target)) return target;

  const { transformSync } = require("@swc/core");
  const building = `${target}.${process.pid}`;
  for (const { path, content } of files) {
    const output = join(building, path.replace(/\.ts$/, ".js"));
    fs.mkdirSync(dirname(output), { recursive: true });
    if (!path.endsWith(".ts")) {
      fs.writeFileSync(output, content);
      continue;
    }
    const { code } = transformSync(content.toString(), {
      filename: join(project, path),
      swcrc: false,
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      module: { type: "commonjs", lazy: whenUsed(content.toString()) },
    });
    fs.writeFileSync(output, code);
  }
  try {
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

/** Requires a source by its path in the project, without its ending. */
module.exports = function load(path) {
  let directory;
  try {
    directory = compiled();
  } catch (error) {
    // Nowhere to write to, or no compiler: slower, but it works.
    if (!["EACCES", "EPERM", "EROFS", "MODULE_NOT_FOUND"].includes(error.code)) throw error;
    require("tsx/cjs");
    directory = project;
  }
  return require(join(directory, path));
};
