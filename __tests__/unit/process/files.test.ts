import { spawn } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { makeFolder, readText, writeWhole } from "../../../src/process/files";

const repository = resolve(__dirname, "../../..");
let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "plue-write-"))));
afterEach(() => rmSync(directory, { recursive: true }));

test("two programs that write one file at the same time leave one whole text and no other file", async () => {
  const file = join(directory, "plan.json");
  const script = `
    const { writeWhole } = require(${JSON.stringify(join(repository, "src/process/files"))});
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

test("an error names the file that cannot be written, and leaves no other file", () => {
  const file = join(directory, "folder");
  mkdirSync(join(file, "in it"), { recursive: true });
  expect(() => writeWhole(file, "text")).toThrow(`'${file}'`);
  const elsewhere = join(directory, "not there", "file");
  expect(() => writeWhole(elsewhere, "text")).toThrow(
    expect.objectContaining({
      path: elsewhere,
      message: expect.stringContaining(`'${elsewhere}'`),
    }),
  );
  expect(readdirSync(directory)).toEqual(["folder"]);
});

test("a file keeps its mode, and the target of a link is written", () => {
  const file = join(directory, "file");
  const link = join(directory, "link");
  writeFileSync(file, "before", { mode: 0o600 });
  symlinkSync(file, link);
  writeWhole(link, "after");
  expect(readFileSync(file, "utf8")).toBe("after");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

test("a device is written to, not replaced", () => {
  writeWhole("/dev/null", "text");
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("folders are made with those above them, and twice", () => {
  const folder = join(directory, "a", "b");
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test.each([
  ["/proc/nothing/below", /ENOENT/],
  ["/etc/passwd/below", /ENOTDIR|EEXIST/],
])("a folder that cannot be made, %s, is an error", (folder, message) => {
  expect(() => makeFolder(folder)).toThrow(message);
});

test("a file that is too large for a text is named", () => {
  const file = join(directory, "plan.json");
  writeFileSync(file, "");
  truncateSync(file, 2 ** 31 + 1);
  expect(() => readText(file)).toThrow(`${file} is too large`);
});

test("a byte order mark is not part of a text", () => {
  const file = join(directory, "plan.json");
  writeFileSync(file, "\ufeff{}");
  expect(readText(file)).toBe("{}");
});
