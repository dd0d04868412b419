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
  markUnfinished(home, process.pid);
  writeFileSync(
    join(home, "unfinished"),
    JSON.stringify({ pid: process.pid, identity: "another time" }),
  );
  expect(killUnfinished(home)).toBe(true);
  // Killing it would have ended this test.
});
