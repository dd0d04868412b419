import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../../..");
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "plue-load-"));
  mkdirSync(join(project, "src"));
  cpSync(join(repository, "bin"), join(project, "bin"), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
  write("package.json", '{ "engines": { "node": ">=20.19.0" } }');
  write("src/prices.json", '{ "price": 1 }');
  write("src/beside.txt", "beside");
  write(
    "src/part.ts",
    `import { readFileSync } from "node:fs";
     import { join } from "node:path";
     import prices from "./prices.json";
     export const text = (): string => readFileSync(join(__dirname, "beside.txt"), "utf8") + prices.price;`,
  );
});

afterAll(() => rmSync(project, { recursive: true }));

/** Writes a file and keeps its modification time. */
function write(path: string, content: string): void {
  writeFileSync(join(project, path), content);
  utimesSync(join(project, path), 1000, 1000);
}

function run(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, "bin/synth.js"], {
    cwd: project,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function synth(main: string): string {
  write("main.ts", main);
  const { stdout, stderr } = run();
  return stdout + stderr;
}

/** Files and folders that a compilation has left unfinished. */
const unfinished = () =>
  readdirSync(join(project, ".cache/compiled")).filter((name) => name.includes("."));

test("an edit that changes neither size nor time is noticed", () => {
  expect(synth('console.log("one")')).toBe("one\n");
  expect(synth('console.log("two")')).toBe("two\n");
});

test("a source reads the current JSON that it imports and the current file beside it", () => {
  const main = 'import { text } from "./src/part"; console.log(text())';
  expect(synth(main)).toBe("beside1\n");
  write("src/prices.json", '{ "price": 2 }');
  write("src/beside.txt", "BESIDE");
  expect(synth(main)).toBe("BESIDE2\n");
});

test("a syntax error is reported with its place and its line, without a stack trace, and exit code 2", () => {
  write("main.ts", "const settings = {\n  multiAz true,\n};\n");
  expect(run()).toEqual({
    status: 2,
    stdout: "",
    stderr: "main.ts:2:11: ',' expected.\n\n    multiAz true,\n            ^\n",
  });
  expect(unfinished()).toEqual([]);
});

test("a misspelt name in a file of settings is reported with its place and its line, and exit code 2", () => {
  mkdirSync(join(project, "src/environments"), { recursive: true });
  write(
    "src/environments/dev.ts",
    'interface Settings {\n  readonly name: string;\n}\nexport const dev: Settings = {\n  name: title,\n};\nconst name = "dev";\n',
  );
  write("main.ts", 'import { dev } from "./src/environments/dev"; console.log(dev.name);');
  expect(run()).toEqual({
    status: 2,
    stdout: "",
    stderr: "src/environments/dev.ts:5:9: title is not defined\n\n    name: title,\n          ^\n",
  });
});

test.each(["18.20.8", "20.18.1"])("Node.js %s is refused", (version) => {
  write("main.ts", "console.log(4)");
  const old = join(project, "old.js");
  writeFileSync(
    old,
    `Object.defineProperty(process, "versions", { value: { node: "${version}" } })`,
  );
  const stderr = `This is Node.js ${version}. Install >=20.19.0.\n`;
  expect(run("-r", old)).toEqual({ status: 2, stdout: "", stderr });
});

test.each([
  ["an import", "", "left-out"],
  ["the compiler", "node_modules", "tsx/cjs"],
])("without %s, the package and npm ci are named, without a stack trace", (_, folder, name) => {
  write("main.ts", 'import { pad } from "left-out"; console.log(pad);' + folder);
  const packages = join(project, "node_modules");
  if (folder) rmSync(packages);
  const { status, stdout, stderr } = run();
  if (folder) symlinkSync(join(repository, "node_modules"), packages);
  expect(stderr).toMatch(
    new RegExp(`^The package ${name} is not installed. Run .npm ci. in .*\n$`),
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
});

test("a full disk is reported without a stack trace, and nothing unfinished is left on it", () => {
  write("main.ts", "console.log(4)");
  const full = join(project, "full-disk.js");
  writeFileSync(
    full,
    'const fs = require("node:fs"), write = fs.writeFileSync; fs.writeFileSync = (file, ...rest) => write("/dev/full", ...rest);',
  );
  expect(run("-r", full)).toEqual({
    status: 2,
    stdout: "",
    stderr:
      "cannot write .cache/compiled: no space left on device. Free space on the disk, then run the command again.\n",
  });
  expect(unfinished()).toEqual([]);
});

test("the compiled sources are reused without reading the sources", () => {
  expect(synth('console.log("five")')).toBe("five\n");
  const compiled = join(project, ".cache/compiled");
  const [name] = readFileSync(join(compiled, "current"), "utf8").split("\n");
  writeFileSync(join(compiled, name!, "main.js"), 'console.log("reused")');
  expect(run().stdout).toBe("reused\n");
});
