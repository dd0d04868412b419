import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
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

function synth(main: string): string {
  write("main.ts", main);
  const { stdout, stderr } = spawnSync(process.execPath, ["bin/synth.js"], {
    cwd: project,
    encoding: "utf8",
  });
  return stdout + stderr;
}

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
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/synth.js"], {
    cwd: project,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: "",
    stderr: "main.ts:2:11: ',' expected.\n\n    multiAz true,\n            ^\n",
  });
  expect(
    readdirSync(join(project, ".cache/compiled")).filter((name) => name.includes(".")),
  ).toEqual([]);
});
