import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Interrupted, PlueError } from "../../../src/process/errors";
import { handleInterrupts, onInterrupt } from "../../../src/process/interrupt";
import { capture, follow, succeed } from "../../../src/process/run";

const node = (script: string) => [process.execPath, ["-e", script]] as const;

test("a failure contains the end of the output, and the log contains all of it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "plue-process-"));
  const log = join(directory, "logs", "count.log");
  const script = "for (let i = 1; i < 50; i++) console.error('line ' + i); process.exit(3)";
  const failure: PlueError = await succeed("Counting", ...node(script), { log }).then(
    () => Promise.reject(new Error("it did not fail")),
    (error) => error,
  );
  expect(failure).toBeInstanceOf(PlueError);
  expect(failure.message).toMatch(/^Counting failed \(exit code 3\):\n\nline 30\n[^]*line 49$/);
  expect(failure.log).toBe(log);
  expect(readFileSync(log, "utf8")).toMatch(/^line 1\n/);
  rmSync(directory, { recursive: true });
});

test("the output of a program in colour can be searched for words", async () => {
  const pieces: string[] = [];
  const script = String.raw`process.stdout.write("\u001b[31mError: \u001b[0mno such file\n")`;
  const { output } = await follow(...node(script), { onOutput: (text) => pieces.push(text) });
  expect(output).toBe("Error: no such file\n");
  expect(pieces.join("")).toContain("\u001b[31m");
});

test("a missing program is a failure too", async () => {
  await expect(capture("no-such-program", [])).rejects.toMatchObject({
    message: "no-such-program is not installed, or not on the PATH",
    exitCode: 2,
  });
});

test("the two streams of a program are captured separately", async () => {
  const script = "console.log('data'); console.error('trouble'); process.exit(4)";
  expect(await capture(...node(script))).toEqual({
    code: 4,
    stdout: "data\n",
    stderr: "trouble\n",
  });
});

test("an interrupt lets a program finish its current work", async () => {
  const script =
    "process.on('SIGINT', () => { console.log('saved'); process.exit(1); });" +
    "console.log('ready'); setInterval(() => undefined, 1000);";
  let output = "";
  const written = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  handleInterrupts();
  onInterrupt("half of it is done");
  const ended = follow(...node(script), {
    onOutput: (text) => {
      output += text;
      if (text.includes("ready")) process.emit("SIGINT");
    },
  });
  await expect(ended).rejects.toThrow(Interrupted);
  await expect(ended).rejects.toMatchObject({ exitCode: 130, advice: ["half of it is done"] });
  expect(output).toContain("saved");
  written.mockRestore();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
});
