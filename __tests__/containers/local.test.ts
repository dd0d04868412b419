import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RDSClient, RebootDBInstanceCommand } from "@aws-sdk/client-rds";
import { cleanEnvironment } from "../../src/embedded-aws/environment";
import { CONTAINERS_DIR } from "../support/docker/engine";
import { copyOfProject, plueEnds, project, type PlueResult } from "../support/plue";

/** Prints what `docker` prints. */
const docker = (...args: string[]) => execFileSync("docker", args, { encoding: "utf8" }).trim();

/** The two commands of `npm run local`, and the two more that run Plue, with the images' fixture. */
describe("Plue on the embedded AWS", () => {
  let folder: string;
  let port: number;
  let url: string;
  let label: string;

  /** Every container, network and volume of this embedded AWS. */
  function ours(): string[] {
    return [
      docker("ps", "--all", "--quiet", "--filter", label),
      docker("network", "ls", "--quiet", "--filter", label),
      docker("volume", "ls", "--quiet", "--filter", label),
    ].flatMap((lines) => lines.split("\n").filter(Boolean));
  }

  /** The id of a container of the API server's newest task. */
  const container = (name: string) =>
    docker("ps", "--quiet", "--latest", "--filter", label, "--filter", `name=-${name}$`);

  const plue = (code: number, ...args: string[]): Promise<PlueResult> =>
    plueEnds(code, args, cleanEnvironment(), folder);

  const get = async (path: string) => {
    const answer = await fetch(url + path).catch(() => undefined);
    return { status: answer?.status, text: await answer?.text() };
  };

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(500);
  }

  beforeAll(async () => {
    folder = copyOfProject("local", (text) => text);
    symlinkSync(join(project, "docker"), join(folder, "docker"));
    // The virtual environment of the other tests, which takes long to install.
    const [cache, home] = [join(project, ".cache/embedded-aws"), join(folder, ".local")];
    mkdirSync(home);
    // As runtime/cleaning.py has it: other embedded AWS may run at the same time.
    const identity = createHash("sha256").update(realpathSync(home)).digest("hex").slice(0, 12);
    label = `label=plue.embedded-aws=${identity}`;
    for (const name of existsSync(cache) ? readdirSync(cache) : []) {
      if (/^venv-\w+$/.test(name)) symlinkSync(join(cache, name), join(home, name));
    }
    const { stderr } = await plue(0, "local", "up");
    url = /starts Plue at (\S+?)\.$/m.exec(stderr)![1]!;
    port = JSON.parse(readFileSync(join(home, "server.json"), "utf8")).port as number;
    const bases = ["BUILDKIT_SYNTAX", "DEBIAN_IMAGE", "NODE_IMAGE", "PYTHON_IMAGE"]
      .filter((name) => process.env[name])
      .flatMap((name) => ["--build-arg", `${name}=${process.env[name]}`]);
    const options = [...bases, "--build-context", `rds-ca=${join(CONTAINERS_DIR, "rds-ca")}`];
    const source = join(CONTAINERS_DIR, "plue");
    const built = await plue(
      0,
      "images",
      "local",
      "--source",
      source,
      "--tag",
      "v1",
      "--",
      ...options,
    );
    // No image was deployed before.
    expect(built.stderr).not.toContain("no longer in ECR");
    await plue(0, "deploy", "local", "--tag", "v1", "--migrate", "--yes");
  });

  afterAll(async () => {
    await plue(0, "local", "down");
    rmSync(folder, { recursive: true, force: true });
  });

  test("answers at the printed address, page and API by the listener's rules", async () => {
    expect(await get("/")).toMatchObject({
      status: 200,
      text: expect.stringContaining("<title>Plue</title>"),
    });
    expect(await get("/api/health")).toEqual({ status: 200, text: "healthy" });
    expect((await get("/api/users")).status).toBe(200);
  });

  test("shows by status, logs and doctor what runs", async () => {
    const status = await plue(0, "status", "local");
    expect(status.stdout).toMatch(/api +1 +1 +1 +COMPLETED +v1/);
    expect(status.stdout).toMatch(/api's targets +1 healthy/);
    expect(status.stdout).toMatch(/last migration +done/);
    const log = await plue(0, "logs", "local", "api", "--since", "10m");
    expect(log.stdout).toContain("Server listening");
    const { stdout } = await plue(0, "doctor", "local");
    expect(stdout).toMatch(/ok +API server is healthy behind the load balancer +1 healthy/);
    expect(stdout).not.toMatch(/^✗ failed/m);
  });

  test("enters a container by exec", async () => {
    const { stdout } = await plue(0, "exec", "local", "api", "--", "id", "-u");
    expect(stdout).toBe("1000\n");
    await plue(7, "exec", "local", "api", "--", "sh", "-c", "exit 7");
  });

  test("replaces a task that is killed", async () => {
    const killed = container("api-server");
    docker("kill", killed);
    while ([killed, ""].includes(container("api-server"))) await sleep(500);
    await until(async () => (await get("/api/health")).status === 200);
  });

  test("connects again after the database was restarted", async () => {
    const rds = new RDSClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "local-plue-db" }));
    await until(async () => {
      const { stdout } = await plue(0, "status", "local").catch(() => ({ stdout: "" }));
      return stdout.includes("available, postgres");
    });
    await until(async () => (await get("/api/users")).status === 200);
  });

  test("takes a bad image back, and reports why", async () => {
    const registry = "123456789012.dkr.ecr.us-east-1.amazonaws.com/local-plue-";
    for (const image of ["api-server", "web-app", "db-migrate"]) {
      // The migrations' program knows no command "server".
      docker("tag", `${registry}db-migrate:v1`, `${registry}${image}:bad`);
    }
    await until(async () => {
      const images = await plue(0, "plan", "local", "--tag", "bad").catch(() => undefined);
      return images !== undefined;
    });
    const { stderr } = await plue(1, "deploy", "local", "--tag", "bad", "--yes");
    expect(stderr).toMatch(/the API server's deployment failed: .*tasks failed to start/);
    expect(stderr).toContain("Essential container in task exited");
    // The tasks that started before there were images are not the reason.
    expect(stderr).not.toContain("CannotPullContainerError");
    // The log of a task that failed, not of one that was stopped when the deployment was given up.
    expect(stderr).not.toContain("(none)");
    expect((await get("/api/health")).status).toBe(200);
    const status = await plue(0, "status", "local");
    expect(status.stderr).toContain("api runs v1, but a deploy without --tag would start bad");
    const log = readFileSync(join(folder, ".local/logs/server.log"), "utf8");
    expect(log).toMatch(
      /^Notification of local-plue-alerts: "A deployment failed: \S+api-server\./m,
    );
  });

  test("is replaced by a restart without a failed request", async () => {
    const codes = new Set<number | undefined>();
    let done = false;
    const restarted = plue(0, "restart", "local", "web").finally(() => (done = true));
    while (!done) {
      codes.add((await get("/")).status);
      await sleep(100);
    }
    await restarted;
    expect([...codes]).toEqual([200]);
  });

  test("leaves nothing behind, though it was killed", async () => {
    const { pid } = JSON.parse(readFileSync(join(folder, ".local/server.json"), "utf8")) as {
      pid: number;
    };
    process.kill(pid, "SIGKILL");
    expect(ours()).not.toEqual([]);
    await plue(0, "local", "down");
    expect(ours()).toEqual([]);
  });
});
