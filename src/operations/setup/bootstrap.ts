import type { AwsTarget } from "../../aws/client";
import { makeLockTable } from "../../aws/lock-table";
import type { Finding } from "../../aws/property";
import { makeStateBucket } from "../../aws/state-bucket";
import type { S3Backend } from "../../terraform/stack";

/** How to make a state's bucket and table. */
export interface BootstrapOptions {
  /** The account that the bucket must belong to. */
  readonly accountId: string;
  /** Only report. @default false */
  readonly check?: boolean;
  /** @default `AWS_ENDPOINT_URL` and the default credential chain */
  readonly target?: Omit<AwsTarget, "region">;
}

/** Makes or repairs the bucket and the lock table of a state. It never touches the state itself. */
export async function bootstrap(
  { bucket, dynamodb_table: table, region }: S3Backend,
  { accountId, check = false, target }: BootstrapOptions,
): Promise<Finding[]> {
  const where = { region, ...target };
  // A policy that demands TLS would lock everybody out of an embedded AWS that speaks none.
  const tls = !(where.endpoint ?? process.env.AWS_ENDPOINT_URL)?.startsWith("http:");
  return [
    ...(await makeStateBucket(where, bucket, accountId, { check, tls })),
    ...(await makeLockTable(where, table, { check })),
  ];
}
