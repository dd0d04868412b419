import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  S3Client,
  type BucketLocationConstraint,
  type CreateBucketRequest,
} from "@aws-sdk/client-s3";
import { Failure } from "./process";

/** The S3 backend of a synthesized stack: what `terraform.backend.s3` says. */
export interface S3Backend {
  readonly bucket: string;
  /** The state's key in the bucket. */
  readonly key: string;
  readonly region: string;
  /** Table of the lock. */
  readonly dynamodb_table: string;
}

/** Makes the state bucket and the lock table in an embedded AWS, where they are missing. */
export async function makeStateBackend(endpoint: string, backend: S3Backend): Promise<void> {
  const config = clientConfig(endpoint, backend);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  await s3
    .send(new CreateBucketCommand({ Bucket: backend.bucket, ...bucketLocation(backend.region) }))
    .catch(unless(BucketAlreadyOwnedByYou));
  const table = new CreateTableCommand({
    TableName: backend.dynamodb_table,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "LockID", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "LockID", KeyType: "HASH" }],
  });
  await new DynamoDBClient(config).send(table).catch(unless(ResourceInUseException));
}

/**
 * Makes sure that no Terraform holds the state.
 * @throws Failure that tells who does, and how to release it
 */
export async function refuseLockedState(endpoint: string, backend: S3Backend): Promise<void> {
  const { Item } = await new DynamoDBClient(clientConfig(endpoint, backend)).send(
    new GetItemCommand({
      TableName: backend.dynamodb_table,
      Key: { LockID: { S: `${backend.bucket}/${backend.key}` } },
    }),
  );
  if (Item === undefined) return;
  const { ID, Who, Operation, Created } = JSON.parse(Item.Info?.S ?? "{}") as Record<
    string,
    string | undefined
  >;
  throw new Failure(
    `The state of the embedded AWS is locked by ${Who ?? "someone"} (${Operation ?? "unknown"}, ` +
      `since ${Created ?? "unknown"}). Let that Terraform finish. If it is gone, release its lock:\n` +
      `  . .local/env && terraform -chdir=cdktf.out/stacks/local force-unlock -force ${ID ?? "ID"}\n` +
      `or start afresh: npm run local:down`,
  );
}

/** Where to create a bucket: S3 refuses a location constraint for the one region that has none. */
export function bucketLocation(
  region: string,
): Pick<CreateBucketRequest, "CreateBucketConfiguration"> {
  return region === "us-east-1"
    ? {}
    : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
}

function clientConfig(endpoint: string, { region }: S3Backend) {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { endpoint, region, credentials };
}

function unless(kind: new (...args: never[]) => Error): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof kind)) throw error;
  };
}
