import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeWhole } from "../../../src/process/write-whole";

const repository = resolve(__dirname, "../../..");
let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "plue-write-"))));
afterEach(() => rmSync(directory, { recursive: true }));

test("two programs that write one file at once leave one whole text, and nothing beside it", async () => {
  const file = join(directory, "plan.json");
  const script = `
    const { writeWhole } = require(${JSON.stringify(join(repository, "src/process/write-whole"))});
    for (let i = 0; i < 300; i++) writeWhole(${JSON.stringify(file)}, process.argv[1].repeat(10000));
  `;
  const tsx = join(repository, "node_modules/tsx/dist/cjs/index.cjs");
  const write = (letter: string) =>
    new Promise((done) =>
      spawn(process.execPath, ["-r", tsx, "-e", script, letter]).on("close", done),
    );
  expect(await Promise.all([write("a"), write("b")])).toEqual([0, 0]);
  expect(readFileSync(file, "utf8")).toMatch(/^(a{10000}|b{10000})$/);
  expect(readdirSync(directory)).toEqual(["plan.json"]);
});

test("what cannot be put in its place is not left beside it", () => {
  const file = join(directory, "folder");
  mkdirSync(join(file, "in it"), { recursive: true });
  expect(() => writeWhole(file, "text")).toThrow();
  expect(readdirSync(directory)).toEqual(["folder"]);
});
