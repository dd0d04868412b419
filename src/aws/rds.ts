import { DescribeDBInstancesCommand, RDSClient, type DBInstance } from "@aws-sdk/client-rds";
import { client, type AwsEnvironment } from "./client";

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
