import { spawn } from "node:child_process";
import { once } from "node:events";
import { identityOf, isRunning } from "../../../src/process/identity";

test("a process has the same identity as long as it runs", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"]);
  const identity = identityOf(child.pid!);
  expect(identity).toBeTruthy();
  expect(identityOf(child.pid!)).toBe(identity);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(identityOf(child.pid!)).toBeUndefined();
});

test.each([2 ** 30, 0, -1, NaN])("%s is not a process", (pid) => {
  expect(isRunning(pid)).toBe(false);
  expect(identityOf(pid)).toBeUndefined();
});
