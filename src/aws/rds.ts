import { RDS, type DBInstance } from "@aws-sdk/client-rds";
import { names } from "../names";
import { client, type AwsEnvironment, type AwsTarget } from "./client";
import { unlessMissing } from "./errors";

/** The database as RDS describes it; undefined if there is none. */
export async function describeDatabase({
  name,
  ...target
}: AwsEnvironment): Promise<DBInstance | undefined> {
  const DBInstanceIdentifier = names.database(name);
  const found = await unlessMissing(() =>
    client(RDS, target).describeDBInstances({ DBInstanceIdentifier }),
  );
  return found?.DBInstances?.[0];
}

/** Tests whether a snapshot of that name exists. */
export async function snapshotExists(
  target: AwsTarget,
  DBSnapshotIdentifier: string,
): Promise<boolean> {
  const found = await unlessMissing(() =>
    client(RDS, target).describeDBSnapshots({ DBSnapshotIdentifier }),
  );
  return Boolean(found?.DBSnapshots?.length);
}
