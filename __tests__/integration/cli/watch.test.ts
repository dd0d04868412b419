import { join } from "node:path";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { spawn } from "@cdktf/node-pty-prebuilt-multiarch";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { project } from "../../support/plue";

describeEmbeddedAws("plue status --watch on a terminal of 80 columns", () => {
  let aws: EmbeddedAws;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
    // Everything that status needs.
    const ecs = new ECSClient(aws.client);
    const cluster = "local-plue-cluster";
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    for (const serviceName of ["local-plue-api-server", "local-plue-web-app"]) {
      const image = `registry.example.com/${"long-".repeat(8)}name:${"0123456789".repeat(4)}`;
      await ecs.send(
        new RegisterTaskDefinitionCommand({
          family: serviceName,
          containerDefinitions: [{ name: "main", image, memory: 128 }],
        }),
      );
      await ecs.send(
        new CreateServiceCommand({
          cluster,
          serviceName,
          taskDefinition: serviceName,
          desiredCount: 1,
        }),
      );
    }
  });
  afterAll(() => aws?.stop());

  test("refreshes, fits into the columns, and restores the terminal after Ctrl-C", async () => {
    const program = spawn(
      process.execPath,
      [join(project, "bin/plue.js"), "status", "local", "--watch"],
      { cols: 80, rows: 40, cwd: project, env: { ...aws.env, TERM: "xterm-256color" } },
    );
    let output = "";
    let interrupted = false;
    const looks = () => output.split("Ctrl-C ends").length - 1;
    program.onData((text) => {
      output += text;
      // Only once: with each Ctrl-C a terminal discards output that it has not shown yet.
      if (looks() === 2 && !interrupted) program.write("\u0003");
      interrupted ||= looks() === 2;
    });
    const code = await new Promise<number>((done) => {
      program.onExit(({ exitCode }) => done(exitCode));
    });
    expect(code).toBe(130);
    const [, drawn, left] = /\u001b\[\?1049h(.*)\u001b\[\?1049l(.*)/s.exec(output)!;
    const lines = drawn!.replace(/\u001b\[[\d;?]*[A-Za-z]/g, "").split(/\r?\n/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(drawn).toContain("cannot be read");
    expect(drawn).toContain("\u001b[?25h");
    expect(left).toMatch(/^local: account 123456789012/);
  });
});
