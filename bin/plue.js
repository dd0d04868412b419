#!/usr/bin/env node
"use strict";
// Runs src/cli from JavaScript that is compiled when a source has changed: compiling on every
// start, as tsx does, would take longer than most commands.

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { dirname, join, relative } = require("node:path");

const project = dirname(__dirname);
const source = join(project, "src");
const cache = join(project, ".cache", "cli");
const DAY = 24 * 60 * 60 * 1000;

const files = fs
  .readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

/** Compiles into a directory named after the sources; renamed into place, so that it is whole. */
function compiled() {
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
    const output = join(building, relative(source, file).replace(/\.ts$/, ".js"));
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

function load() {
  try {
    return require(join(compiled(), "cli", "main.js"));
  } catch (error) {
    // Nowhere to write to, or no compiler: slower, but it works.
    if (!["EACCES", "EPERM", "EROFS", "MODULE_NOT_FOUND"].includes(error.code)) throw error;
    require("tsx/cjs");
    return require(join(source, "cli", "main.ts"));
  }
}

load()
  .main(project, process.argv.slice(2))
  .then((code) => process.exit(code));
