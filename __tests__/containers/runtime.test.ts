import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type ContainerDefinition,
  type Task,
} from "@aws-sdk/client-ecs";
import {
  CreateAccessPointCommand,
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from "@aws-sdk/client-rds";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { startServer, stopServer } from "../../src/embedded-aws/server";
import { findPython } from "../../src/embedded-aws/tools";
import { ensureVenv } from "../../src/embedded-aws/venv";
import { docker, images } from "../support/docker/engine";
import { createNetwork, type EmbeddedNetwork } from "../support/embedded-network";
import { project } from "../support/plue";

/** ECS and RDS of the embedded AWS with containers, beyond the needs of Plue. */
describe("the runtime of the embedded AWS", () => {
  const homes: string[] = [];
  let python: string;
  let network: EmbeddedNetwork;
  let ecs: ECSClient;
  let rds: RDSClient;
  let iam: IAMClient;
  let secrets: SecretsManagerClient;
  let logs: CloudWatchLogsClient;
  let role: string;
  let secret: string;
  let volume: { fileSystemId: string; accessPointId: string };
  const cluster = "test";
  const password = "it's-secret-1";
  const database = "runtime-test-db";
  const host = `${database}.aaaaaaaaaa.us-east-1.rds.amazonaws.com`;

  async function start() {
    const home = mkdtempSync(join(tmpdir(), "plue-runtime-"));
    homes.push(home);
    return startServer({ home, python, parts: ["runtime"] });
  }

  async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
    for (;;) {
      const found = await look();
      if (found) return found;
      await sleep(300);
    }
  }

  const statusOfDatabase = async () =>
    (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances![0]!.DBInstanceStatus;
  const available = () => until(async () => (await statusOfDatabase()) === "available");

  const allow = (...actions: string[]) =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName: "task",
        PolicyName: "allow",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
        }),
      }),
    );

  beforeAll(async () => {
    const { found } = await findPython({});
    python = await ensureVenv({ home: join(project, ".cache/embedded-aws"), python: found! });
    const { endpoint } = await start();
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const config = { endpoint, region: "us-east-1", credentials };
    network = await createNetwork(config);
    ecs = new ECSClient(config);
    rds = new RDSClient(config);
    iam = new IAMClient(config);
    logs = new CloudWatchLogsClient(config);
    secrets = new SecretsManagerClient(config);
    await rds.send(
      new CreateDBSubnetGroupCommand({
        DBSubnetGroupName: "test",
        DBSubnetGroupDescription: "test",
        SubnetIds: network.subnets,
      }),
    );
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName: "test",
        DBParameterGroupFamily: "postgres16",
        Description: "test",
      }),
    );
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: database,
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        EngineVersion: "16",
        DBName: "plue",
        MasterUsername: "plue",
        MasterUserPassword: password,
        AllocatedStorage: 20,
        StorageType: "gp3",
        DBSubnetGroupName: "test",
        VpcSecurityGroupIds: network.groups,
        DBParameterGroupName: "test",
        EnableCloudwatchLogsExports: ["postgresql"],
      }),
    );
    const { Role: made } = await iam.send(
      new CreateRoleCommand({
        RoleName: "task",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "ecs-tasks.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      }),
    );
    role = made!.Arn!;
    await allow("logs:*", "secretsmanager:*");
    const created = await secrets.send(
      new CreateSecretCommand({ Name: "database", SecretString: JSON.stringify({ password }) }),
    );
    secret = created.ARN!;
    await logs.send(new CreateLogGroupCommand({ logGroupName: "/ecs/test" }));
    const efs = new EFSClient(config);
    const { FileSystemId } = await efs.send(
      new CreateFileSystemCommand({ CreationToken: "test", Encrypted: true }),
    );
    for (const SubnetId of network.subnets) {
      await efs.send(
        new CreateMountTargetCommand({ FileSystemId, SubnetId, SecurityGroups: network.groups }),
      );
    }
    const { AccessPointId } = await efs.send(
      new CreateAccessPointCommand({
        FileSystemId,
        ClientToken: "test",
        PosixUser: { Uid: 1000, Gid: 1000 },
        RootDirectory: {
          Path: "/repositories",
          CreationInfo: { OwnerUid: 1000, OwnerGid: 1001, Permissions: "0750" },
        },
      }),
    );
    volume = { fileSystemId: FileSystemId!, accessPointId: AccessPointId! };
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    await available();
  });

  afterAll(async () => {
    for (const home of homes) {
      await stopServer(home);
      rmSync(home, { recursive: true, force: true });
    }
  });

  /** Runs a task; the first container is a Python program, unless it names another program. */
  async function run(program: string, ...changes: Partial<ContainerDefinition>[]): Promise<string> {
    const [first, ...others] = changes;
    const container = (change: Partial<ContainerDefinition> = {}): ContainerDefinition => ({
      name: "main",
      image: images.migrate,
      entryPoint: ["python3", "-u", "-c"],
      command: [program],
      essential: true,
      stopTimeout: 5,
      linuxParameters: { initProcessEnabled: true },
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/ecs/test",
          "awslogs-region": "us-east-1",
          "awslogs-stream-prefix": "ecs",
        },
      },
      ...change,
    });
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "test",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        executionRoleArn: role,
        taskRoleArn: role,
        volumes: [
          { name: "tmp" },
          {
            name: "repositories",
            efsVolumeConfiguration: {
              fileSystemId: volume.fileSystemId,
              transitEncryption: "ENABLED",
              authorizationConfig: { accessPointId: volume.accessPointId, iam: "ENABLED" },
            },
          },
        ],
        containerDefinitions: [container(first), ...others.map(container)],
      }),
    );
    const { tasks } = await ecs.send(
      new RunTaskCommand({
        cluster,
        taskDefinition: taskDefinition!.taskDefinitionArn,
        launchType: "FARGATE",
        networkConfiguration: {
          awsvpcConfiguration: { subnets: network.subnets, securityGroups: network.groups },
        },
      }),
    );
    return tasks![0]!.taskArn!;
  }

  async function describeTask(arn: string): Promise<Task> {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    return tasks![0]!;
  }

  const inStatus = (arn: string, status: string) =>
    until(async () => {
      const task = await describeTask(arn);
      return task.lastStatus === status && task;
    });

  async function logIn(logGroupName: string, logStreamName: string): Promise<string[]> {
    const { events } = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
    );
    return (events ?? []).map(({ message }) => message!);
  }

  const logOf = (arn: string) => logIn("/ecs/test", `ecs/main/${arn.split("/").at(-1)}`);

  /** How a program ended, and what it printed. */
  async function ended(program: string, ...changes: Partial<ContainerDefinition>[]) {
    const arn = await run(program, ...changes);
    const { stopCode, stoppedReason, containers } = await inStatus(arn, "STOPPED");
    const { exitCode, reason } = containers![0]!;
    const log = exitCode === undefined ? [] : await logOf(arn);
    return { stopCode, stoppedReason, exitCode, reason, log };
  }

  const fromSecret = (key = "password", arn = secret) => ({
    secrets: [{ name: "PGPASSWORD", valueFrom: `${arn}:${key}::` }],
  });
  const query = (sql: string, sslmode = "verify-full") =>
    [
      "import os, psycopg",
      `with psycopg.connect(host="${host}", user="plue", dbname="plue", sslmode="${sslmode}",`,
      `    sslrootcert=os.environ["PGSSLROOTCERT"], connect_timeout=5, autocommit=True) as connection:`,
      `    result = connection.execute("${sql}")`,
      "    print(result.fetchall() if result.description else 'done')",
    ].join("\n");

  test("a task's status, exit code, reasons and times are what became of its container", async () => {
    expect(await ended("print('hello'); raise SystemExit(3)")).toEqual({
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      exitCode: 3,
      reason: undefined,
      log: ["hello"],
    });
    expect(await ended("x = 'a' * 10**9")).toMatchObject({
      exitCode: 137,
      reason: "OutOfMemoryError: Container killed due to memory usage",
    });
  });

  test("a task that cannot start reports why, in AWS's words", async () => {
    const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/nothing:here";
    expect(await ended("", { image })).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringMatching(/^CannotPullContainerError: .*not found$/),
    });
    expect(await ended("", fromSecret("no-key"))).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringMatching(
        /^ResourceInitializationError: .* did not contain json key no-key$/,
      ),
    });
    await allow("logs:*");
    expect((await ended("", fromSecret())).stoppedReason).toMatch(
      /^ResourceInitializationError: .*is not authorized to perform: secretsmanager:GetSecretValue/,
    );
    await allow("secretsmanager:*");
    expect((await ended("")).stoppedReason).toMatch(
      /^ResourceInitializationError: failed to validate logger args: .*logs:CreateLogStream/,
    );
    await allow("logs:*", "secretsmanager:*");
  });

  test("a container has its user, its volumes and a root that it cannot write to", async () => {
    const program = [
      "import os",
      "stat = os.stat('/repositories')",
      "print(os.getuid(), stat.st_uid, stat.st_gid, oct(stat.st_mode & 0o777))",
      "open('/repositories/file', 'w').write('kept')",
      "open('/tmp/file', 'w').close()",
      "open('/app/file', 'w')",
    ].join("\n");
    const volumes = [
      { sourceVolume: "repositories", containerPath: "/repositories" },
      { sourceVolume: "tmp", containerPath: "/tmp" },
    ];
    const first = await ended(program, {
      user: "1000:1001",
      readonlyRootFilesystem: true,
      mountPoints: volumes,
    });
    expect(first.log[0]).toBe("1000 1000 1001 0o750");
    expect(first.log.at(-1)).toContain("Read-only file system: '/app/file'");
    const read = "import os; print(open('/repositories/file').read(), os.listdir('/tmp'))";
    const later = await ended(read, { user: "1000:1001", mountPoints: volumes });
    expect(later.log).toEqual(["kept []"]);
  });

  test("a container acts as its task role, with the CPU of its task", async () => {
    const program = [
      "import os, pathlib, re, urllib.request as u",
      "env = os.environ",
      "scope = f\"{env['AWS_ACCESS_KEY_ID']}/20300101/{env['AWS_REGION']}/sts/aws4_request\"",
      "headers = {",
      "    'Authorization': f'AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0',",
      "    'Content-Type': 'application/x-www-form-urlencoded',",
      "    'X-Amz-Security-Token': env['AWS_SESSION_TOKEN'],",
      "}",
      "body = b'Action=GetCallerIdentity&Version=2011-06-15'",
      "answer = u.urlopen(u.Request(env['AWS_ENDPOINT_URL'], body, headers)).read().decode()",
      "print(re.search('<Arn>(.*)</Arn>', answer)[1])",
      "groups = pathlib.Path('/sys/fs/cgroup')",
      "two = groups / 'cpu.max'",
      "one = [groups / 'cpu' / f'cpu.cfs_{name}_us' for name in ('quota', 'period')]",
      "quota, period = two.read_text().split() if two.exists() else [one.read_text() for one in one]",
      "print(int(quota) / int(period))",
    ].join("\n");
    const arn = await run(program);
    await inStatus(arn, "STOPPED");
    expect(await logOf(arn)).toEqual([
      `arn:aws:sts::123456789012:assumed-role/task/${arn.split("/").at(-1)}`,
      "0.25",
    ]);
  });

  test("containers share one network, and start after what they depend on", async () => {
    const serve = [
      "import http.server, pathlib, time",
      "time.sleep(2)",
      "http.server.HTTPServer(('127.0.0.1', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()",
    ].join("\n");
    const ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000').status)";
    const check = {
      command: ["CMD-SHELL", `python3 -c "${ask}"`],
      interval: 5,
      timeout: 5,
      retries: 3,
      startPeriod: 0,
    };
    const arn = await run(
      ask,
      { dependsOn: [{ containerName: "server", condition: "HEALTHY" }] },
      { name: "server", command: [serve], healthCheck: check },
    );
    const { containers } = await inStatus(arn, "STOPPED");
    expect(await logOf(arn)).toEqual(["200"]);
    expect(containers).toMatchObject([
      { name: "main", exitCode: 0 },
      { name: "server", healthStatus: "HEALTHY" },
    ]);
  });

  test("a task ends if a container that another waits for has ended, or if its network is gone", async () => {
    const healthCheck = { command: ["CMD-SHELL", "true"], interval: 5, timeout: 5, retries: 3 };
    const dependsOn = [{ containerName: "short", condition: "HEALTHY" as const }];
    const short = { name: "short", essential: false, command: [""], healthCheck };
    expect(await ended("", { dependsOn }, short)).toMatchObject({ stopCode: "TaskFailedToStart" });
    const arn = await run("import signal; signal.pause()");
    await inStatus(arn, "RUNNING");
    const holder = `name=-test-${arn.split("/").at(-1)!.slice(0, 8)}-network`;
    docker("kill", docker("ps", "--quiet", "--filter", holder));
    await inStatus(arn, "STOPPED");
  });

  test("a log has all of a long line, as several events, and of one without end", async () => {
    const { log } = await ended("print('a' * 600_000); print('b' * 600_000, end='')");
    expect(log.join("")).toBe("a".repeat(600_000) + "b".repeat(600_000));
  });

  test("a stopped task gets SIGTERM, and SIGKILL after its stop timeout", async () => {
    const wait = "import signal, time; print('up'); signal.pause()";
    const polite = await run(
      `import signal, sys; signal.signal(15, lambda *_: sys.exit(9)); ${wait}`,
    );
    const stubborn = await run(`import signal; signal.signal(15, signal.SIG_IGN); ${wait}`);
    for (const arn of [polite, stubborn]) {
      await inStatus(arn, "RUNNING");
      await until(async () => (await logOf(arn)).length > 0);
      await ecs.send(new StopTaskCommand({ cluster, task: arn, reason: "enough" }));
    }
    const tasks = await Promise.all([polite, stubborn].map((arn) => inStatus(arn, "STOPPED")));
    expect(tasks).toMatchObject([
      { stopCode: "UserInitiated", stoppedReason: "enough", containers: [{ exitCode: 9 }] },
      { stopCode: "UserInitiated", stoppedReason: "enough", containers: [{ exitCode: 137 }] },
    ]);
  });

  test("the database takes TLS only, until a parameter changes, and verify-full accepts its certificate", async () => {
    const made = await ended(query("create table kept as select 7 as seven"), fromSecret());
    expect(made.log).toEqual(["done"]);
    const ssl = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    expect((await ended(query(ssl), fromSecret())).log).toEqual(["[(True,)]"]);
    const plain = await ended(query("select 1", "disable"), fromSecret());
    expect(plain.log.join()).toContain("no encryption");
    await rds.send(
      new ModifyDBParameterGroupCommand({
        DBParameterGroupName: "test",
        Parameters: [
          { ParameterName: "rds.force_ssl", ParameterValue: "0", ApplyMethod: "immediate" },
        ],
      }),
    );
    await until(async () => (await ended(query(ssl, "disable"), fromSecret())).exitCode === 0);
  });

  test("the database starts again, with its data, where its container was killed or removed", async () => {
    const container = () => docker("ps", "--quiet", "--filter", `name=-${database}$`);
    for (const command of [["kill"], ["rm", "--force"]]) {
      docker(...command, container());
      const found = await until(async () => {
        const result = await ended(query("select * from kept"), fromSecret());
        return result.exitCode === 0 && result;
      });
      expect(found.log).toEqual(["[(7,)]"]);
    }
    const log = await logIn(`/aws/rds/instance/${database}/postgresql`, `${database}.0`);
    const lines = log.filter((line) => /^\d{4}-/.test(line));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines).toEqual([...new Set(lines)]);
  });

  test("the database keeps its data through a stop, and takes a new password", async () => {
    await rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: database }));
    const containers = () => docker("ps", "--quiet", "--filter", `name=${database}`);
    await until(() => Promise.resolve(containers() === ""));
    expect((await ended(query("select 1"), fromSecret())).exitCode).toBe(1);
    await rds.send(new StartDBInstanceCommand({ DBInstanceIdentifier: database }));
    await available();
    await rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: database,
        MasterUserPassword: "another-secret",
        ApplyImmediately: true,
      }),
    );
    const kept = "select * from kept";
    const old = await until(async () => {
      const result = await ended(query(kept), fromSecret());
      return result.exitCode === 1 && result;
    });
    expect(old.log.join()).toContain("password authentication failed");
    await secrets.send(
      new PutSecretValueCommand({
        SecretId: secret,
        SecretString: JSON.stringify({ password: "another-secret" }),
      }),
    );
    expect((await ended(query(kept), fromSecret())).log).toEqual(["[(7,)]"]);
  });

  test("two embedded AWS run side by side, and the end of one leaves the other alone", async () => {
    const arn = await run("import signal; signal.pause()");
    await inStatus(arn, "RUNNING");
    await start();
    await stopServer(homes.pop()!);
    expect((await describeTask(arn)).lastStatus).toBe("RUNNING");
    await ecs.send(new StopTaskCommand({ cluster, task: arn }));
    await inStatus(arn, "STOPPED");
  });

  test("a deleted database leaves no container and no volume, and no error is in the log", async () => {
    await rds.send(
      new DeleteDBInstanceCommand({ DBInstanceIdentifier: database, SkipFinalSnapshot: true }),
    );
    const left = () =>
      [docker("ps", "--all", "--format", "{{.Names}}"), docker("volume", "ls", "--quiet")]
        .join("\n")
        .includes(database);
    await until(() => Promise.resolve(!left()));
    const log = readFileSync(join(homes[0]!, "logs/server.log"), "utf8");
    expect(log).not.toMatch(/Traceback|failed:/);
  });
});
