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

// The tests depend on their order: they use one environment from its first deployment to its destroy, because
// a deployment for each test would take minutes.
describeEmbeddedAws("plue, from the first deployment of an environment to its destroy", () => {
  const user = usePlue();

  test("without the bucket of the state, deploy explains how to create it", async () => {
    const { stderr } = await user.ends(2, "deploy", "local", "--yes");
    expect(stderr).toContain("plue bootstrap local");
  });

  test("before a deploy, doctor compares the account's quotas with the settings", async () => {
    // Production scales to 20 tasks, and a new account has 6 vCPUs.
    const { stderr } = await user.ends(2, "doctor", "production");
    expect(stderr).toContain(
      "The quota of vCPUs of Fargate on demand is 6; production needs at least 21.",
    );
    expect(stderr).toContain("--service-code fargate --quota-code L-3032A538 --desired-value 21");
    expect(stderr).not.toContain("vCPUs of Fargate Spot");
  });

  test("bootstrap creates it", async () => {
    const { stdout } = await user.ends(0, "bootstrap", "local");
    expect(stdout).toContain("bucket plue-terraform-state");
  });

  test("before a deploy, every command that needs one reports it", async () => {
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

  test("plan summarizes by module and changes nothing", async () => {
    const { stdout } = await user.ends(0, "plan", "local");
    expect(stdout).toMatch(/^module\s+create$/m);
    expect(stdout).toMatch(/^network\s+\d+$/m);
    expect(stdout).toMatch(/^\d+ resources: \d+ to create\.$/m);
    const { clusters } = await user.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    expect(clusters).toEqual([]);
  });

  test("deploy without a terminal and without --yes ends with exit code 2", async () => {
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

    test("the repository of another team is not changed, and reported", async () => {
      const ecr = new ECRClient(user.aws.client);
      const repositoryName = "local-plue-web-app";
      await ecr.send(new CreateRepositoryCommand({ repositoryName }));
      const { stderr } = await user.ends(2, "images", "local", "--source", source(), "--yes");
      expect(stderr).toContain(`aws_ecr_repository.ecr_web_app (${repositoryName})`);
      expect(stderr).toContain("remove it or give this one another name");
      // The next test starts without repositories: the apply has created the other two.
      for (const image of images) {
        await ecr.send(new DeleteRepositoryCommand({ repositoryName: `local-plue-${image}` }));
      }
      user.docker.take();
    });

    test("creates only the repositories, then builds and pushes all three images", async () => {
      // An interrupted apply has left a repository that is not in the state.
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
        expect(build).toMatch(/^buildx build --push --provenance=false --sbom=false /);
        expect(build).toContain(`--build-arg REVISION=${git("rev-parse", "HEAD")} `);
      }
    });

    test("a refused login stops the command before it builds anything", async () => {
      const env = { ...user.env, DOCKER_FAILS: "login" };
      const { stderr } = await plueEnds(1, ["images", "local", "--source", source()], env);
      expect(stderr).toMatch(/docker login to \S+ failed/);
      expect(user.docker.take().calls.join()).not.toContain("buildx");
    });

    test("a failed build stops the command before it pushes anything else", async () => {
      const result = await plueEnds(1, ["images", "local", "--source", source()], {
        ...user.env,
        DOCKER_FAILS: "build",
      });
      expect(result.stderr).toContain("docker failed");
      expect(result.stdout).toBe("");
      expect(user.docker.take().calls.filter((call) => call.startsWith("build"))).toHaveLength(1);
    });

    test("another platform than the tasks' is refused before anything is built", async () => {
      const args = ["images", "local", "--source", source(), "--platform", "linux/arm64"];
      const { stderr } = await user.ends(2, ...args);
      expect(stderr).toContain("The tasks of local run linux/amd64, not linux/arm64");
      expect(user.docker.take().calls.filter((call) => call.startsWith("build"))).toEqual([]);
    });

    test("options after -- come after the command's own, and decide", async () => {
      const args = ["images", "local", "--source", source(), "--tag", "attested"];
      await user.ends(0, ...args, "--", "--provenance=mode=max", "--sbom=true");
      const builds = user.docker.take().calls.filter((call) => call.startsWith("buildx"));
      expect(builds).toHaveLength(3);
      for (const build of builds) {
        expect(build).toContain(`--build-arg REVISION=${git("rev-parse", "HEAD")} `);
        expect(build).toMatch(/--sbom=false .*--provenance=mode=max --sbom=true/);
      }
    });

    test("uncommitted source is not built without --tag", async () => {
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
      expect(user.docker.take().calls.join()).not.toContain("REVISION");
    });

    test("a source that does not exist is refused before it looks for repositories", async () => {
      user.proxy.operations.length = 0;
      const args = ["images", "local", "--source", join(source(), "none"), "--tag", "trial"];
      expect((await user.ends(2, ...args)).stderr).toContain("none does not exist");
      expect(user.proxy.operations).not.toContain("DescribeRepositories");
    });

    test("without a Docker engine it reports that, and does not call AWS", async () => {
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

  test("an interrupted apply ends in order, and the next one continues", async () => {
    await user.pushImages("v1");
    const first = startPlue(["deploy", "local", "--tag", "v1", "--yes"], user.env);
    await first.prints(/Creation complete/);
    first.child.kill("SIGINT");
    const { code, stderr } = await first.result;
    expect(code).toBe(130);
    expect(stderr).toContain("Run the same command again");

    // If plue is killed, its Terraform finishes the apply and holds the lock until then.
    const second = startPlue(["deploy", "local", "--tag", "v1", "--yes"], user.env);
    await second.prints(/Creation complete/);
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

  test("a plain plan of a colleague is empty afterwards", async () => {
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

  test("the message on a held state lock explains it and contains the command that breaks it", async () => {
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

  test("destroy without an answer destroys nothing", async () => {
    const { stderr } = await user.ends(2, "destroy", "local");
    expect(stderr).toContain("every git repository on the file system");
    expect(stderr).toContain("--yes");
    expect(await user.deployedTag("plue-api-server")).toBe("v1");
  });

  test("destroy removes the protections, applies the settings first, destroys, and shows remaining resources", async () => {
    const rds = new RDSClient(user.aws.client);
    const DBInstanceIdentifier = "local-plue-db";
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: true }));
    // The current settings were never deployed, so the state has neither of them.
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
    // RDS recreates its log group if it still had something to write.
    const logs = new CloudWatchLogsClient(user.aws.client);
    const logGroupName = names.databaseLogGroup("local");
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const again = await user.ends(0, "destroy", "local", "--yes");
    expect(again.stderr).toContain(`${logGroupName}: AWS had made it again`);
    expect(again.stderr).toContain("plue deploy local");
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  });

  test("the policies of CI allow every recorded call", () => {
    expect(user.notAllowed()).toEqual([]);
  });
});
