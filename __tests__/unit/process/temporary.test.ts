import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const module_ = join(__dirname, "../../../src/process/temporary.ts");
const script = (then: string) =>
  `const fs = require("fs"); const file = require(${JSON.stringify(module_)}).temporaryFile("plan");
   fs.writeFileSync(file, "secret"); console.log(file, (fs.statSync(require("path").dirname(file)).mode & 0o777).toString(8)); ${then}`;

let TMPDIR: string;
beforeEach(() => (TMPDIR = mkdtempSync(join(tmpdir(), "plue-test-"))));
afterEach(() => rmSync(TMPDIR, { recursive: true }));

const run = (then: string) =>
  spawnSync(process.execPath, ["-r", "tsx/cjs", "-e", script(then)], {
    env: { ...process.env, TMPDIR },
    encoding: "utf8",
  });
const folders = () => readdirSync(TMPDIR).filter((name) => name.startsWith("plue-tmp-"));

test("temporary files are readable only by the user and are deleted with the program", () => {
  const [file, mode] = run("").stdout.trim().split(" ");
  expect(mode).toBe("700");
  expect(existsSync(file!)).toBe(false);
  expect(folders()).toEqual([]);
});

test("files of a killed program are deleted when the next one starts", () => {
  run("process.kill(process.pid, 'SIGKILL');");
  expect(folders()).toHaveLength(1);
  const old = new Date(Date.now() - 120_000);
  for (const name of folders()) utimesSync(join(TMPDIR, name), old, old);
  const alive = join(TMPDIR, `plue-tmp-${process.pid}-alive`);
  mkdirSync(alive);
  utimesSync(alive, old, old);
  run("");
  expect(folders()).toEqual([`plue-tmp-${process.pid}-alive`]);
});
