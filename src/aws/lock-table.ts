import { DynamoDB, waitUntilTableExists, type TableDescription } from "@aws-sdk/client-dynamodb";
import { client, type AwsTarget } from "./client";
import { ActionRequired } from "../process/errors";
import { unlessMissing } from "./errors";
import { retryWhile } from "./retry";
import { settle, type Finding, type Property } from "./property";

/** The key that Terraform's S3 backend uses. */
const KEY = "LockID";

/** Longest wait for the table to be active. */
const TABLE_SECONDS = 120;

/**
 * Makes or repairs the table of the locks.
 * @param check only report
 * @throws ActionRequired if the table has another key than Terraform needs
 */
export async function makeLockTable(
  target: AwsTarget,
  TableName: string,
  { check }: { readonly check: boolean },
): Promise<Finding[]> {
  const dynamodb = client(DynamoDB, target);
  const object = `table ${TableName}`;
  const there = await describe(dynamodb, TableName);
  if (!there && check) return [{ object, property: "exists", result: "missing" }];
  if (there && !there.KeySchema?.some(({ AttributeName }) => AttributeName === KEY)) {
    throw new ActionRequired(
      `the table ${TableName} is not one of Terraform's: its key is not ${KEY}`,
      "Choose another name in src/environments/state-backend.ts.",
    );
  }
  if (!there) {
    await dynamodb.createTable({
      TableName,
      AttributeDefinitions: [{ AttributeName: KEY, AttributeType: "S" }],
      KeySchema: [{ AttributeName: KEY, KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      DeletionProtectionEnabled: true,
    });
    await untilActive(dynamodb, TableName);
  }
  return [
    { object, property: "exists", result: there ? "ok" : "made" },
    ...(await settle(object, properties(dynamodb, TableName), { fresh: !there, check })),
  ];
}

function properties(dynamodb: DynamoDB, TableName: string): Property[] {
  const update = async (change: object) => {
    await retryWhile(
      ({ name }) => name === "ResourceInUseException",
      () => dynamodb.updateTable({ TableName, ...change }),
    );
    await untilActive(dynamodb, TableName);
  };
  return [
    {
      property: "on demand",
      isRight: async () =>
        (await describe(dynamodb, TableName))?.BillingModeSummary?.BillingMode ===
        "PAY_PER_REQUEST",
      repair: () => update({ BillingMode: "PAY_PER_REQUEST" }),
    },
    {
      property: "deletion protection",
      isRight: async () =>
        (await describe(dynamodb, TableName))?.DeletionProtectionEnabled === true,
      repair: () => update({ DeletionProtectionEnabled: true }),
    },
    {
      property: "point-in-time recovery",
      isRight: async () => {
        const { ContinuousBackupsDescription: found } = await dynamodb.describeContinuousBackups({
          TableName,
        });
        return found?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === "ENABLED";
      },
      repair: () =>
        // A table that was just made has no backups for some seconds after it is active.
        retryWhile(
          ({ name }) =>
            name === "ContinuousBackupsUnavailableException" || name === "ResourceInUseException",
          () =>
            dynamodb.updateContinuousBackups({
              TableName,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            }),
        ),
    },
  ];
}

async function describe(
  dynamodb: DynamoDB,
  TableName: string,
): Promise<TableDescription | undefined> {
  return (await unlessMissing(() => dynamodb.describeTable({ TableName })))?.Table;
}

async function untilActive(client: DynamoDB, TableName: string): Promise<void> {
  const wait = { client, maxWaitTime: TABLE_SECONDS, minDelay: 1, maxDelay: 5 };
  await waitUntilTableExists(wait, { TableName });
}
