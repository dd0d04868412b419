import {
  DescribeReplicationConfigurationsCommand,
  DescribeFileSystemsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import { DescribeDBInstanceAutomatedBackupsCommand, RDSClient } from "@aws-sdk/client-rds";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { components, names, originOf } from "../names";
import { client, type AwsEnvironment } from "./client";
import type { AwsError } from "./errors";

/** What a second region has of an environment. */
export interface Copies {
  /** The database's backups; undefined if there are none. */
  readonly database?: {
    /** ARN of the backups. */
    readonly arn: string;
    /** For example `replicating`. */
    readonly status: string;
    /** The last moment to which the database can be restored. */
    readonly latest?: Date;
    /** GiB. */
    readonly allocatedStorage?: number;
  };
  /** The copy of the file system; undefined if there is none. */
  readonly fileSystem?: {
    /** Its id there. */
    readonly id: string;
    /** For example `ENABLED`. */
    readonly status: string;
    /** When it was last the same as the original. */
    readonly latest?: Date;
    /** Bytes. */
    readonly bytes: number;
  };
  /** Names of the image repositories that are there. */
  readonly repositories: readonly string[];
  /** Names of the secrets that are there. */
  readonly secrets: readonly string[];
}

/** What a second region has of an environment, asked of that region alone: the first may be gone. */
export async function describeCopies(environment: AwsEnvironment, region: string): Promise<Copies> {
  const there = { ...environment, region };
  const [database, fileSystem, repositories, secrets] = await Promise.all([
    databaseBackups(there),
    fileSystemCopy(there, environment.region),
    present(
      components.map((component) => names.repository(originOf(environment), component)),
      (name) =>
        client(ECRClient, there).send(new DescribeRepositoriesCommand({ repositoryNames: [name] })),
    ),
    present(
      [names.passwordSecret(originOf(environment)), names.connectionSecret(environment.name)],
      (SecretId) =>
        client(SecretsManagerClient, there).send(new DescribeSecretCommand({ SecretId })),
    ),
  ]);
  return { database, fileSystem, repositories, secrets };
}

async function databaseBackups(there: AwsEnvironment): Promise<Copies["database"]> {
  try {
    const { DBInstanceAutomatedBackups = [] } = await client(RDSClient, there).send(
      new DescribeDBInstanceAutomatedBackupsCommand({
        DBInstanceIdentifier: names.database(there.name),
      }),
    );
    const [found] = DBInstanceAutomatedBackups;
    return (
      found && {
        arn: found.DBInstanceAutomatedBackupsArn ?? "",
        status: found.Status ?? "unknown",
        latest: found.RestoreWindow?.LatestTime,
        allocatedStorage: found.AllocatedStorage,
      }
    );
  } catch (error) {
    if (/NotFound/.test((error as AwsError).name)) return undefined;
    throw error;
  }
}

async function fileSystemCopy(
  there: AwsEnvironment,
  sourceRegion: string,
): Promise<Copies["fileSystem"]> {
  const efs = client(EFSClient, there);
  const { Replications = [] } = await efs.send(new DescribeReplicationConfigurationsCommand({}));
  const copies = Replications.filter(
    ({ SourceFileSystemRegion }) => SourceFileSystemRegion === sourceRegion,
  ).flatMap(({ Destinations = [] }) => Destinations);
  const found = copies.find(({ Region }) => Region === there.region);
  if (!found) return undefined;
  const { FileSystems = [] } = await efs.send(
    new DescribeFileSystemsCommand({ FileSystemId: found.FileSystemId }),
  );
  return {
    id: found.FileSystemId ?? "",
    status: found.Status ?? "unknown",
    latest: found.LastReplicatedTimestamp,
    bytes: FileSystems[0]?.SizeInBytes?.Value ?? 0,
  };
}

async function present(
  wanted: readonly string[],
  describe: (name: string) => Promise<unknown>,
): Promise<string[]> {
  const found = await Promise.all(
    wanted.map(async (name) => {
      try {
        await describe(name);
        return [name];
      } catch (error) {
        if (/NotFound/.test((error as AwsError).name)) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}
