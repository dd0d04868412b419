import { describeFileSystem } from "../../../aws/efs";
import { describeDatabase } from "../../../aws/rds";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that database and file system are encrypted with the customer key. */
export async function checkCustomerKey(environment: Environment): Promise<Check[]> {
  if (!environment.settings.encryption) return [];
  const check = "database and file system have the customer key";
  const [database, fileSystem] = await Promise.all([
    describeDatabase(environment),
    describeFileSystem(environment),
  ]);
  const key = database?.KmsKeyId;
  if (key && key === fileSystem?.keyArn) return [ok(check, key)];
  return [
    failed(
      check,
      `the database has ${key ?? "none"}, the file system ${fileSystem?.keyArn ?? "none"}`,
      "AWS cannot change a key: create a new environment, and move the data there",
    ),
  ];
}
