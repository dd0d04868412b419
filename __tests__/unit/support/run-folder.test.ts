import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sweep } from "../../support/run-folder";

test("what a killed run of the tests left goes with the next run, and what another still uses stays", async () => {
  const root = mkdtempSync(join(tmpdir(), "plue-sweep-"));
  try {
    const noProcess = 2 ** 30;
    for (const pid of [noProcess, process.pid]) {
      mkdirSync(join(root, `plue-tests-${pid}-a`, "home"), { recursive: true });
      writeFileSync(join(root, `plue-tests-${pid}-a`, "machine.json"), "{}");
    }
    await sweep(root);
    expect(readdirSync(root)).toEqual([`plue-tests-${process.pid}-a`]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("the tests of this run write to a folder of its own", () => {
  expect(tmpdir()).toMatch(/plue-tests-\d+-\w+$/);
});
