import { createHash, randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { S3 } from "@aws-sdk/client-s3";
import { client, type AwsTarget } from "./client";
import { ActionRequired } from "../process/errors";
import type { AwsError } from "./errors";

/** The object of a Terraform state, and the table of its lock and its digest. */
export interface StateObject {
  readonly bucket: string;
  readonly key: string;
  readonly table: string;
}

/** The content of a state; undefined if there is none, or no bucket. */
export async function readState(
  target: AwsTarget,
  { bucket: Bucket, key: Key }: Pick<StateObject, "bucket" | "key">,
): Promise<string | undefined> {
  try {
    const { Body } = await client(S3, target).getObject({ Bucket, Key });
    return await Body!.transformToString();
  } catch (error) {
    if (/^(NoSuchKey|NoSuchBucket|NotFound)$/.test((error as AwsError).name)) return undefined;
    throw error;
  }
}

/** Writes a state and the digest by which Terraform's S3 backend checks it. */
export async function writeState(
  target: AwsTarget,
  state: StateObject,
  content: string,
): Promise<void> {
  await client(S3, target).putObject({
    Bucket: state.bucket,
    Key: state.key,
    Body: content,
    ContentType: "application/json",
    ServerSideEncryption: "AES256",
  });
  await client(DynamoDB, target).putItem({
    TableName: state.table,
    Item: {
      LockID: { S: digestId(state) },
      Digest: { S: createHash("md5").update(content).digest("hex") },
    },
  });
}

/** Deletes a state and its digest. */
export async function deleteState(target: AwsTarget, state: StateObject): Promise<void> {
  const { bucket: Bucket, key: Key, table: TableName } = state;
  await client(S3, target).deleteObject({ Bucket, Key });
  await client(DynamoDB, target).deleteItem({
    TableName,
    Key: { LockID: { S: digestId(state) } },
  });
}

/**
 * Does something while no Terraform can work with a state.
 * @throws ActionRequired if the state is locked
 */
export async function whileLocked<T>(
  target: AwsTarget,
  { bucket, key, table: TableName }: StateObject,
  work: () => Promise<T>,
): Promise<T> {
  const dynamodb = client(DynamoDB, target);
  const LockID = { S: `${bucket}/${key}` };
  // The fields that Terraform shows to whoever finds the state locked.
  const Info = JSON.stringify({
    ID: randomUUID(),
    Operation: "plue adopt",
    Who: userInfo().username,
    Created: new Date().toISOString(),
    Path: LockID.S,
  });
  try {
    await dynamodb.putItem({
      TableName,
      Item: { LockID, Info: { S: Info } },
      ConditionExpression: "attribute_not_exists(LockID)",
    });
  } catch (error) {
    if ((error as AwsError).name !== "ConditionalCheckFailedException") throw error;
    const { Item } = await dynamodb.getItem({ TableName, Key: { LockID } });
    throw new ActionRequired(
      `the state ${LockID.S} is locked: ${Item?.Info?.S ?? "its owner is unknown"}`,
      "Wait until that is done. Only if it cannot be running any longer, delete the lock:",
      `  aws dynamodb delete-item --region ${target.region} --table-name ${TableName} --key '{"LockID": {"S": "${LockID.S}"}}'`,
    );
  }
  try {
    return await work();
  } finally {
    await dynamodb.deleteItem({ TableName, Key: { LockID } });
  }
}

const digestId = ({ bucket, key }: Pick<StateObject, "bucket" | "key">) => `${bucket}/${key}-md5`;
