import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { client, type AwsTarget } from "./client";
import { isDenied, type AwsError } from "./errors";

/** Whether a bucket exists, as far as one may know: who may not look at it is told that it does. */
export function bucketIsThere(target: AwsTarget, Bucket: string): Promise<boolean> {
  const call = client(S3Client, target).send(new HeadBucketCommand({ Bucket }));
  return exists(call, /^(NotFound|NoSuchBucket)$/);
}

/** Whether a table exists, as far as one may know: who may not look at it is told that it does. */
export function tableIsThere(target: AwsTarget, TableName: string): Promise<boolean> {
  const call = client(DynamoDBClient, target).send(new DescribeTableCommand({ TableName }));
  return exists(call, /^ResourceNotFoundException$/);
}

async function exists(call: Promise<unknown>, missing: RegExp): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (missing.test((error as AwsError).name)) return false;
    // Who may use the state may not be allowed to look at what holds it.
    if (isDenied(error)) return true;
    throw error;
  }
}
