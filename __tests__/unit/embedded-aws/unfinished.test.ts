import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killUnfinished, markUnfinished } from "../../../src/embedded-aws/unfinished";

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "plue-home-"))));
afterEach(() => rmSync(home, { recursive: true }));

test("a run that came to its end leaves nothing to do", () => {
  expect(killUnfinished(home)).toBe(false);
});

test.each(["", '{"pid":', "null", '{"pid":"x"}'])(
  "a mark with the content %j, truncated by a full disk, means an unfinished run",
  (text) => {
    writeFileSync(join(home, "unfinished"), text);
    expect(killUnfinished(home)).toBe(true);
    expect(readdirSync(home)).toEqual([]);
  },
);

test("a process that got the id of one that is gone is not touched", () => {
  markUnfinished(home, process.pid, true);
  writeFileSync(
    join(home, `unfinished-${process.pid}`),
    JSON.stringify({ pid: process.pid, identity: "another time" }),
  );
  expect(killUnfinished(home)).toBe(true);
  // Killing it would have ended this test.
});

test("each Terraform of a killed run is killed, and only one that changes something leaves a gap", async () => {
  const started = [1, 2].map(() => spawn("sleep", ["600"], { detached: true }));
  for (const { pid } of started) markUnfinished(home, pid!, false);
  const ended = started.map((child) => once(child, "exit"));
  expect(killUnfinished(home)).toBe(false);
  for (const [code, signal] of await Promise.all(ended))
    expect([code, signal]).toEqual([null, "SIGKILL"]);
});

test("a run that has ended takes its own mark away, not that of another", () => {
  markUnfinished(home, 1, true);
  markUnfinished(home, 2, true)();
  expect(readdirSync(home)).toEqual(["unfinished-1"]);
});
