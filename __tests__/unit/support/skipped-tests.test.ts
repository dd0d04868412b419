import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { project } from "../../support/plue";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "plue-skips-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs Jest on one test file, with a list of skips that are allowed. */
function jest(test: string, allowed: object[], env: NodeJS.ProcessEnv = { CI: "true" }) {
  mkdirSync(join(folder, "__tests__"), { recursive: true });
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  const reporter = join(project, "__tests__/support/skipped-tests.js");
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(
    join(folder, "jest.config.js"),
    `module.exports = ${JSON.stringify({ reporters: [reporter], transform: {} })};`,
  );
  writeFileSync(join(folder, "__tests__/a.test.js"), test);
  writeFileSync(join(folder, "__tests__/allowed-skips.json"), JSON.stringify(allowed));
  const { status, stderr } = spawnSync("node_modules/.bin/jest", [], {
    cwd: folder,
    env: { ...process.env, CI: "", ...env },
    encoding: "utf8",
  });
  return { status, stderr };
}

const skipping = `
test("runs", () => {});
describe.skip("needs a tool", () => { test("that is missing", () => {}); });
`;
const file = "__tests__/a.test.js";
const reason = "No machine has the tool.";

test("a skipped test fails the run in CI, by name", () => {
  const { status, stderr } = jest(skipping, []);
  expect(stderr).toContain(`${file}: "needs a tool that is missing" was skipped`);
  expect(status).toBe(1);
});

test("a listed skip does not fail the run", () => {
  expect(jest(skipping, [{ file, group: "needs a tool", reason }]).status).toBe(0);
});

test("outside CI a skipped test does not fail the run", () => {
  expect(jest(skipping, [], {}).status).toBe(0);
});

test.each([
  ["a file that does not exist", { file: "__tests__/gone.test.js", group: "needs a tool", reason }],
  ["a test that does not exist", { file, group: "needs no tool", reason }],
  ["no reason", { file, group: "needs a tool", reason: " " }],
])("an entry with %s fails the run", (_, entry) => {
  const { status, stderr } = jest(`${skipping}`, [{ file, group: "needs a tool", reason }, entry]);
  expect(stderr).toContain("__tests__/allowed-skips.json: ");
  expect(status).toBe(1);
});

test.each(['test.only("runs", () => {}); test("does not run", () => {});', 'test.todo("later");'])(
  "%s counts as skipped",
  (text) => {
    expect(jest(`${text} test("also", () => {});`, []).status).toBe(1);
  },
);
