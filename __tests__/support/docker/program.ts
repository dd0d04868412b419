import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { closeSync, fchmodSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const running = new Set<Program>();

// A test that fails may leave a program behind, which would keep jest from ending.
afterAll(() => {
  for (const program of running) program.signal("SIGTERM");
});

/**
 * A running program whose output goes to a file, for nginx opens /dev/stdout by name, which Node's
 * own pipes do not allow.
 */
export class Program {
  /** Resolves to the exit code, or to 128 + N after signal N, as a shell would have it. */
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;

  constructor(
    private readonly log: string,
    command: [string, ...string[]],
    options: SpawnOptions = {},
  ) {
    const output = openSync(log, "w");
    fchmodSync(output, 0o666);
    this.child = spawn(command[0], command.slice(1), {
      ...options,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    running.add(this);
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("exit", (code, signal) => {
        running.delete(this);
        resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]);
      });
    });
  }

  /** The output on both streams. */
  get output(): string {
    return readFileSync(this.log, "utf8");
  }

  /** Ask it to end. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Wait until it has printed a text; fails when it ends before. */
  async printed(text: string): Promise<void> {
    let ended = false;
    void this.ended.then(() => (ended = true));
    await until(() => {
      if (this.output.includes(text)) return true;
      if (ended) throw new Error(`It ended without printing "${text}":\n${this.output}`);
      return false;
    });
  }
}

/**
 * Polls until a condition holds; fails when it does not after a time.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  seconds = 40,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("What was waited for did not come about");
    await sleep(20);
  }
}

/**
 * A loopback port that nothing listens on.
 */
export async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
