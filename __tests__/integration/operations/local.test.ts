import { spawn, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { identityOf, isRunning } from "../../../src/process/identity";
import { capture } from "../../../src/process/run";
import { describeEmbeddedAws } from "../../support/embedded-aws";

const repository = resolve(__dirname, "../../..");

// A project small enough to be deployed many times. HOLD keeps its apply from ending.
const app = `
const { mkdirSync, writeFileSync } = require("node:fs");
if (process.env.WRONG) {
  console.error("local.network.vpcCidr is 10.0.0.0/33: write a prefix of 16 to 28");
  process.exit(1);
}
const folder = process.env.CDKTF_OUTDIR + "/stacks/local";
mkdirSync(folder, { recursive: true });
writeFileSync(folder + "/cdk.tf.json", JSON.stringify({
  terraform: {
    required_providers: { aws: { source: "hashicorp/aws" } },
    backend: {
      s3: {
        bucket: "states", key: "plue/local/terraform.tfstate", region: "eu-west-1",
        dynamodb_table: "locks", encrypt: true,
      },
    },
  },
  provider: { aws: [{ region: "eu-west-1" }] },
  resource: {
    aws_ssm_parameter: { greeting: { name: "/greeting", type: "String", value: "hello" } },
    ...(process.env.HOLD && {
      terraform_data: {
        hold: { provisioner: [{ "local-exec": { command: "touch held; sleep 600" } }] },
      },
    }),
  },
  output: { greeting: { value: "\${aws_ssm_parameter.greeting.name}" } },
}));
`;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

// The tests depend on their order: each goes on from the project that the one before has left, since a
// test of its own for each would deploy, break and remove the whole project again.
describeEmbeddedAws("npm run local", () => {
  let project: string;
  const local = () => join(project, ".local");
  const held = () => join(project, "cdktf.out", "stacks", "local", "held");

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "plue-local-"));
    mkdirSync(join(project, "bin"));
    writeFileSync(join(project, "bin", "synth.js"), app);
    writeFileSync(join(project, "package.json"), '{ "version": "1.0.0" }');
  });

  afterAll(async () => {
    await command("down").ended;
    rmSync(project, { recursive: true });
  });

  function command(
    name: "up" | "down",
    environment: NodeJS.ProcessEnv = {},
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const main = JSON.stringify(join(repository, "src/cli/main"));
    const start = `require(${main}).main(process.cwd(), ["local", "${name}"]).then(process.exit)`;
    const script = ["-r", join(repository, "node_modules/tsx/dist/cjs/index.cjs"), "-e", start];
    const child = spawn(process.execPath, script, {
      cwd: project,
      // Real credentials must not matter: this profile does not exist.
      env: { ...process.env, AWS_PROFILE: "real-account", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (output += text));
    return {
      child,
      ended: new Promise((done) => child.on("close", (code) => done({ code, output }))),
    };
  }

  /** Starts a run and waits until its apply is under way. */
  async function hold() {
    rmSync(held(), { force: true });
    const started = command("up", { HOLD: "1" });
    while (!existsSync(held())) {
      if (started.child.exitCode !== null) throw new Error((await started.ended).output);
      await sleep(100);
    }
    return started;
  }

  function client() {
    const env = readFileSync(join(local(), "env"), "utf8");
    const [, endpoint] = /AWS_ENDPOINT_URL='(.*)'/.exec(env) ?? [];
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    return { endpoint: endpoint!, region: "eu-west-1", credentials };
  }

  test("reports a busy port in PLUE_LOCAL_PORT", async () => {
    const busy = createServer();
    await new Promise<void>((listening) => busy.listen(0, "127.0.0.1", listening));
    const { port } = busy.address() as { port: number };
    const { code, output } = await command("up", { PLUE_LOCAL_PORT: String(port) }).ended;
    busy.close();
    expect(output).toContain(`PLUE_LOCAL_PORT is ${port}`);
    expect(code).toBe(2);
  });

  test("deploys the stack, and prints the next steps", async () => {
    const { code, output } = await command("up").ended;
    expect(output).toContain("terraform apply ... 1 added, 0 changed, 0 destroyed");
    expect(output).toContain("terraform plan ... nothing to change");
    expect(output).toContain("greeting = /greeting");
    expect(output).toContain("npm run local:down");
    expect(code).toBe(0);
    const { Parameter } = await new SSMClient(client()).send(
      new GetParameterCommand({ Name: "/greeting" }),
    );
    expect(Parameter?.Value).toBe("hello");
  });

  test("run twice, it reuses what is there", async () => {
    const { code, output } = await command("up").ended;
    expect(output).toContain("already there");
    expect(output).toContain(`already running at ${client().endpoint}`);
    expect(output).toContain("terraform apply ... 0 added, 0 changed, 0 destroyed");
    expect(code).toBe(0);
  });

  test("points a shell at the embedded AWS", async () => {
    const { code, stdout } = await capture(
      "sh",
      ["-c", ". .local/env && terraform -chdir=cdktf.out/stacks/local state list"],
      { cwd: project, env: { PATH: process.env.PATH!, AWS_PROFILE: "real-account" } },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "aws_ssm_parameter.greeting\n" });
  });

  test("reports invalid settings, and deploys nothing", async () => {
    const { code, output } = await command("up", { WRONG: "1" }).ended;
    expect(output).toContain("local.network.vpcCidr is 10.0.0.0/33");
    expect(output).not.toContain("terraform apply");
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  test("reports a locked state, with advice", async () => {
    const info = {
      ID: "6f7a",
      Who: "me@here",
      Operation: "OperationTypeApply",
      Created: "2026-01-02T03:04:05Z",
    };
    await new DynamoDBClient(client()).send(
      new PutItemCommand({
        TableName: "locks",
        Item: {
          LockID: { S: "states/plue/local/terraform.tfstate" },
          Info: { S: JSON.stringify(info) },
        },
      }),
    );
    const { code, output } = await command("up").ended;
    expect(output).toContain("locked by me@here since 2026-01-02");
    expect(code).toBe(2);
    const [unlock] = /terraform -chdir=.* force-unlock .*/.exec(output) ?? [];
    const advice = `. .local/env && ${unlock!.replace("force-unlock", "force-unlock -force")}`;
    const env = { PATH: process.env.PATH! };
    const followed = await capture("sh", ["-c", advice], { cwd: project, env });
    expect(followed).toMatchObject({ code: 0, stderr: "" });
    expect((await command("up").ended).code).toBe(0);
  });

  /** The mark of the Terraform that works. */
  function unfinished(): { readonly pid: number; readonly identity: string } {
    const [mark] = readdirSync(local()).filter((name) => name.startsWith("unfinished-"));
    return JSON.parse(readFileSync(join(local(), mark!), "utf8"));
  }

  test("a second run at the same time is refused; Ctrl-C ends the first, and its Terraform", async () => {
    const first = await hold();
    const second = await command("up").ended;
    expect(second.output).toContain("another run works on the embedded AWS");
    expect(second.code).toBe(2);

    const { pid, identity } = unfinished();
    expect(identityOf(pid)).toBe(identity);
    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(130);
    expect(identityOf(pid)).toBeUndefined();
    expect((await command("up").ended).code).toBe(0);
  });

  test("it recovers from a killed run and a broken virtual environment", async () => {
    const killed = await hold();
    const { pid } = unfinished();
    killed.child.kill("SIGKILL");
    await killed.ended;
    const [venv] = readdirSync(local()).filter((name) => name.startsWith("venv-"));
    rmSync(join(local(), venv!, "lib"), { recursive: true });
    mkdirSync(join(local(), `venv-000000000000.${2 ** 30}`));

    const { code, output } = await command("up").ended;
    expect(output).toContain("restarted after an unfinished run");
    expect(code).toBe(0);
    expect(isRunning(pid)).toBe(false);
    expect(readdirSync(local()).filter((name) => name.startsWith("venv-"))).toEqual([venv]);
  });

  test("reports an unusable program by name", async () => {
    const tools = mkdtempSync(join(tmpdir(), "plue-tools-"));
    const old = { terraform: "Terraform v1.5.7\non linux_amd64", python3: "Python 3.8.1" };
    for (const [name, version] of Object.entries(old)) {
      writeFileSync(join(tools, name), `#!/bin/sh\necho '${version}'\n`);
      chmodSync(join(tools, name), 0o755);
    }
    const both = await command("up", { PATH: tools }).ended;
    expect(both.output).toMatch(/Terraform 1\.11 or later.* \(found Terraform 1\.5\.7\)/);
    expect(both.output).toMatch(/Python 3\.10 or later .*\(python3 is 3\.8\.1\)/);
    expect(both.code).toBe(1);
    rmSync(tools, { recursive: true });
  });

  test("down leaves nothing behind", async () => {
    const { pid } = JSON.parse(readFileSync(join(local(), "server.json"), "utf8"));
    const { code } = await command("down").ended;
    expect(code).toBe(0);
    expect(isRunning(pid)).toBe(false);
    expect(readdirSync(project).sort()).toEqual(["bin", "package.json"]);
    expect((await command("down").ended).code).toBe(0);
  });
});
