import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  terraform,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { RecordingDocker } from "../../support/docker-stand-in";
import {
  everyCall,
  firstCalls,
  rewriteJson,
  startFaultProxy,
  type FaultProxy,
  type Rule,
} from "../../support/fault-proxy";
import { copyOfProject, plueEnds, project, startPlue } from "../../support/plue";
import { lacking } from "../../support/policies";

const cluster = "local-plue-cluster";
const LockID = { S: "plue-terraform-state/plue/local/terraform.tfstate" };
const images = ["api-server", "web-app", "db-migrate"];

interface Services {
  services: { runningCount: number; deployments: object[]; enableExecuteCommand: boolean }[];
}
interface Tasks {
  tasks: {
    stoppedReason?: string;
    containers: { exitCode?: number; reason?: string }[];
  }[];
}

// One deployment for all tests, which follow a person through its life, in their order.
describeEmbeddedAws("an environment in the hands of plue", () => {
  let folder: string;
  let aws: EmbeddedAws;
  let proxy: FaultProxy;
  let docker: RecordingDocker;
  let env: Record<string, string>;
  let ecs: ECSClient;
  let recording: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plue-deployment-"));
    // `npm run policies` names the file, to make the policies of it.
    recording = process.env.EMBEDDED_AWS_RECORDING ?? join(folder, "calls.jsonl");
    aws = await startEmbeddedAws({ recording });
    proxy = await startFaultProxy(aws.endpoint);
    docker = new RecordingDocker(folder);
    env = {
      ...aws.env,
      AWS_ENDPOINT_URL: proxy.endpoint,
      CDKTF_OUTDIR: join(folder, "mine"),
      PATH: docker.path,
    };
    ecs = new ECSClient(aws.client);
  });

  afterEach(() => {
    proxy.rule = undefined;
  });

  afterAll(async () => {
    await proxy?.stop();
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ends = (code: number, ...args: string[]) => plueEnds(code, args, env);

  /** What a colleague's plain Terraform, in a checkout of their own, would change. */
  const colleaguesPlan = async () => {
    const outdir = join(folder, "theirs");
    const own = { ...aws.env, CDKTF_OUTDIR: outdir };
    execFileSync(process.execPath, ["-r", "tsx/cjs", "main.ts"], { cwd: project, env: own });
    const stack = join(outdir, "stacks", "local");
    await terraform(stack, ["init", "-input=false"], own);
    const { code, stdout } = await terraform(stack, ["plan", "-detailed-exitcode"], own);
    return code === 0 ? [] : (stdout.match(/^ +# .*$|^Error: .*$/gm) ?? stdout);
  };

  const pushImages = async (imageTag: string) => {
    const ecr = new ECRClient(aws.client);
    for (const image of images) {
      await ecr.send(
        new PutImageCommand({
          repositoryName: `local-plue-${image}`,
          imageTag,
          imageManifest: JSON.stringify({
            schemaVersion: 2,
            mediaType: "application/vnd.docker.distribution.manifest.v2+json",
            config: { digest: `sha256:${imageTag}` },
            layers: [],
          }),
        }),
      );
    }
  };

  const deployedTag = async (task: string) => {
    const { services: [service] = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster, services: [`local-${task}`] }),
    );
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: service!.taskDefinition }),
    );
    return taskDefinition!.containerDefinitions![0]!.image!.split(":").at(-1);
  };

  /** The embedded AWS starts no tasks; a count that is set by hand it takes for running ones. */
  const letServicesRun = async () => {
    for (const service of ["local-plue-api-server", "local-plue-web-app"]) {
      await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 1 }));
    }
  };

  /** Moves the migration task on with each look at it, or never. */
  const tasksMoveOn = (times: number) =>
    fetch(`${aws.endpoint}/moto-api/state-manager/set-transition`, {
      method: "POST",
      body: JSON.stringify({
        model_name: "ecs::task",
        transition: { progression: "manual", times },
      }),
    });

  const lockReleased = async () => {
    const dynamodb = new DynamoDBClient(aws.client);
    const lock = new GetItemCommand({ TableName: "terraform-state-lock", Key: { LockID } });
    while ((await dynamodb.send(lock)).Item) await sleep(500);
  };

  const write = async (group: string, stream: string, ...lines: string[]) => {
    const logs = new CloudWatchLogsClient(aws.client);
    const names = { logGroupName: group, logStreamName: stream };
    await logs.send(new CreateLogStreamCommand(names));
    const logEvents = lines.map((message, index) => ({ message, timestamp: Date.now() + index }));
    await logs.send(new PutLogEventsCommand({ ...names, logEvents }));
  };

  test("without the state's bucket, deploy says how to make it", async () => {
    const { stderr } = await ends(2, "deploy", "local", "--yes");
    expect(stderr).toContain("plue bootstrap local");
  });

  test("bootstrap makes it", async () => {
    const { stdout } = await ends(0, "bootstrap", "local");
    expect(stdout).toContain("bucket plue-terraform-state");
  });

  test("before a deploy, every command that needs one says so", async () => {
    for (const args of [
      ["status", "local"],
      ["doctor", "local"],
      ["restart", "local", "api"],
      ["exec", "local", "web"],
      ["logs", "local", "api"],
      ["migrate", "local"],
    ]) {
      const { stderr } = await ends(2, ...args);
      expect(stderr).toContain("plue deploy local");
    }
  });

  test("plan sums up by module, and changes nothing", async () => {
    const { stdout } = await ends(0, "plan", "local");
    expect(stdout).toMatch(/^module\s+create$/m);
    expect(stdout).toMatch(/^network\s+\d+$/m);
    expect(stdout).toMatch(/^\d+ resources: \d+ to create\.$/m);
    const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    expect(clusters).toEqual([]);
  });

  test("deploy without a terminal and without --yes asks for a person", async () => {
    const { stderr } = await ends(2, "deploy", "local", "--target-module", "ecr");
    expect(stderr).toContain("--yes");
  });

  describe("images", () => {
    const source = () => join(folder, "source");
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", source(), "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        encoding: "utf8",
      }).trim();

    beforeAll(() => {
      execFileSync("git", ["init", "-q", source()]);
      writeFileSync(join(source(), "build.zig"), "");
      git("add", ".");
      git("commit", "-qm", "first");
    });

    test("a repository of another team is left alone, and named", async () => {
      const ecr = new ECRClient(aws.client);
      const repositoryName = "local-plue-web-app";
      await ecr.send(new CreateRepositoryCommand({ repositoryName }));
      const { stderr } = await ends(2, "images", "local", "--source", source(), "--yes");
      expect(stderr).toContain(`aws_ecr_repository.ecr_web_app (${repositoryName})`);
      expect(stderr).toContain("remove it or give this one another name");
      // The repositories that were not in the way were made.
      for (const image of images) {
        await ecr.send(new DeleteRepositoryCommand({ repositoryName: `local-plue-${image}` }));
      }
      docker.take();
    });

    test("makes the repositories and nothing else, then builds and pushes all three", async () => {
      // An apply that was cut short has left one of which the state does not know.
      const repositoryName = "local-plue-web-app";
      const tags = [
        { Key: "Environment", Value: "local" },
        { Key: "Project", Value: "plue" },
      ];
      await new ECRClient(aws.client).send(new CreateRepositoryCommand({ repositoryName, tags }));
      const commit = git("rev-parse", "--short=12", "HEAD");
      const { stdout, stderr } = await ends(0, "images", "local", "--source", source(), "--yes");
      expect(stdout).toBe(`${commit}\n`);
      expect(stderr).toContain(`plue deploy local --tag ${commit}`);
      expect(stderr).toContain(`aws_ecr_repository.ecr_web_app (${repositoryName})`);

      const ecr = new ECRClient(aws.client);
      const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}));
      expect(repositories.map(({ repositoryName }) => repositoryName).sort()).toEqual(
        images.map((image) => `local-plue-${image}`).sort(),
      );
      const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
      expect(clusters).toEqual([]);

      const { calls, password } = docker.take();
      expect(calls.join("\n")).not.toContain(password);
      expect(calls.find((call) => call.startsWith("login"))).toContain("--password-stdin");
      const targets = { cli: "api-server", web: "web-app", migrate: "db-migrate" };
      for (const [target, image] of Object.entries(targets)) {
        const uri = repositories.find(({ repositoryName }) =>
          repositoryName!.endsWith(image),
        )!.repositoryUri!;
        const build = calls.find((call) => call.includes(`--target ${target} `));
        expect(build).toContain(`--platform linux/amd64`);
        expect(build).toContain(`--build-context plue=${source()}`);
        expect(build).toContain(`--tag ${uri}:${commit}`);
        expect(calls).toContain(`push ${uri}:${commit}`);
      }
    });

    test("a build that fails stops before anything more is pushed", async () => {
      const result = await plueEnds(1, ["images", "local", "--source", source()], {
        ...env,
        DOCKER_FAILS: "build",
      });
      expect(result.stderr).toContain("docker says no");
      expect(result.stdout).toBe("");
      expect(docker.take().calls.some((call) => call.startsWith("push"))).toBe(false);
    });

    test("what is not committed is not built, unless it is given a tag", async () => {
      writeFileSync(join(source(), "build.zig"), "changed");
      const { stderr } = await ends(2, "images", "local", "--source", source());
      expect(stderr).toContain("not committed");
      const { stdout } = await ends(0, "images", "local", "--source", source(), "--tag", "trial");
      expect(stdout).toBe("trial\n");
      docker.take();
    });

    test("without Docker's engine it says so, and asks AWS for nothing", async () => {
      proxy.operations.length = 0;
      const result = await plueEnds(
        2,
        ["images", "local", "--source", source(), "--tag", "trial"],
        { ...env, DOCKER_FAILS: "version" },
      );
      expect(result.stderr).toContain("Docker does not answer");
      expect(proxy.operations).toEqual([]);
    });
  });

  test("a tag without images is refused before anything changes", async () => {
    const { stderr } = await ends(2, "deploy", "local", "--tag", "v1", "--yes");
    expect(stderr).toContain("local-plue-api-server:v1");
    expect(stderr).toContain("plue images local");
    const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    expect(clusters).toEqual([]);
  });

  test("an apply that is interrupted ends in order, and the next one goes on", async () => {
    await pushImages("v1");
    const first = startPlue(["deploy", "local", "--tag", "v1", "--yes"], env);
    await first.said(/Creation complete/);
    first.child.kill("SIGINT");
    const { code, stderr } = await first.result;
    expect(code).toBe(130);
    expect(stderr).toContain("Run the same command again");

    // A plue that is killed leaves its Terraform to finish the apply, and to hold the lock till then.
    const second = startPlue(["deploy", "local", "--tag", "v1", "--yes"], env);
    await second.said(/Creation complete/);
    second.child.kill("SIGKILL");
    expect((await ends(2, "deploy", "local", "--yes")).stderr).toMatch(/is locked by .* since /);
    await lockReleased();

    const { stdout } = await ends(0, "deploy", "local", "--tag", "v1", "--yes", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ ecs_cluster_name: cluster });
    expect(await deployedTag("plue-api-server")).toBe("v1");
    await letServicesRun();
  });

  test("a colleague's plain plan changes nothing after it", async () => {
    expect(await colleaguesPlan()).toEqual([]);
  });

  test("status shows it on one screen", async () => {
    const { stdout } = await ends(0, "status", "local");
    expect(stdout).toMatch(/^api\s+1\s+1\s+1 .*v1$/m);
    expect(stdout).toMatch(/^database\s+available/m);
    expect(stdout).toMatch(/^file system\s+available/m);
    expect(stdout.split("\n").length).toBeLessThan(30);
    const { stdout: text } = await ends(0, "status", "local", "--json");
    expect(JSON.parse(text)).toMatchObject({
      services: { api: { running: 1, desired: 1, imageTag: "v1" } },
      imageTags: { api: "v1", web: "v1", migrate: "v1" },
      lastMigration: expect.stringContaining("none"),
    });
  });

  describe("migrate", () => {
    const migrate = async (lines: readonly string[], code: number) => {
      await tasksMoveOn(1_000_000);
      const running = startPlue(["migrate", "local"], env);
      await running.said(/migration task \S+ starts/);
      const { taskArns = [] } = await ecs.send(
        new ListTasksCommand({ cluster, family: "local-plue-db-migrate" }),
      );
      const id = taskArns.at(-1)!.split("/").at(-1)!;
      await write("/ecs/local/plue-db-migrate", `ecs/db-migrate/${id}`, ...lines);
      await tasksMoveOn(1);
      const result = await running.result;
      expect([result.code, result.stderr]).toEqual([code, expect.anything()]);
      return result;
    };

    test("runs the task in the private subnets and prints its log", async () => {
      const { stdout, stderr } = await migrate(["applied 0001", "applied 0002"], 0);
      expect(stdout).toBe("applied 0001\napplied 0002\n");
      expect(stderr).toContain("The migration is done.");
      const status = await ends(0, "status", "local");
      expect(status.stdout).toMatch(/^last migration\s+done/m);
    });

    test("ends with the exit code of its container", async () => {
      proxy.rule = everyCall(
        "DescribeTasks",
        rewriteJson<Tasks>(({ tasks }) => (tasks[0]!.containers[0]!.exitCode = 7)),
      );
      const { stdout } = await migrate(["relation exists"], 7);
      expect(stdout).toContain("relation exists");
    });

    test("says why a task never started", async () => {
      proxy.rule = everyCall(
        "DescribeTasks",
        rewriteJson<Tasks>(({ tasks: [task] }) => {
          task!.stoppedReason = "CannotPullContainerError: not found";
          delete task!.containers[0]!.exitCode;
        }),
      );
      const { stderr } = await migrate(["-"], 1);
      expect(stderr).toContain("never started: CannotPullContainerError: not found");
      expect(stderr).toContain("plue images local");
    });

    test("interrupted, it says that the task goes on and how to follow it", async () => {
      await tasksMoveOn(1_000_000);
      const running = startPlue(["migrate", "local"], env);
      await running.said(/The migration: RUNNING/);
      running.child.kill("SIGINT");
      const { code, stderr } = await running.result;
      expect(code).toBe(130);
      expect(stderr).toMatch(/task \S+ goes on/);
      expect(stderr).toContain("plue logs local migrate --follow");
      await tasksMoveOn(1);
    });
  });

  test("deploy --migrate leaves the services alone if the migration fails", async () => {
    await pushImages("v2");
    proxy.rule = everyCall(
      "DescribeTasks",
      rewriteJson<Tasks>(({ tasks }) => (tasks[0]!.containers[0]!.exitCode = 3)),
    );
    await ends(3, "deploy", "local", "--tag", "v2", "--migrate", "--yes");
    expect(await deployedTag("plue-api-server")).toBe("v1");
    // Nor would anybody's next plan deploy them.
    expect(await colleaguesPlan()).toEqual([]);
  });

  test("deploy --migrate migrates, then deploys; a plain plan keeps the new tag", async () => {
    await ends(0, "deploy", "local", "--tag", "v2", "--migrate", "--yes");
    expect(await deployedTag("plue-api-server")).toBe("v2");
    expect(await deployedTag("plue-web-app")).toBe("v2");
    await letServicesRun();
    expect(await colleaguesPlan()).toEqual([]);
  });

  test("rollback goes back to the tag before, and a plain plan does not go forward", async () => {
    const { stderr } = await ends(0, "rollback", "local", "api", "--yes");
    expect(stderr).toContain("goes back to v1");
    expect(await deployedTag("plue-api-server")).toBe("v1");
    expect(await deployedTag("plue-web-app")).toBe("v2");
    expect(await colleaguesPlan()).toEqual([]);
  });

  test("rollback to an image that is gone is refused", async () => {
    const { stderr } = await ends(2, "rollback", "local", "api", "--to", "v0", "--yes");
    expect(stderr).toContain("local-plue-api-server:v0");
  });

  test("restart forces a new deployment and waits until it is stable", async () => {
    const id = async () => {
      const { services = [] } = await ecs.send(
        new DescribeServicesCommand({ cluster, services: ["local-plue-web-app"] }),
      );
      return services[0]!.deployments![0]!.id;
    };
    const before = await id();
    const { stderr } = await ends(0, "restart", "local", "web");
    expect(stderr).toContain("The web app is stable.");
    expect(await id()).not.toBe(before);
  });

  describe("a deployment that does not get healthy", () => {
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
      await write("/ecs/local/plue-api-server", "ecs/api-server/a", "out of memory");
      await write("/ecs/local/plue-api-server", "ecs/api-server/b", "scaled in");
      await write("/ecs/local/plue-api-server", "ecs/api-server/c", "of another task");
    });

    test("is given up at the deadline, with the last log lines", async () => {
      const noneRuns = everyCall(
        "DescribeServices",
        rewriteJson<Services>(({ services }) => (services[0]!.runningCount = 0)),
      );
      proxy.rule = (operation) => noneRuns(operation) ?? stoppedTasks(operation);
      const { stderr } = await ends(1, "restart", "local", "api", "--timeout", "2");
      expect(stderr).toContain("0 of 1 running");
      expect(stderr).toMatch(/Why tasks stopped:\n {2}Essential container exited\n {2}Scaling/);
      expect(stderr).toContain("out of memory");
      expect(stderr).not.toContain("of another task");
      expect(stderr).toContain("plue rollback local api");
    });

    test("is not called stable while ECS has not completed it, though as many tasks run", async () => {
      proxy.rule = everyCall(
        "DescribeServices",
        rewriteJson<Services>(({ services }) =>
          Object.assign(services[0]!.deployments[0]!, { rolloutState: "IN_PROGRESS" }),
        ),
      );
      const { stderr } = await ends(1, "restart", "local", "api", "--timeout", "2");
      expect(stderr).toContain("1 of 1 running, IN_PROGRESS");
    });

    test("is explained by the circuit breaker's reason", async () => {
      const failed = {
        rolloutState: "FAILED",
        rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
      };
      proxy.rule = everyCall(
        "DescribeServices",
        rewriteJson<Services>(({ services }) =>
          Object.assign(services[0]!.deployments[0]!, failed),
        ),
      );
      const { stderr } = await ends(1, "restart", "local", "api");
      expect(stderr).toContain("circuit breaker: tasks failed to start");
    });
  });

  test("logs prints what was logged, and what a filter leaves of it", async () => {
    await write("/ecs/local/plue-web-app", "ecs/web-app/b", "GET /", "ERROR 502", "GET /a");
    const { stdout } = await ends(0, "logs", "local", "web", "--since", "1h");
    expect(stdout.match(/(GET|ERROR) \S+$/gm)).toEqual(["GET /", "ERROR 502", "GET /a"]);
    const filtered = await ends(0, "logs", "local", "web", "--filter", "ERROR");
    expect(filtered.stdout.match(/(GET|ERROR) \S+$/gm)).toEqual(["ERROR 502"]);
  });

  test("logs --follow goes on until it is interrupted", async () => {
    const running = startPlue(["logs", "local", "migrate", "--follow", "--since", "1s"], env);
    let shown = "";
    const seen = new Promise<void>((done) => {
      running.child.stdout!.on("data", (text: string) => {
        shown += text;
        if (shown.includes("later")) done();
      });
    });
    await write("/ecs/local/plue-db-migrate", "ecs/db-migrate/later", "later");
    await seen;
    running.child.kill("SIGINT");
    expect((await running.result).code).toBe(130);
  });

  test("exec says how to switch ECS Exec on where it is off", async () => {
    proxy.rule = everyCall(
      "DescribeServices",
      rewriteJson<Services>(({ services }) => (services[0]!.enableExecuteCommand = false)),
    );
    const { stderr } = await ends(2, "exec", "local", "web");
    expect(stderr).toContain("webApp.executeCommand");
    expect(stderr).toContain("src/environments/local.ts");
  });

  test("exec says what it needs that is not installed", async () => {
    const result = await plueEnds(2, ["exec", "local", "web", "--task", "a"], {
      ...env,
      PATH: folder,
    });
    expect(result.stderr).toContain("session-manager-plugin is not installed");
  });

  describe("doctor", () => {
    const doctor = async (code: number) => {
      const { stdout } = await ends(code, "doctor", "local", "--json");
      const checks = JSON.parse(stdout) as { check: string; result: string; saw: string }[];
      // No task runs on the embedded AWS, so nothing registers with the load balancer.
      return checks.filter(
        ({ check, result }) => result === "failed" && !check.includes("behind the load balancer"),
      );
    };

    test("finds nothing else wrong with a good deployment", async () => {
      expect(await doctor(1)).toEqual([]);
    });

    test("finds a closed way and a lost log group, and deploy puts both back", async () => {
      const ec2 = new EC2Client(aws.client);
      const { SecurityGroups = [] } = await ec2.send(
        new DescribeSecurityGroupsCommand({
          Filters: [{ Name: "group-name", Values: ["local-plue-db-sg"] }],
        }),
      );
      const { GroupId, IpPermissions } = SecurityGroups[0]!;
      await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
      await new CloudWatchLogsClient(aws.client).send(
        new DeleteLogGroupCommand({ logGroupName: "/ecs/local/plue-web-app" }),
      );

      expect((await doctor(1)).map(({ check, saw }) => `${check}: ${saw}`)).toEqual([
        "log group /ecs/local/plue-web-app: it is missing",
        expect.stringMatching(/^api-server may reach db: local-plue-db-sg lets nothing in/),
        expect.stringMatching(/^db-migrate may reach db: local-plue-db-sg lets nothing in/),
      ]);
      await ends(0, "deploy", "local", "--yes");
      expect(await deployedTag("plue-web-app")).toBe("v2");
      await letServicesRun();
      expect(await doctor(1)).toEqual([]);
    });
  });

  describe("when AWS is in trouble", () => {
    const throttled = {
      status: 400,
      body: JSON.stringify({ __type: "ThrottlingException", message: "Rate exceeded" }),
    };

    test.each([
      ["throttles", throttled],
      ["fails", { status: 503, body: "{}" }],
      ["cuts the connection", "cut" as const],
    ])("and %s three times, it is asked again", async (_what, fault) => {
      proxy.rule = firstCalls(3, "DescribeServices", fault);
      const { stdout } = await ends(0, "status", "local");
      expect(stdout).toMatch(/^api\s+1\s+1/m);
    });

    test("and goes on throttling, the message says what and what to do", async () => {
      proxy.rule = everyCall("DescribeServices", throttled);
      const { stderr } = await ends(1, "restart", "local", "api");
      expect(stderr).toContain("ECS DescribeServices: Rate exceeded");
      expect(stderr).toContain("run the same command again");
      expect(stderr).not.toContain("    at ");
    });

    test("a part that cannot be read does not hide the others", async () => {
      proxy.rule = everyCall("DescribeFileSystems", { status: 500, body: "{}" });
      proxy.rule = (operation) =>
        operation.startsWith("GET /2015-02-01/file-systems")
          ? { status: 500, body: "{}" }
          : undefined;
      const { stdout } = await ends(0, "status", "local");
      expect(stdout).toMatch(/^file system\s+cannot be read: EFS/m);
      expect(stdout).toMatch(/^database\s+available/m);
    });

    test("expired credentials need a person", async () => {
      proxy.rule = everyCall("GetCallerIdentity", {
        status: 403,
        body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>",
      });
      const { stderr } = await ends(2, "status", "local");
      expect(stderr).toContain("expired");
      expect(stderr).toContain("aws sso login");
    });
  });

  test("a state lock that is held is explained, and broken by what it says", async () => {
    const dynamodb = new DynamoDBClient(aws.client);
    const lock = {
      ID: "6b2c9b6e-1111-2222-3333-444455556666",
      Operation: "OperationTypeApply",
      Who: "ann@laptop",
      Version: "1.11.4",
      Created: "2026-01-02T03:04:05Z",
      Path: LockID.S,
    };
    const TableName = "terraform-state-lock";
    const Item = { LockID, Info: { S: JSON.stringify(lock) } };
    await dynamodb.send(new PutItemCommand({ TableName, Item }));
    const { stderr } = await ends(2, "deploy", "local", "--yes");
    expect(stderr).toContain("locked by ann@laptop since 2026-01-02");
    expect(stderr).toContain(`force-unlock ${lock.ID}`);
    await dynamodb.send(new DeleteItemCommand({ TableName, Key: { LockID } }));
  });

  test("destroy without a person's answer destroys nothing", async () => {
    const { stderr } = await ends(2, "destroy", "local");
    expect(stderr).toContain("every git repository on the file system");
    expect(stderr).toContain("--yes");
    expect(await deployedTag("plue-api-server")).toBe("v1");
  });

  test("destroy takes the protections off, applies the settings first, destroys, and shows what is left", async () => {
    const rds = new RDSClient(aws.client);
    const DBInstanceIdentifier = "local-plue-db";
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: true }));
    // What the settings say by now was never deployed: the state has neither.
    const copy = copyOfProject("local", (text) =>
      text
        .replace("...dev.database,", "...dev.database, finalSnapshot: true,")
        .replace("...dev,", "...dev, ecr: { ...dev.ecr, forceDelete: false },"),
    );
    const { stdout, stderr } = await plueEnds(0, ["destroy", "local", "--yes"], env, copy);
    expect(stderr).toContain("Taking the deletion protections off.");
    const [, snapshot] = /A final snapshot of the database stays: (\S+)\./.exec(stderr) ?? [];
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({}));
    expect(DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier)).toContain(snapshot);
    expect(stderr).toMatch(/local-plue-api-server: deleted \d+ image/);
    expect(stdout).toContain("revision of a task definition");
    rmSync(copy, { recursive: true });
    await expect(
      rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier })),
    ).rejects.toThrow(/not found/);
    const again = await ends(0, "destroy", "local", "--yes");
    expect(again.stderr).toContain("plue deploy local");
  });

  test("CI's policies allow every call that was made", async () => {
    if (process.env.EMBEDDED_AWS_RECORDING === recording) return;
    expect(await lacking(recording)).toEqual([]);
  });
});
