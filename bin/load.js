"use strict";
// Loads this project's TypeScript from JavaScript that is compiled when a source has changed:
// compiling on every start, as tsx does, takes longer than most of what is then done.

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { dirname, join, relative } = require("node:path");

const project = dirname(__dirname);
const cache = join(project, ".cache", "compiled");
const DAY = 24 * 60 * 60 * 1000;

/** main.ts and all that is below src. */
function sources() {
  const below = fs
    .readdirSync(join(project, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return [join(project, "main.ts"), ...below];
}

/** Compiles into a directory named after the sources; renamed into place, so that it is whole. */
function compiled() {
  const files = sources();
  const hash = createHash("sha256").update(__filename);
  for (const file of files) {
    const { mtimeMs, size } = fs.statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  const target = join(cache, hash.digest("hex").slice(0, 16));
  if (fs.existsSync(target)) return target;

  const { transformFileSync } = require("@swc/core");
  const building = `${target}.${process.pid}`;
  for (const file of files) {
    const { code } = transformFileSync(file, {
      swcrc: false,
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      // A package is loaded when it is first used: help needs none of AWS's clients.
      module: { type: "commonjs", lazy: true },
    });
    const output = join(building, relative(project, file).replace(/\.ts$/, ".js"));
    fs.mkdirSync(dirname(output), { recursive: true });
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
