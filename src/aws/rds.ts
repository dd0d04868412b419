import {
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  type DBInstance,
} from "@aws-sdk/client-rds";
import { client, type AwsEnvironment, type AwsTarget } from "./client";

import type { AwsError } from "./errors";
import { names } from "../names";

/** The database as RDS describes it; undefined if there is none. */
export async function describeDatabase(
  environment: AwsEnvironment,
): Promise<DBInstance | undefined> {
  try {
    const { DBInstances = [] } = await client(RDSClient, environment).send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: names.database(environment.name) }),
    );
    return DBInstances[0];
  } catch (error) {
    if (/^DBInstanceNotFound/.test((error as AwsError).name)) return undefined;
    throw error;
  }
}

/** Whether a snapshot of that name exists. */
export async function snapshotExists(
  target: AwsTarget,
  DBSnapshotIdentifier: string,
): Promise<boolean> {
  try {
    const { DBSnapshots = [] } = await client(RDSClient, target).send(
      new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }),
    );
    return DBSnapshots.length > 0;
  } catch (error) {
    if (/^DBSnapshotNotFound/.test((error as AwsError).name)) return false;
    throw error;
  }
}
