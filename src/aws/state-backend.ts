import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { S3 } from "@aws-sdk/client-s3";
import { client, type AwsTarget } from "./client";
import { ActionRequired } from "../process/errors";
import { isDenied, regionOfBucket, type AwsError } from "./errors";

/**
 * Tests whether a bucket exists. True also if AWS denies the caller to look at it.
 * @throws ActionRequired if it is in another region
 */
export function bucketIsThere(target: AwsTarget, Bucket: string): Promise<boolean> {
  return exists(headBucket(target, Bucket), /^(NotFound|NoSuchBucket)$/);
}

/**
 * Looks at a bucket.
 * @param owner account that it must belong to
 * @throws ActionRequired if it is in another region
 */
export async function headBucket(target: AwsTarget, Bucket: string, owner?: string): Promise<void> {
  const found = await client(S3, target)
    .headBucket({ Bucket, ExpectedBucketOwner: owner })
    .then(
      ({ BucketRegion }) => BucketRegion,
      (error: unknown) => {
        const region = regionOfBucket(error);
        if (region === undefined || region === target.region) throw error;
        return region;
      },
    );
  if (found === undefined || found === target.region) return;
  throw new ActionRequired(
    `the bucket ${Bucket} is in ${found}, and the state's region is ${target.region}`,
    `Set the region to ${found} in src/environments/state-backend.ts (or PLUE_STATE_REGION=${found}), or choose another bucket.`,
  );
}

/** Tests whether a table exists. True also if AWS denies the caller to look at it. */
export function tableIsThere(target: AwsTarget, TableName: string): Promise<boolean> {
  const call = client(DynamoDB, target).describeTable({ TableName });
  return exists(call, /^ResourceNotFoundException$/);
}

async function exists(call: Promise<unknown>, missing: RegExp): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (missing.test((error as AwsError).name)) return false;
    // A caller that may use the state may have no permission to describe its bucket and table.
    if (isDenied(error)) return true;
    throw error;
  }
}
