import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { DescribeServicesCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { names } from "../../../src/names";
import { ownProvider } from "../../support/aws-provider";
import { assume, type CiRole } from "../../support/ci-role";
import { describeEmbeddedAws, terraform } from "../../support/embedded-aws";
import { everyCall, firstCalls, rewriteJson, type Rule } from "../../support/fault-proxy";
import { plueEnds, project, startPlue } from "../../support/plue";
import { cluster, images, usePlue } from "../../support/plue-user";
import { runStep } from "../../support/workflow";

interface Services {
  services: { runningCount: number; deployments: object[]; enableExecuteCommand: boolean }[];
}
interface Tasks {
  tasks: {
    stoppedReason?: string;
    containers: { exitCode?: number; reason?: string }[];
  }[];
}

// The tests depend on their order: they share one deployment, which takes minutes, and each starts from the tag
// that the previous one deployed.
describeEmbeddedAws("plue on a deployed environment", () => {
  const user = usePlue();

  beforeAll(async () => {
    await user.ends(0, "bootstrap", "local");
    await user.ends(0, "deploy", "local", "--target-module", "ecr", "--yes");
    await user.pushImages("v1");
    await user.ends(0, "deploy", "local", "--tag", "v1", "--yes");
    await user.letServicesRun();
  });

  describe("migrate", () => {
    const migrate = async (lines: readonly string[], code: number) => {
      await user.tasksMoveOn(1_000_000);
      const running = startPlue(["migrate", "local"], user.env);
      await running.prints(/migration task \S+ starts/);
      const { taskArns = [] } = await user.ecs.send(
        new ListTasksCommand({ cluster, family: "local-plue-db-migrate" }),
      );
      const id = taskArns.at(-1)!.split("/").at(-1)!;
      await user.write("/ecs/local/plue-db-migrate", `ecs/db-migrate/${id}`, ...lines);
      await user.tasksMoveOn(1);
      const result = await running.result;
      expect([result.code, result.stderr]).toEqual([code, expect.anything()]);
      return result;
    };

    test("runs the task in the private subnets and prints its log", async () => {
      const { stdout, stderr } = await migrate(["applied 0001", "applied 0002"], 0);
      expect(stdout).toBe("applied 0001\napplied 0002\n");
      expect(stderr).toContain("The migration is done.");
      const status = await user.ends(0, "status", "local");
      expect(status.stdout).toMatch(/^last migration\s+done/m);
    });

    test("ends with the exit code of its container", async () => {
      user.proxy.rule = everyCall(
        "DescribeTasks",
        rewriteJson<Tasks>(({ tasks }) => (tasks[0]!.containers[0]!.exitCode = 7)),
      );
      const { stdout } = await migrate(["relation exists"], 7);
      expect(stdout).toContain("relation exists");
    });

    test("reports why a task never started", async () => {
      user.proxy.rule = everyCall(
        "DescribeTasks",
        rewriteJson<Tasks>(({ tasks: [task] }) => {
          task!.stoppedReason = "CannotPullContainerError: not found";
          delete task!.containers[0]!.exitCode;
        }),
      );
      const { stderr } = await migrate(["-"], 1);
      expect(stderr).toContain("did not start: CannotPullContainerError: not found");
      expect(stderr).toContain("plue images local");
    });

    test("if interrupted, reports that the task continues and how to follow it", async () => {
      await user.tasksMoveOn(1_000_000);
      const running = startPlue(["migrate", "local"], user.env);
      await running.prints(/The migration: RUNNING/);
      running.child.kill("SIGINT");
      const { code, stderr } = await running.result;
      expect(code).toBe(130);
      expect(stderr).toMatch(/task \S+ continues to run/);
      expect(stderr).toContain("plue logs local migrate --follow");
      await user.tasksMoveOn(1);
    });
  });

  test("deploy --migrate leaves the services alone if the migration fails", async () => {
    await user.pushImages("v2");
    user.proxy.rule = everyCall(
      "DescribeTasks",
      rewriteJson<Tasks>(({ tasks }) => (tasks[0]!.containers[0]!.exitCode = 3)),
    );
    await user.ends(3, "deploy", "local", "--tag", "v2", "--migrate", "--yes");
    expect(await user.deployedTag("plue-api-server")).toBe("v1");
    // No later plan deploys them either.
    expect(await user.colleaguesPlan()).toEqual([]);
  });

  test("the workflows migrate, then deploy, each job with its role; a plain plan keeps the new tag", async () => {
    const cwd = join(user.folder, "checkout");
    const out = join(cwd, "cdktf.out");
    mkdirSync(join(cwd, ".cache/review"), { recursive: true });
    symlinkSync(join(project, "bin"), join(cwd, "bin"));
    const npx = `#!/bin/sh\nshift\nexec node '${project}/bin/plue.js' "$@"\n`;
    writeFileSync(join(user.folder, "bin/npx"), npx, { mode: 0o755 });
    const source = join(cwd, ".cache/plue");
    execFileSync("git", ["init", "-q", source]);
    const git = ["-C", source, "-c", "user.name=a", "-c", "user.email=a@b"];
    execFileSync("git", [...git, "commit", "-q", "--allow-empty", "-m", "first"]);

    const values = {
      "inputs.environment": "local",
      "matrix.environment": "local",
      "needs.images.outputs.tag": "v2",
    };
    const envOf = async (kind: CiRole["kind"]) => ({
      // A provider of its own, which has the credentials of the role.
      ...ownProvider(user.env),
      ...(await assume(user.aws.client, { kind, environment: "local" })),
      CDKTF_OUTDIR: out,
    });
    const runs = async (path: string, env: NodeJS.ProcessEnv) => {
      const { code, stdout, stderr } = await runStep(path, { cwd, env, values });
      if (code !== 0) throw new Error(`${path}: exit ${code}\n${stdout}${stderr}`);
    };
    const deploy = (step: string) => `deploy-environment.yml/${step}`;

    const pushing = await envOf("images");
    await runs(deploy("images/images"), pushing);
    expect(readFileSync(join(cwd, "output"), "utf8")).toMatch(/^tag=[0-9a-f]{12}$/m);
    user.docker.take();
    const refused = await plueEnds(2, ["restart", "local", "web"], pushing);
    expect(refused.stderr).toContain("is not authorized to perform: ecs:");

    const planning = await envOf("plan");
    await runs(deploy("plan/plue plan, for the reviewer"), planning);
    renameSync(join(cwd, "review.json"), join(cwd, ".cache/review/review.json"));
    await runs(deploy("deploy/plue deploy, only the reviewed plan"), await envOf("deploy"));
    expect(await user.deployedTag("plue-api-server")).toBe("v2");
    expect(await user.deployedTag("plue-web-app")).toBe("v2");
    // ECR must not delete the running image, nor the target of a rollback.
    for (const image of images) expect(await user.keptTags(image)).toEqual(["v1", "v2"]);
    await user.letServicesRun();

    await runs("ci.yml/plan/terraform plan", planning);
    expect(readFileSync(join(out, "stacks/local/plan.txt"), "utf8")).toContain("No changes.");
    await runs("ci.yml/plan/page", planning);
    expect(readFileSync(join(cwd, "plan-local.html"), "utf8")).toContain("<svg");
  });

  test("rollback deploys the previous tag, and a plain plan keeps it", async () => {
    const { stderr } = await user.ends(0, "rollback", "local", "api", "--yes");
    expect(stderr).toContain("is rolled back to v1");
    expect(await user.deployedTag("plue-api-server")).toBe("v1");
    expect(await user.deployedTag("plue-web-app")).toBe("v2");
    expect(await user.colleaguesPlan()).toEqual([]);
  });

  test("rollback to a deleted image is refused", async () => {
    const { stderr } = await user.ends(2, "rollback", "local", "api", "--to", "v0", "--yes");
    expect(stderr).toContain("local-plue-api-server:v0");
  });

  test("restart forces a new deployment and waits until it is stable", async () => {
    const id = async () => {
      const { services = [] } = await user.ecs.send(
        new DescribeServicesCommand({ cluster, services: ["local-plue-web-app"] }),
      );
      return services[0]!.deployments![0]!.id;
    };
    const before = await id();
    const { stderr } = await user.ends(0, "restart", "local", "web");
    expect(stderr).toContain("The web app is stable.");
    expect(await id()).not.toBe(before);
  });

  describe("a deployment that does not become healthy", () => {
    const task = (id: string) => `arn:aws:ecs:us-east-1:123456789012:task/local-plue-cluster/${id}`;
    /** ECS, with two tasks of the API server that were stopped, the newer one in no special place. */
    const stoppedTasks: Rule = (operation) => {
      const answer = (body: object) => ({ status: 200, body: JSON.stringify(body) });
      if (operation === "ListTasks") return answer({ taskArns: [task("a"), task("b")] });
      const [older, newer] = [1_700_000_000, 1_700_000_100];
      if (operation !== "DescribeTasks") return undefined;
      return answer({
        tasks: [
          { taskArn: task("a"), createdAt: newer, stoppedReason: "Essential container exited" },
          { taskArn: task("b"), createdAt: older, stoppedReason: "Scaling activity" },
        ],
      });
    };

    beforeAll(async () => {
      await user.write("/ecs/local/plue-api-server", "ecs/api-server/a", "out of memory");
      await user.write("/ecs/local/plue-api-server", "ecs/api-server/b", "scaled in");
      await user.write("/ecs/local/plue-api-server", "ecs/api-server/c", "of another task");
    });

    test("ends at the deadline, with the last log lines", async () => {
      const noneRuns = everyCall(
        "DescribeServices",
        rewriteJson<Services>(({ services }) => (services[0]!.runningCount = 0)),
      );
      user.proxy.rule = (operation) => noneRuns(operation) ?? stoppedTasks(operation);
      const { stderr } = await user.ends(1, "restart", "local", "api", "--timeout", "2");
      expect(stderr).toContain("0 of 1 running");
      expect(stderr).toMatch(/Why tasks stopped:\n {2}Essential container exited\n {2}Scaling/);
      expect(stderr).toContain("out of memory");
      expect(stderr).not.toContain("of another task");
      expect(stderr).toContain("plue rollback local api");
    });

    test("is not reported as stable before ECS has completed it, although enough tasks run", async () => {
      user.proxy.rule = everyCall(
        "DescribeServices",
        rewriteJson<Services>(({ services }) =>
          Object.assign(services[0]!.deployments[0]!, { rolloutState: "IN_PROGRESS" }),
        ),
      );
      const { stderr } = await user.ends(1, "restart", "local", "api", "--timeout", "2");
      expect(stderr).toContain("1 of 1 running, IN_PROGRESS");
    });

    test("is explained with the reason of the circuit breaker", async () => {
      const failed = {
        rolloutState: "FAILED",
        rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
      };
      user.proxy.rule = everyCall(
        "DescribeServices",
        rewriteJson<Services>(({ services }) =>
          Object.assign(services[0]!.deployments[0]!, failed),
        ),
      );
      const { stderr } = await user.ends(1, "restart", "local", "api");
      expect(stderr).toContain("circuit breaker: tasks failed to start");
    });
  });

  test("logs prints the log, and only matching lines with a filter", async () => {
    const group = "/ecs/local/plue-web-app";
    await user.write(group, "ecs/web-app/b", "GET /");
    await user.write(group, "ecs/web-app/c", "ERROR 502");
    await user.write(group, "ecs/web-app/b", "GET /a");
    const { stdout } = await user.ends(0, "logs", "local", "web", "--since", "1h");
    expect(stdout.match(/(GET|ERROR) \S+$/gm)).toEqual(["GET /", "ERROR 502", "GET /a"]);
    const filtered = await user.ends(0, "logs", "local", "web", "--filter", "ERROR");
    expect(filtered.stdout.match(/(GET|ERROR) \S+$/gm)).toEqual(["ERROR 502"]);
  });

  test("logs --follow continues until it is interrupted", async () => {
    const running = startPlue(["logs", "local", "migrate", "--follow", "--since", "1h"], user.env);
    let shown = "";
    const seen = new Promise<void>((done) => {
      running.child.stdout!.on("data", (text: string) => {
        shown += text;
        if (shown.includes("later")) done();
      });
    });
    await user.write("/ecs/local/plue-db-migrate", "ecs/db-migrate/later", "later");
    await seen;
    running.child.kill("SIGINT");
    expect((await running.result).code).toBe(130);
  });

  test("exec explains how to switch ECS Exec on", async () => {
    user.proxy.rule = everyCall(
      "DescribeServices",
      rewriteJson<Services>(({ services }) => (services[0]!.enableExecuteCommand = false)),
    );
    const { stderr } = await user.ends(2, "exec", "local", "web");
    expect(stderr).toContain("webApp.executeCommand");
    expect(stderr).toContain("src/environments/local.ts");
  });

  test("exec reports a missing program", async () => {
    const result = await plueEnds(2, ["exec", "local", "web", "--task", "a"], {
      ...user.env,
      PATH: user.folder,
    });
    expect(result.stderr).toContain("session-manager-plugin is not installed");
  });

  test.each([
    ["1.2.707.0", 7],
    ["1.2.497.0", 2],
  ])(
    "exec with the plugin %s ends with %d, and shows no token to others",
    async (version, code) => {
      const tools = mkdtempSync(join(user.folder, "plugin-"));
      writeFileSync(
        join(tools, "session-manager-plugin"),
        [
          "#!/bin/sh",
          `if [ "$1" = --version ]; then echo ${version}; exit; fi`,
          `printf '%s\\n' "$@" > ${tools}/arguments; printenv "$1" > ${tools}/session; exit 7`,
        ].join("\n"),
        { mode: 0o755 },
      );
      const session = {
        sessionId: "s-1",
        streamUrl: "wss://stream",
        tokenValue: "a-secret-token",
      };
      user.proxy.rule = everyCall("ExecuteCommand", {
        status: 200,
        body: JSON.stringify({ session }),
      });
      const result = await plueEnds(code, ["exec", "local", "api", "--task", "a"], {
        ...user.env,
        PATH: `${tools}:${user.env.PATH}`,
      });
      expect(result.stdout + result.stderr).not.toContain(session.tokenValue);
      if (code === 2) {
        expect(result.stderr).toContain("1.2.497.0 takes the session's token as an argument");
        expect(existsSync(join(tools, "arguments"))).toBe(false);
        return;
      }
      const received = (name: string) => readFileSync(join(tools, name), "utf8");
      expect(received("arguments")).toBe(
        "AWS_SSM_START_SESSION_RESPONSE\nus-east-1\nStartSession\n",
      );
      expect(JSON.parse(received("session"))).toEqual(session);
    },
  );

  test("control characters in a log line are escaped", async () => {
    const line = "\u001b]0;title\u0007\u001b[2J\u009b1A\u202ereally";
    await user.write("/ecs/local/plue-db-migrate", "ecs/db-migrate/hostile", line);
    const shown = await user.ends(0, "logs", "local", "migrate", "--since", "1m");
    expect(shown.stdout).toContain("\\u001b]0;title\\u0007\\u001b[2J\\u009b1A\\u202ereally");

    expect(shown.stdout + shown.stderr).not.toMatch(/[\u001b\u0007\u009b\u202e]/);
  });

  describe("doctor", () => {
    const doctor = async (code: number) => {
      const { stdout } = await user.ends(code, "doctor", "local", "--json");
      const checks = JSON.parse(stdout) as { check: string; result: string; saw: string }[];
      // No task runs on the embedded AWS, so no target registers with the load balancer.
      expect(checks.filter(({ check }) => check.endsWith("behind the load balancer"))).toEqual(
        ["API server", "web app"].map((title) => ({
          group: "targets",
          check: `${title} is healthy behind the load balancer`,
          result: "unknown",
          saw: "no target is registered; no Docker engine runs this embedded AWS's tasks",
        })),
      );
      return checks.filter(({ result }) => result === "failed");
    };

    test("finds no fault in a good deployment", async () => {
      expect(await doctor(0)).toEqual([]);
    });

    test("finds a missing rule and a missing log group, and deploy recreates both", async () => {
      const ec2 = new EC2Client(user.aws.client);
      const { SecurityGroups = [] } = await ec2.send(
        new DescribeSecurityGroupsCommand({
          Filters: [{ Name: "group-name", Values: ["local-plue-db-sg"] }],
        }),
      );
      const { GroupId, IpPermissions } = SecurityGroups[0]!;
      await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
      await new CloudWatchLogsClient(user.aws.client).send(
        new DeleteLogGroupCommand({ logGroupName: "/ecs/local/plue-web-app" }),
      );

      expect((await doctor(1)).map(({ check, saw }) => `${check}: ${saw}`)).toEqual([
        "log group /ecs/local/plue-web-app: it is missing",
        expect.stringMatching(/^api-server may reach db: local-plue-db-sg allows no connections/),
        expect.stringMatching(/^db-migrate may reach db: local-plue-db-sg allows no connections/),
      ]);
      await user.ends(0, "deploy", "local", "--yes");
      expect(await user.deployedTag("plue-web-app")).toBe("v2");
      await user.letServicesRun();
      expect(await doctor(0)).toEqual([]);
    });
  });

  describe("when AWS fails", () => {
    const throttled = {
      status: 400,
      body: JSON.stringify({ __type: "ThrottlingException", message: "Rate exceeded" }),
    };

    test.each([
      ["throttles", throttled],
      ["fails", { status: 503, body: "{}" }],
      ["cuts the connection", "cut" as const],
    ])("and %s three times, the call is repeated", async (_what, fault) => {
      user.proxy.rule = firstCalls(3, "DescribeServices", fault);
      const { stdout } = await user.ends(0, "status", "local");
      expect(stdout).toMatch(/^api\s+1\s+1/m);
    });

    test("and throttles all calls, the message explains it and what to do", async () => {
      user.proxy.rule = everyCall("DescribeServices", throttled);
      const { stderr } = await user.ends(1, "restart", "local", "api");
      expect(stderr).toContain("ECS DescribeServices: Rate exceeded");
      expect(stderr).toContain("run the same command again");
      expect(stderr).not.toContain("    at ");
    });

    test("an unreadable part does not hide the others", async () => {
      user.proxy.rule = everyCall("DescribeFileSystems", { status: 500, body: "{}" });
      user.proxy.rule = (operation) =>
        operation.startsWith("GET /2015-02-01/file-systems")
          ? { status: 500, body: "{}" }
          : undefined;
      const { stdout } = await user.ends(0, "status", "local");
      expect(stdout).toMatch(/^file system\s+cannot be read: EFS/m);
      expect(stdout).toMatch(/^database\s+available/m);
    });

    test("expired credentials end with exit code 2", async () => {
      user.proxy.rule = everyCall("GetCallerIdentity", {
        status: 403,
        body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>",
      });
      const { stderr } = await user.ends(2, "status", "local");
      expect(stderr).toContain("expired");
      expect(stderr).toContain("aws sso login");
    });
  });

  test("a log group that AWS has recreated is imported", async () => {
    const logs = new CloudWatchLogsClient(user.aws.client);
    const logGroupName = names.databaseLogGroup("local");
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const stack = join(user.env.CDKTF_OUTDIR!, "stacks", "local");
    const address = "aws_cloudwatch_log_group.database";
    expect((await terraform(stack, ["state", "rm", address], user.env)).code).toBe(0);
    const { stderr } = await user.ends(0, "deploy", "local", "--yes");
    expect(stderr).toContain(`${address} (${logGroupName})`);
    expect(await user.colleaguesPlan()).toEqual([]);
  });

  test("the policies of CI allow every recorded call", () => {
    expect(user.notAllowed()).toEqual([]);
  });
});
