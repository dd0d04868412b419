import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../../../src/embedded-aws/process";
import { lockRun } from "../../../../src/operations/local/run-lock";

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "plue-lock-"))));
afterEach(() => rmSync(home, { recursive: true }));

test("a second run is refused while the first is at work", () => {
  const first = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)", "main.ts"]);
  writeFileSync(join(home, "run.lock"), String(first.pid));
  try {
    expect(() => lockRun(home)).toThrow(Failure);
    expect(() => lockRun(home)).toThrow(`process ${first.pid}`);
  } finally {
    first.kill();
  }
});

test.each([
  ["was killed", String(2 ** 30)],
  ["was killed and whose process id another program has now", String(process.ppid)],
  ["was killed before it had written anything", ""],
])("the lock of a run that %s is taken over", (_case, content) => {
  writeFileSync(join(home, "run.lock"), content);
  const release = lockRun(home);
  release();
  expect(existsSync(join(home, "run.lock"))).toBe(false);
});
