import { rmSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import {
  CreateFileSystemCommand,
  CreateReplicationConfigurationCommand,
  DeleteReplicationConfigurationCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import {
  CreateDBInstanceCommand,
  RDSClient,
  StartDBInstanceAutomatedBackupsReplicationCommand,
} from "@aws-sdk/client-rds";
import {
  CreateSecretCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from "@aws-sdk/client-secrets-manager";
import { imageExists } from "../../../src/aws/ecr";
import { api } from "../../../src/names";
import type { RecoveryPlan } from "../../../src/operations/recovery/plan";
import { describeEmbeddedAws, region, type EmbeddedAws } from "../../support/embedded-aws";
import { copyOfProject, plueEnds } from "../../support/plue";
import { loseRegion, startRecoveryAws } from "../../support/recovery-aws";

const KmsKeyId = "arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

describeEmbeddedAws("plue dr plan", () => {
  let aws: EmbeddedAws;

  beforeAll(async () => {
    aws = await startRecoveryAws();
  });
  afterAll(() => aws?.stop());

  const ask = (code: number, ...args: string[]) =>
    plueEnds(code, ["dr", "plan", "local", "--region", "us-west-2", ...args], aws.env);
  const plan = async () => JSON.parse((await ask(0, "--json")).stdout) as RecoveryPlan;

  test("reports what is missing, ends with exit code 1, and needs a region", async () => {
    const { stdout, stderr } = await ask(1);
    expect(stdout).toContain(
      "A rebuild is not possible: us-west-2 does not have backups of the database, a complete copy of the file system, the secret of the database's password.",
    );
    expect(stderr).toContain("plue deploy local");
    const none = await plueEnds(2, ["dr", "plan", "local"], aws.env);
    expect(none.stderr).toContain("local has no copies in a second region");
    await plueEnds(2, ["dr", "plan", "local", "--region", "Oregon"], aws.env);
    await plueEnds(2, ["dr", "rehearse", "local"], aws.env);
  });

  describe("with copies", () => {
    let sourceId: string;

    beforeAll(async () => {
      const there = { ...aws.client, region: "us-west-2" };
      const { DBInstance } = await new RDSClient(aws.client).send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: "local-plue-db",
          DBInstanceClass: "db.t3.micro",
          Engine: "postgres",
          AllocatedStorage: 20,
          MasterUsername: "plue",
          MasterUserPassword: "long-enough",
        }),
      );
      await new RDSClient(there).send(
        new StartDBInstanceAutomatedBackupsReplicationCommand({
          SourceDBInstanceArn: DBInstance!.DBInstanceArn!,
          KmsKeyId,
        }),
      );
      const efs = new EFSClient(aws.client);
      // The copy of another environment has another key and does not belong to this one.
      for (const [CreationToken, key] of [
        ["other", KmsKeyId.replace("0123-", "9999-")],
        ["local-plue-efs", KmsKeyId],
      ]) {
        const { FileSystemId = "" } = await efs.send(
          new CreateFileSystemCommand({ CreationToken }),
        );
        sourceId = FileSystemId;
        await efs.send(
          new CreateReplicationConfigurationCommand({
            SourceFileSystemId: FileSystemId,
            Destinations: [{ Region: "us-west-2", KmsKeyId: key }],
          }),
        );
      }
      const repositoryName = "local-plue-api-server";
      const ecr = new ECRClient(there);
      await ecr.send(new CreateRepositoryCommand({ repositoryName }));
      const imageManifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.docker.distribution.manifest.v2+json",
        config: { digest: "sha256:v1" },
        layers: [{ digest: "sha256:v1" }],
      });
      await ecr.send(new PutImageCommand({ repositoryName, imageTag: "v1", imageManifest }));
      for (const Name of ["local-plue-db-password", "local-plue-db-connection"]) {
        await new SecretsManagerClient(aws.client).send(
          new CreateSecretCommand({
            Name,
            SecretString: "secret",
            AddReplicaRegions: [{ Region: "us-west-2" }],
          }),
        );
      }
    });

    test("prints the copies, RPO, RTO, price and each step, as JSON and as text", async () => {
      const printed = await plan();
      expect(printed).toMatchObject({
        environment: "local",
        rebuilt: "local-dr",
        region: "us-east-1",
        secondRegion: "us-west-2",
        missing: [],
        rpoSeconds: expect.any(Number),
        monthly: { rebuilt: expect.any(Number), copies: expect.any(Number) },
      });
      expect(printed.steps.flatMap(({ how }) => how).join("\n")).toContain(
        `--source-file-system-id ${sourceId}`,
      );
      const { stdout, stderr } = await ask(0);
      expect(stdout).toMatch(/^database +\d.* arn:aws:rds:us-west-2:.*, replicating, 20 GiB$/m);
      expect(stdout).toMatch(/^images of the API server +- +local-plue-api-server:v1, /m);
      expect(stdout).toMatch(/^images of the web app +- +nothing$/m);
      expect(stdout).toMatch(/^RPO {2}\d.* of data would be lost now/m);
      expect(stdout).toMatch(/^RTO {2}\d+ min 0 s to \d/m);
      expect(stdout).toMatch(/^Price {2}\$\d+\.\d\d a month for local-dr; the copies: \$\d/m);
      expect(stdout).not.toContain("secret:secret");
      expect(stderr).toMatch(/^Next: /);
    });

    test("does not call the first region, and can be run again half-way", async () => {
      await loseRegion(aws, region);
      const before = await plan();
      const there = { ...aws.client, region: "us-west-2" };
      await new EFSClient(there).send(
        new DeleteReplicationConfigurationCommand({ SourceFileSystemId: sourceId }),
      );
      await new SecretsManagerClient(there).send(
        new StopReplicationToReplicaCommand({ SecretId: "local-plue-db-password" }),
      );
      const after = await plan();
      expect(after.missing).toEqual([]);
      expect(after.settings?.text.split("\n").slice(4)).toEqual(
        before.settings?.text.split("\n").slice(4),
      );
      expect(after.rpoSeconds).toBeUndefined();
      const shell = after.steps.flatMap(({ how }) => how).join("\n");
      expect(shell).not.toMatch(/delete-replication-configuration|stop-replication-to-replica/);
    });

    test("the recovered environment finds its images by the name of the first one", async () => {
      const there = { ...aws.client, region: "us-west-2", name: "local-dr" };
      expect(await imageExists({ ...there, origin: "local" }, api, "v1")).toBe(true);
      expect(await imageExists(there, api, "v1")).toBe(false);
    });

    test("the printed settings are valid, and their price is the printed price", async () => {
      const { settings, monthly } = await plan();
      const copy = copyOfProject("index", (text) =>
        text
          .replace('import { local } from "./local";', '$&\nimport { localDr } from "./local-dr";')
          .replace("production, local]", "production, local, localDr]"),
      );
      try {
        expect(settings?.file).toBe("src/environments/local-dr.ts");
        writeFileSync(join(copy, settings!.file), settings!.text);
        expect(readFileSync(join(copy, "src/environments/index.ts"), "utf8")).toContain("localDr]");
        const { stdout } = await plueEnds(0, ["cost", "local-dr", "--json"], aws.env, copy);
        expect((JSON.parse(stdout) as { monthly: number }).monthly).toBeCloseTo(monthly.rebuilt!);
      } finally {
        rmSync(copy, { recursive: true });
      }
    });
  });
});
