import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandOf, Failure, run, runOrFail } from "../../../src/embedded-aws/process";

const node = (script: string) => [process.execPath, ["-e", script]] as const;

test("a failure tells the end of the output and keeps all of it in the log", async () => {
  const directory = mkdtempSync(join(tmpdir(), "plue-process-"));
  const log = join(directory, "logs", "count.log");
  const script = "for (let i = 1; i < 50; i++) console.error('line ' + i); process.exit(3)";
  const failure = await runOrFail("Counting", ...node(script), { log }).catch((error) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure.message).toMatch(/^Counting failed \(exit code 3\):\n\nline 30\n[^]*line 49$/);
  expect(failure.log).toBe(log);
  expect(readFileSync(log, "utf8")).toMatch(/^line 1\n/);
  rmSync(directory, { recursive: true });
});

test("a program that is not there is a failure, too", async () => {
  await expect(run("no-such-program", [])).rejects.toThrow(
    "no-such-program cannot be started: spawn no-such-program ENOENT",
  );
});

test("an interrupt lets a program finish what it is at", async () => {
  const controller = new AbortController();
  const script =
    "process.on('SIGINT', () => { console.log('saved'); process.exit(1); });" +
    "console.log('ready'); setInterval(() => undefined, 1000);";
  let output = "";
  const ended = run(...node(script), {
    signal: controller.signal,
    onOutput: (text) => {
      output += text;
      if (text.includes("ready")) controller.abort(new Error("stop"));
    },
  });
  await expect(ended).rejects.toThrow("stop");
  expect(output).toContain("saved");
});

test("a process is known by its command line while it runs", () => {
  expect(commandOf(process.pid)).toContain("node");
  expect(commandOf(2 ** 30)).toBeUndefined();
});
