import { EFS } from "@aws-sdk/client-efs";
import { client, type AwsEnvironment } from "./client";

import { names } from "../names";

/** The file system, as far as it is looked at here. */
export interface FileSystem {
  /** `available` when it is well. */
  readonly state: string;
  /** Bytes in all storage classes. */
  readonly bytes: number;
  /** ARN of the KMS key that it is encrypted with. */
  readonly keyArn: string | undefined;
  /** States of its mount targets. */
  readonly mountTargets: readonly string[];
}

/** The file system of the git repositories; undefined if there is none. */
export async function describeFileSystem(
  environment: AwsEnvironment,
): Promise<FileSystem | undefined> {
  const efs = client(EFS, environment);
  const { FileSystems = [] } = await efs.describeFileSystems({
    CreationToken: names.fileSystem(environment.name),
  });
  const [found] = FileSystems;
  if (!found) return undefined;
  const { MountTargets = [] } = await efs.describeMountTargets({
    FileSystemId: found.FileSystemId,
  });
  return {
    state: found.LifeCycleState ?? "unknown",
    bytes: found.SizeInBytes?.Value ?? 0,
    keyArn: found.KmsKeyId,
    mountTargets: MountTargets.map(({ LifeCycleState }) => LifeCycleState ?? "unknown"),
  };
}
