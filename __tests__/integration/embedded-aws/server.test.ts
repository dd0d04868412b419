import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findServer, stopServer } from "../../../src/embedded-aws/server";
import { identityOf } from "../../../src/process/identity";
import { capture } from "../../../src/process/run";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { machine, pathOf } from "../../support/machine";

const repository = resolve(__dirname, "../../..");

describeEmbeddedAws("an embedded AWS whose starter is killed", () => {
  let home: string;
  const record = () => join(home, "server.json");
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), "plue-server-"))));
  afterEach(async () => {
    await stopServer(home);
    rmSync(home, { recursive: true });
  });

  /** Starts one from another program, as `npm run local` does, and kills that as soon as `when` holds. */
  async function startAndKill(when: () => boolean) {
    const options = { home, python: pathOf(machine().embeddedAws), detached: true };
    const server = JSON.stringify(join(repository, "src/embedded-aws/server"));
    const script = `require(${server}).startServer(${JSON.stringify(options)})`;
    const tsx = join(repository, "node_modules/tsx/dist/cjs/index.cjs");
    const starter = spawn(process.execPath, ["-r", tsx, "-e", script], { stdio: "ignore" });
    const ended = new Promise((done) => starter.once("close", done));
    while (!when()) await sleep(10);
    starter.kill("SIGKILL");
    await ended;
  }

  test("is stopped by the next run, though it does not listen yet", async () => {
    await startAndKill(() => existsSync(record()));
    const { pid, identity, port } = JSON.parse(readFileSync(record(), "utf8"));
    expect({ identity, port }).toEqual({ identity: identityOf(pid), port: undefined });
    expect(await findServer(home)).toBeUndefined();
    expect(await stopServer(home)).toBe(true);
    expect(identityOf(pid)).toBeUndefined();
  });

  test("is found by the next run once it listens", async () => {
    await startAndKill(() => existsSync(record()));
    const { pid } = JSON.parse(readFileSync(record(), "utf8"));
    while ((await findServer(home)) === undefined) await sleep(100);
    expect(await stopServer(home)).toBe(true);
    expect(identityOf(pid)).toBeUndefined();
  });

  test.each(["nothing", '{"pid":1,"identity":"1"}'])(
    "ends by itself where %s is on record: nobody could stop it",
    async (text) => {
      if (text !== "nothing") writeFileSync(record(), text);
      const launcher = join(repository, "src/embedded-aws/embedded_aws.py");
      const args = ["-B", launcher, "0", record()];
      const { code, stderr } = await capture(pathOf(machine().embeddedAws), args);
      expect(stderr).toContain(`${record()} does not name this process`);
      expect(code).toBe(1);
      rmSync(record(), { force: true });
    },
  );
});
