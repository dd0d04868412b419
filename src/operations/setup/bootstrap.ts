import type { AwsTarget } from "../../aws/client";
import { makeLockTable } from "../../aws/lock-table";
import type { Finding } from "../../aws/property";
import { makeStateBucket } from "../../aws/state-bucket";
import type { S3Backend } from "../../terraform/stack";

/** Options of a bootstrap. */
export interface BootstrapOptions {
  /** Account that must own the bucket. */
  readonly accountId: string;
  /** Reports without changing anything. @default false */
  readonly check?: boolean;
  /** @default `AWS_ENDPOINT_URL` and the default credential chain */
  readonly target?: Omit<AwsTarget, "region">;
}

/** Creates or repairs the bucket and the lock table of a state. It does not change the state itself. */
export async function bootstrap(
  { bucket, dynamodb_table: table, region }: S3Backend,
  { accountId, check = false, target }: BootstrapOptions,
): Promise<Finding[]> {
  const where = { region, ...target };
  // An embedded AWS does not support TLS: a policy that requires it would deny all access.
  const tls = !(where.endpoint ?? process.env.AWS_ENDPOINT_URL)?.startsWith("http:");
  return [
    ...(await makeStateBucket(where, bucket, accountId, { check, tls })),
    ...(await makeLockTable(where, table, { check })),
  ];
}
