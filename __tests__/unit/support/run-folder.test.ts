import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sweep } from "../../support/run-folder";

test("the next run deletes the folder of a killed run, and keeps a folder that is in use", async () => {
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

test("this run has its own folder", () => {
  expect(tmpdir()).toMatch(/plue-tests-\d+-\w+$/);
});
