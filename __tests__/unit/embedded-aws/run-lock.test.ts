import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlueError } from "../../../src/process/errors";
import { lockRun } from "../../../src/embedded-aws/run-lock";

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "plue-lock-"))));
afterEach(() => rmSync(home, { recursive: true }));

test("a second run is refused while the first is at work", async () => {
  const release = await lockRun(home);
  await expect(lockRun(home)).rejects.toThrow(PlueError);
  await release();
  await (
    await lockRun(home)
  )();
});

test("the next run gets the lock of a killed run", async () => {
  const lock = join(home, "run.lock");
  mkdirSync(lock);
  const old = new Date(Date.now() - 60_000);
  utimesSync(lock, old, old);
  const release = await lockRun(home);
  await release();
  expect(existsSync(lock)).toBe(false);
});
