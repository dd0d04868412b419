import {
  EFS,
  paginateDescribeFileSystems,
  paginateDescribeReplicationConfigurations,
} from "@aws-sdk/client-efs";
import { RDS, type DBInstanceAutomatedBackup } from "@aws-sdk/client-rds";
import { ECR, paginateDescribeImages, type ImageDetail } from "@aws-sdk/client-ecr";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { components, deployedTagPrefix, names, originOf, type Component } from "../names";
import { client, type AwsEnvironment } from "./client";
import { unlessMissing } from "./errors";
import { itemsOf } from "./pages";

/** The copies of an environment in a second region. */
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
    /** ARN of the key of that region that they are encrypted with. */
    readonly keyArn?: string;
  };
  /** The copy of the file system; undefined if there is none. */
  readonly fileSystem?: {
    /** Its id there. */
    readonly id: string;
    /** Id of what it is a copy of; undefined once the replication has been ended. */
    readonly sourceId?: string;
    /** For example `ENABLED`; `ENDED` once the replication has been ended. */
    readonly status: string;
    /** When it was last the same as the original. */
    readonly latest?: Date;
    /** Bytes. */
    readonly bytes: number;
  };
  /** The image repositories that are there. */
  readonly repositories: readonly CopiedRepository[];
  /** Names of the secrets that are there. */
  readonly secrets: readonly string[];
  /** The secret of the database's password; undefined if it is not there. */
  readonly password?: {
    /** Its ARN there. */
    readonly arn: string;
    /** True if it is a replica of a secret of another region. */
    readonly isReplica: boolean;
  };
}

/** The image repository of a component, as another region has it. */
export interface CopiedRepository {
  /** Whose images they are. */
  readonly component: Component;
  /** Its name. */
  readonly name: string;
  /** Tag of the image that was deployed last, or else of the one that was pushed last. */
  readonly tag?: string;
  /** Bytes of all images. */
  readonly bytes: number;
}

/** The copies of an environment in a second region. Asks that region alone: the first may be gone. */
export async function describeCopies(environment: AwsEnvironment, region: string): Promise<Copies> {
  const there = { ...environment, region };
  const origin = originOf(environment);
  const [backups, repositories, password, connection] = await Promise.all([
    databaseBackups(there),
    Promise.all(components.map((component) => repositoryCopy(there, component))),
    secretCopy(there, names.passwordSecret(origin)),
    secretCopy(there, names.connectionSecret(environment.name)),
  ]);
  const secrets = [password, connection].flatMap((secret) => (secret ? [secret.name] : []));
  return {
    database: backups && {
      arn: backups.DBInstanceAutomatedBackupsArn ?? "",
      status: backups.Status ?? "unknown",
      latest: backups.RestoreWindow?.LatestTime,
      allocatedStorage: backups.AllocatedStorage,
      keyArn: backups.KmsKeyId,
    },
    fileSystem: await fileSystemCopy(there, environment.region, backups?.KmsKeyId),
    repositories: repositories.flatMap((repository) => repository ?? []),
    secrets,
    password: password && { arn: password.arn, isReplica: password.isReplica },
  };
}

async function databaseBackups(
  there: AwsEnvironment,
): Promise<DBInstanceAutomatedBackup | undefined> {
  return unlessMissing(async () => {
    const { DBInstanceAutomatedBackups = [] } = await client(
      RDS,
      there,
    ).describeDBInstanceAutomatedBackups({
      DBInstanceIdentifier: names.database(there.name),
    });
    return DBInstanceAutomatedBackups.toSorted(newestFirst)[0];
  });
}

/** Backups of a database that was deleted are there beside those that are renewed. */
function newestFirst(one: DBInstanceAutomatedBackup, other: DBInstanceAutomatedBackup): number {
  const rank = ({ Status, RestoreWindow }: DBInstanceAutomatedBackup) =>
    (Status === "replicating" ? 1e15 : 0) + (RestoreWindow?.LatestTime?.getTime() ?? 0);
  return rank(other) - rank(one);
}

/** The copy is known by its key, and by its replication until that is ended. */
async function fileSystemCopy(
  there: AwsEnvironment,
  sourceRegion: string,
  keyArn: string | undefined,
): Promise<Copies["fileSystem"]> {
  // Without the key, another environment's could be taken for this one's.
  if (keyArn === undefined) return undefined;
  const efs = client(EFS, there);
  const all = await itemsOf(paginateDescribeFileSystems({ client: efs }, {}), (p) => p.FileSystems);
  const own = all.filter(({ KmsKeyId }) => KmsKeyId === keyArn);
  const fileSystems = new Map(own.map((one) => [one.FileSystemId ?? "", one]));
  const replications = await itemsOf(
    paginateDescribeReplicationConfigurations({ client: efs }, {}),
    ({ Replications }) => Replications,
  );
  for (const { SourceFileSystemRegion, SourceFileSystemId, Destinations = [] } of replications) {
    const found = Destinations.find(
      ({ Region, FileSystemId = "" }) => Region === there.region && fileSystems.has(FileSystemId),
    );
    if (!found || SourceFileSystemRegion !== sourceRegion) continue;
    return {
      id: found.FileSystemId ?? "",
      sourceId: SourceFileSystemId,
      status: found.Status ?? "unknown",
      latest: found.LastReplicatedTimestamp,
      bytes: fileSystems.get(found.FileSystemId ?? "")?.SizeInBytes?.Value ?? 0,
    };
  }
  const [ended] = fileSystems.values();
  return (
    ended && {
      id: ended.FileSystemId ?? "",
      status: "ENDED",
      bytes: ended.SizeInBytes?.Value ?? 0,
    }
  );
}

async function repositoryCopy(
  there: AwsEnvironment,
  component: Component,
): Promise<CopiedRepository | undefined> {
  const name = names.repository(originOf(there), component);
  return unlessMissing(async () => {
    const pages = paginateDescribeImages({ client: client(ECR, there) }, { repositoryName: name });
    const images = await itemsOf(pages, ({ imageDetails }) => imageDetails);
    const bytes = images.reduce((sum, { imageSizeInBytes = 0 }) => sum + imageSizeInBytes, 0);
    return { component, name, tag: tagToDeploy(images), bytes };
  });
}

/**
 * The tag of the image that was deployed last, by the marks of `plue deploy`; where there is none, of
 * the one that was pushed last.
 */
export function tagToDeploy(images: readonly ImageDetail[]): string | undefined {
  const isMark = (tag: string) => tag.startsWith(deployedTagPrefix);
  const order = ({ imageTags = [], imagePushedAt }: ImageDetail) =>
    // A mark ends with the time, and goes before any time alone.
    imageTags.filter(isMark).sort().at(-1) ?? imagePushedAt?.toISOString() ?? "";
  const named = images.filter(({ imageTags = [] }) => imageTags.some((tag) => !isMark(tag)));
  const [newest] = named.toSorted((one, other) => (order(one) < order(other) ? 1 : -1));
  return newest?.imageTags?.find((tag) => !isMark(tag));
}

async function secretCopy(there: AwsEnvironment, name: string) {
  return unlessMissing(async () => {
    const { ARN = "", PrimaryRegion } = await client(SecretsManager, there).describeSecret({
      SecretId: name,
    });
    const isReplica = PrimaryRegion !== undefined && PrimaryRegion !== there.region;
    return { name, arn: ARN, isReplica };
  });
}
