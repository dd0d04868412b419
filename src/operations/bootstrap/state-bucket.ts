import { isDeepStrictEqual } from "node:util";
import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  type LifecycleRule,
} from "@aws-sdk/client-s3";
import { client } from "../../aws/client";
import { NeedsPerson, type AwsError } from "../../process/errors";
import { say } from "../../terminal/output";
import { settle, type Finding, type Property } from "./finding";
import { bucketLocation, type S3Backend } from "../../embedded-aws/state";

/** An old version of a state is of use for an undo, and holds secrets: it does not stay for ever. */
const OLD_VERSION_DAYS = 90;
const RULE = "expire-old-states";
const TLS_ONLY = "TlsOnly";

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}

/**
 * Makes or repairs the bucket of the states.
 * @param check only report
 * @throws NeedsPerson if the bucket is another account's
 */
export async function makeStateBucket(
  { bucket: Bucket, region }: S3Backend,
  accountId: string,
  check: boolean,
): Promise<Finding[]> {
  const s3 = client(S3Client, { region });
  const object = `bucket ${Bucket}`;
  const there = await bucketExists(s3, Bucket, accountId);
  if (!there && check) return [{ object, property: "exists", result: "missing" }];
  if (!there) {
    await s3.send(new CreateBucketCommand({ Bucket, ...bucketLocation(region) }));
  }
  return [
    { object, property: "exists", result: there ? "ok" : "made" },
    ...(await settle(object, properties(s3, Bucket), { fresh: !there, check })),
  ];
}

async function bucketExists(
  s3: S3Client,
  Bucket: string,
  ExpectedBucketOwner: string,
): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner }));
    return true;
  } catch (error) {
    const status = (error as AwsError).$metadata?.httpStatusCode;
    if (status === 404) return false;
    if (status !== 403) throw error;
    throw new NeedsPerson(
      `the bucket ${Bucket} is another account's, or you may not look at it`,
      "Bucket names are shared by all of AWS: choose another in src/environments/state-backend.ts.",
    );
  }
}

function properties(s3: S3Client, Bucket: string): Property[] {
  // Of an embedded AWS that speaks no TLS such a policy would lock everybody out.
  const tls = !process.env.AWS_ENDPOINT_URL?.startsWith("http:");
  if (!tls) say("AWS_ENDPOINT_URL has no TLS: the bucket gets no policy that demands it.");
  return [
    {
      property: "versioned",
      isRight: async () =>
        (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status === "Enabled",
      repair: () =>
        s3.send(
          new PutBucketVersioningCommand({
            Bucket,
            VersioningConfiguration: { Status: "Enabled" },
          }),
        ),
    },
    {
      property: "encrypted",
      isRight: async () => {
        const found = await unlessMissing(s3.send(new GetBucketEncryptionCommand({ Bucket })));
        return Boolean(found?.ServerSideEncryptionConfiguration?.Rules?.length);
      },
      repair: () =>
        s3.send(
          new PutBucketEncryptionCommand({
            Bucket,
            ServerSideEncryptionConfiguration: {
              Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
            },
          }),
        ),
    },
    {
      property: "not public",
      isRight: async () => {
        const found = await unlessMissing(s3.send(new GetPublicAccessBlockCommand({ Bucket })));
        const block = found?.PublicAccessBlockConfiguration;
        return Object.keys(notPublic).every((key) => block?.[key as keyof typeof notPublic]);
      },
      repair: () =>
        s3.send(
          new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: notPublic }),
        ),
    },
    ...(tls ? [tlsOnlyProperty(s3, Bucket)] : []),
    {
      property: `old versions expire (${OLD_VERSION_DAYS} days)`,
      isRight: async () => (await rulesOf(s3, Bucket)).some(isExpiry),
      repair: async () => {
        const others = (await rulesOf(s3, Bucket)).filter(({ ID }) => ID !== RULE);
        const Rules: LifecycleRule[] = [...others, expiry];
        await s3.send(
          new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
        );
      },
    },
  ];
}

function tlsOnlyProperty(s3: S3Client, Bucket: string): Property {
  return {
    property: "TLS only",
    isRight: async () =>
      (await policyOf(s3, Bucket)).Statement.some((statement) => isTlsOnly(Bucket, statement)),
    repair: async () => {
      const { Version, Statement } = await policyOf(s3, Bucket);
      const others = Statement.filter(({ Sid }) => Sid !== TLS_ONLY);
      const Policy = JSON.stringify({ Version, Statement: [...others, tlsOnly(Bucket)] });
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    },
  };
}

const notPublic = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};

const expiry: LifecycleRule = {
  ID: RULE,
  Status: "Enabled",
  Filter: { Prefix: "" },
  NoncurrentVersionExpiration: { NoncurrentDays: OLD_VERSION_DAYS },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
};

const isExpiry = ({ Status, NoncurrentVersionExpiration, Filter, Prefix }: LifecycleRule) =>
  Status === "Enabled" &&
  NoncurrentVersionExpiration?.NoncurrentDays !== undefined &&
  !(Filter?.Prefix ?? Prefix);

const tlsOnly = (bucket: string) => ({
  Sid: TLS_ONLY,
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** Whether a statement, under whatever Sid, forbids everything without TLS. */
function isTlsOnly(bucket: string, statement: object): boolean {
  return isDeepStrictEqual({ ...statement, Sid: TLS_ONLY }, tlsOnly(bucket));
}

async function policyOf(s3: S3Client, Bucket: string): Promise<Policy> {
  const found = await unlessMissing(s3.send(new GetBucketPolicyCommand({ Bucket })));
  return found?.Policy
    ? (JSON.parse(found.Policy) as Policy)
    : { Version: "2012-10-17", Statement: [] };
}

async function rulesOf(s3: S3Client, Bucket: string): Promise<LifecycleRule[]> {
  const call = s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  return (await unlessMissing(call))?.Rules ?? [];
}

/** S3 answers 404 where a bucket has no such configuration. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as AwsError).$metadata?.httpStatusCode === 404) return undefined;
    throw error;
  }
}
