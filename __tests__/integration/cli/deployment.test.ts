import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
} from "@aws-sdk/client-ecr";
import { DescribeClustersCommand } from "@aws-sdk/client-ecs";
import {
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { names } from "../../../src/names";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { copyOfProject, plueEnds, startPlue } from "../../support/plue";
import { cluster, images, LockID, usePlue } from "../../support/plue-user";

// The tests depend on their order: they follow one environment from its first day to its last, and a
// deployment of its own takes a test minutes.
describeEmbeddedAws("an environment in the hands of plue, from its first day to its last", () => {
  const user = usePlue();

  test("without the state's bucket, deploy says how to make it", async () => {
    const { stderr } = await user.ends(2, "deploy", "local", "--yes");
    expect(stderr).toContain("plue bootstrap local");
  });

  test("bootstrap makes it", async () => {
    const { stdout } = await user.ends(0, "bootstrap", "local");
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
      const { stderr } = await user.ends(2, ...args);
      expect(stderr).toContain("plue deploy local");
    }
  });

  test("plan sums up by module, and changes nothing", async () => {
    const { stdout } = await user.ends(0, "plan", "local");
    expect(stdout).toMatch(/^module\s+create$/m);
    expect(stdout).toMatch(/^network\s+\d+$/m);
    expect(stdout).toMatch(/^\d+ resources: \d+ to create\.$/m);
    const { clusters } = await user.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    expect(clusters).toEqual([]);
  });

  test("deploy without a terminal and without --yes asks for a person", async () => {
    const { stderr } = await user.ends(2, "deploy", "local", "--target-module", "ecr");
    expect(stderr).toContain("--yes");
  });

  describe("images", () => {
    const source = () => join(user.folder, "source");
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
      const ecr = new ECRClient(user.aws.client);
      const repositoryName = "local-plue-web-app";
      await ecr.send(new CreateRepositoryCommand({ repositoryName }));
      const { stderr } = await user.ends(2, "images", "local", "--source", source(), "--yes");
      expect(stderr).toContain(`aws_ecr_repository.ecr_web_app (${repositoryName})`);
      expect(stderr).toContain("remove it or give this one another name");
      // The next test starts without any: the apply has made the other two.
      for (const image of images) {
        await ecr.send(new DeleteRepositoryCommand({ repositoryName: `local-plue-${image}` }));
      }
      user.docker.take();
    });

    test("makes the repositories and nothing else, then builds and pushes all three", async () => {
      // An apply that was cut short has left one of which the state does not know.
      const repositoryName = "local-plue-web-app";
      const tags = [
        { Key: "Environment", Value: "local" },
        { Key: "Project", Value: "plue" },
      ];
      await new ECRClient(user.aws.client).send(
        new CreateRepositoryCommand({ repositoryName, tags }),
      );
      const commit = git("rev-parse", "--short=12", "HEAD");
      const { stdout, stderr } = await user.ends(
        0,
        "images",
        "local",
        "--source",
        source(),
        "--yes",
      );
      expect(stdout).toBe(`${commit}\n`);
      expect(stderr).toContain(`plue deploy local --tag ${commit}`);
      expect(stderr).toContain(`aws_ecr_repository.ecr_web_app (${repositoryName})`);

      const ecr = new ECRClient(user.aws.client);
      const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}));
      expect(repositories.map(({ repositoryName }) => repositoryName).sort()).toEqual(
        images.map((image) => `local-plue-${image}`).sort(),
      );
      const { clusters } = await user.ecs.send(
        new DescribeClustersCommand({ clusters: [cluster] }),
      );
      expect(clusters).toEqual([]);

      const { calls, password } = user.docker.take();
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
        ...user.env,
        DOCKER_FAILS: "build",
      });
      expect(result.stderr).toContain("docker says no");
      expect(result.stdout).toBe("");
      expect(user.docker.take().calls.some((call) => call.startsWith("push"))).toBe(false);
    });

    test("what is not committed is not built, unless it is given a tag", async () => {
      writeFileSync(join(source(), "build.zig"), "changed");
      const { stderr } = await user.ends(2, "images", "local", "--source", source());
      expect(stderr).toContain("not committed");
      const { stdout } = await user.ends(
        0,
        "images",
        "local",
        "--source",
        source(),
        "--tag",
        "trial",
      );
      expect(stdout).toBe("trial\n");
      user.docker.take();
    });

    test("without Docker's engine it says so, and asks AWS for nothing", async () => {
      user.proxy.operations.length = 0;
      const result = await plueEnds(
        2,
        ["images", "local", "--source", source(), "--tag", "trial"],
        { ...user.env, DOCKER_FAILS: "version" },
      );
      expect(result.stderr).toContain("Docker does not answer");
      expect(user.proxy.operations).toEqual([]);
    });
  });

  test("a tag without images is refused before anything changes", async () => {
    const { stderr } = await user.ends(2, "deploy", "local", "--tag", "v1", "--yes");
    expect(stderr).toContain("local-plue-api-server:v1");
    expect(stderr).toContain("plue images local");
    const { clusters } = await user.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    expect(clusters).toEqual([]);
  });

  test("an apply that is interrupted ends in order, and the next one goes on", async () => {
    await user.pushImages("v1");
    const first = startPlue(["deploy", "local", "--tag", "v1", "--yes"], user.env);
    await first.said(/Creation complete/);
    first.child.kill("SIGINT");
    const { code, stderr } = await first.result;
    expect(code).toBe(130);
    expect(stderr).toContain("Run the same command again");

    // A plue that is killed leaves its Terraform to finish the apply, and to hold the lock till then.
    const second = startPlue(["deploy", "local", "--tag", "v1", "--yes"], user.env);
    await second.said(/Creation complete/);
    second.child.kill("SIGKILL");
    expect((await user.ends(2, "deploy", "local", "--yes")).stderr).toMatch(
      /is locked by .* since /,
    );
    await user.lockReleased();

    const { stdout } = await user.ends(0, "deploy", "local", "--tag", "v1", "--yes", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ ecs_cluster_name: cluster });
    expect(await user.deployedTag("plue-api-server")).toBe("v1");
    await user.letServicesRun();
  });

  test("a colleague's plain plan changes nothing after it", async () => {
    expect(await user.colleaguesPlan()).toEqual([]);
  });

  test("status shows it on one screen", async () => {
    const { stdout } = await user.ends(0, "status", "local");
    expect(stdout).toMatch(/^api\s+1\s+1\s+1 .*v1$/m);
    expect(stdout).toMatch(/^database\s+available/m);
    expect(stdout).toMatch(/^file system\s+available/m);
    expect(stdout.split("\n").length).toBeLessThan(30);
    const { stdout: text } = await user.ends(0, "status", "local", "--json");
    expect(JSON.parse(text)).toMatchObject({
      services: { api: { running: 1, desired: 1, imageTag: "v1" } },
      imageTags: { api: "v1", web: "v1", migrate: "v1" },
      lastMigration: expect.stringContaining("none"),
    });
  });

  test("a state lock that is held is explained, and broken by what it says", async () => {
    const dynamodb = new DynamoDBClient(user.aws.client);
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
    const { stderr } = await user.ends(2, "deploy", "local", "--yes");
    expect(stderr).toContain("locked by ann@laptop since 2026-01-02");
    expect(stderr).toContain(`force-unlock ${lock.ID}`);
    await dynamodb.send(new DeleteItemCommand({ TableName, Key: { LockID } }));
  });

  test("destroy without a person's answer destroys nothing", async () => {
    const { stderr } = await user.ends(2, "destroy", "local");
    expect(stderr).toContain("every git repository on the file system");
    expect(stderr).toContain("--yes");
    expect(await user.deployedTag("plue-api-server")).toBe("v1");
  });

  test("destroy takes the protections off, applies the settings first, destroys, and shows what is left", async () => {
    const rds = new RDSClient(user.aws.client);
    const DBInstanceIdentifier = "local-plue-db";
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: true }));
    // What the settings say by now was never deployed: the state has neither.
    const copy = copyOfProject("local", (text) =>
      text
        .replace("...dev.database,", "...dev.database, finalSnapshot: true,")
        .replace("...dev,", "...dev, ecr: { ...dev.ecr, forceDelete: false },"),
    );
    const { stdout, stderr } = await plueEnds(0, ["destroy", "local", "--yes"], user.env, copy);
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
    // RDS makes its log group again where it still had something to write.
    const logs = new CloudWatchLogsClient(user.aws.client);
    const logGroupName = names.databaseLogGroup("local");
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const again = await user.ends(0, "destroy", "local", "--yes");
    expect(again.stderr).toContain(`${logGroupName}: AWS had made it again`);
    expect(again.stderr).toContain("plue deploy local");
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  });

  test("CI's policies allow every call that was made", async () => {
    expect(await user.notAllowed()).toEqual([]);
  });
});
