import { ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { DeleteReplicationConfigurationCommand, EFSClient } from "@aws-sdk/client-efs";
import {
  GetSecretValueCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from "@aws-sdk/client-secrets-manager";
import { describeCopies } from "../../../src/aws/copies";
import { enterEmbeddedAws } from "../../../src/embedded-aws/environment";
import { checksOf } from "../../../src/embedded-aws/server";
import { local } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { components, names } from "../../../src/names";
import { recoveredSettings, recoveryOf } from "../../../src/operations/recovery/settings";
import { deployment, type Deployment } from "../../support/deployment";
import { describeEmbeddedAws, region, type EmbeddedAws } from "../../support/embedded-aws";
import {
  loseRegion,
  readContent,
  replicate,
  startRecoveryAws,
  writeContent,
  type Holder,
} from "../../support/recovery-aws";

const secondRegion = "us-west-2";
const tag = "v1";
const lost: EnvironmentSettings = { ...local, disasterRecovery: { region: secondRegion } };
const { name } = lost;

describeEmbeddedAws("recovery in a second region", () => {
  let aws: EmbeddedAws;
  const deployments: Deployment[] = [];

  beforeAll(async () => {
    aws = await startRecoveryAws();
    enterEmbeddedAws(aws.endpoint, region);
  });
  afterAll(async () => {
    for (const each of deployments) each.remove();
    await aws?.stop();
  });

  const apply = async (settings: EnvironmentSettings, variables = {}, stateRegion = region) => {
    const made = await deployment(aws, settings, variables, stateRegion);
    deployments.push(made);
    const output = await made.apply("-input=false", "-parallelism=20");
    expect(await made.pending()).toEqual([]);
    return output;
  };
  const secret = async (of: string, SecretId: string) => {
    const client = new SecretsManagerClient({ ...aws.client, region: of });
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId }));
    return SecretString;
  };

  test("the copies alone, without a call to the lost region, rebuild the environment with its data", async () => {
    await apply(lost);
    const ecr = new ECRClient(aws.client);
    for (const component of components) {
      const part = { digest: `sha256:${component.key}` };
      const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
      const manifest = { schemaVersion: 2, mediaType, config: part, layers: [part] };
      await ecr.send(
        new PutImageCommand({
          repositoryName: names.repository(name, component),
          imageTag: tag,
          imageManifest: JSON.stringify(manifest),
        }),
      );
    }
    const password = await secret(region, names.passwordSecret(name));
    const { fileSystem: source } = await describeCopies({ name, region }, secondRegion);
    const originals: Holder[] = [
      { service: "rds", region, id: names.database(name) },
      { service: "efs", region, id: source!.sourceId! },
    ];
    for (const each of originals) await writeContent(aws, each, "before the copy");
    await replicate(aws);
    for (const each of originals) await writeContent(aws, each, "after the copy");

    await loseRegion(aws, region);
    const { refused } = await checksOf(aws);
    const copies = await describeCopies({ name, region }, secondRegion);
    const { fileSystem, password: replica, repositories } = copies;
    const recovery = recoveryOf(name, copies);
    expect(recovery).toBeDefined();
    expect(repositories.map((repository) => repository.tag)).toEqual(components.map(() => tag));

    const there = { ...aws.client, region: secondRegion };
    await new EFSClient(there).send(
      new DeleteReplicationConfigurationCommand({ SourceFileSystemId: fileSystem!.sourceId }),
    );
    await new SecretsManagerClient(there).send(
      new StopReplicationToReplicaCommand({ SecretId: replica!.arn }),
    );
    const rebuilt = recoveredSettings(lost, secondRegion, recovery);
    const tags = Object.fromEntries(components.map(({ tagVariable }) => [tagVariable, tag]));
    expect(await apply(rebuilt, tags, secondRegion)).toMatch(
      /6 imported, \d+ added, \d+ changed, 0 destroyed/,
    );

    const restored: Holder[] = [
      { service: "rds", region: secondRegion, id: names.database(rebuilt.name) },
      { service: "efs", region: secondRegion, id: fileSystem!.id },
    ];
    for (const each of restored) {
      expect(await readContent(aws, each)).toBe("before the copy");
      await writeContent(aws, each, "new");
      expect(await readContent(aws, each)).toBe("new");
    }
    const connection = await secret(secondRegion, names.connectionSecret(rebuilt.name));
    const { host, password: connects } = JSON.parse(connection) as Record<string, string>;
    expect(host).toContain(`.${secondRegion}.`);
    // Without printing the password if it is another one.
    expect(connects === password).toBe(true);
    expect((await checksOf(aws)).refused).toBe(refused);
  });
});
