import { showChecks } from "../../../src/cli/show-checks";
import type { Check } from "../../../src/operations/inspect/doctor/check";
import { flushOutput } from "../../../src/terminal/output";

const check = (group: string, name: string, result: Check["result"], saw = "seen"): Check => ({
  ...{ group, check: name, result, saw },
  ...(result === "failed" && { fix: "repair it" }),
});

test("checks are a table by group, with failures last, which the closing line repeats", async () => {
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    jest.spyOn(process[stream], "write").mockImplementation((text, done?: unknown) => {
      printed[stream] += String(text);
      if (typeof done === "function") done();
      return true;
    });
  }
  try {
    const checks = [
      check("images", "image of the API server", "failed"),
      check("images", "image", "ok"),
      check("database", "database", "unknown", "word ".repeat(3).trim()),
    ];
    showChecks(checks, false, "fix it", "go on");
    expect(process.exitCode).toBe(1);
    await flushOutput();
  } finally {
    process.exitCode = undefined;
    jest.restoreAllMocks();
  }
  expect(printed.stdout.split("\n")).toEqual([
    "database",
    "? unknown  database  word word word",
    "images",
    "✓ ok       image                    seen",
    "✗ failed   image of the API server  seen",
    "           fix: repair it",
    "",
  ]);
  expect(printed.stderr).toBe(
    "Next: fix it\n1 ok, 1 failed, 1 unknown. Failed: image of the API server.\n",
  );
});
