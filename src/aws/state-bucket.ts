import { isDeepStrictEqual } from "node:util";
import {
  S3,
  type BucketLocationConstraint,
  type CreateBucketRequest,
  type LifecycleRule,
} from "@aws-sdk/client-s3";
import { client, type AwsTarget } from "./client";
import { ActionRequired } from "../process/errors";
import type { AwsError } from "./errors";
import { headBucket } from "./state-backend";
import { settle, type Finding, type Property } from "./property";

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
 * @throws ActionRequired if the bucket is another account's
 */
export async function makeStateBucket(
  target: AwsTarget,
  Bucket: string,
  accountId: string,
  { check, tls }: { readonly check: boolean; readonly tls: boolean },
): Promise<Finding[]> {
  const s3 = client(S3, target);
  const object = `bucket ${Bucket}`;
  const there = await bucketExists(target, Bucket, accountId);
  if (!there && check) return [{ object, property: "exists", result: "missing" }];
  if (!there) {
    await s3.createBucket({ Bucket, ...bucketLocation(target.region) });
  }
  return [
    { object, property: "exists", result: there ? "ok" : "made" },
    ...(await settle(object, properties(s3, Bucket, target.region, tls), { fresh: !there, check })),
  ];
}

/** Where to create a bucket: S3 refuses a location constraint for the one region that has none. */
function bucketLocation(region: string): Pick<CreateBucketRequest, "CreateBucketConfiguration"> {
  return region === "us-east-1"
    ? {}
    : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
}

async function bucketExists(target: AwsTarget, Bucket: string, owner: string): Promise<boolean> {
  try {
    await headBucket(target, Bucket, owner);
    return true;
  } catch (error) {
    const status = (error as AwsError).$metadata?.httpStatusCode;
    if (status === 404) return false;
    if (status !== 403) throw error;
    throw new ActionRequired(
      `the bucket ${Bucket} is another account's, or you may not look at it`,
      "Bucket names are shared by all of AWS: choose another in src/environments/state-backend.ts.",
    );
  }
}

function properties(s3: S3, Bucket: string, region: string, tls: boolean): Property[] {
  return [
    {
      property: "versioned",
      isRight: async () => (await s3.getBucketVersioning({ Bucket })).Status === "Enabled",
      repair: () =>
        s3.putBucketVersioning({
          Bucket,
          VersioningConfiguration: { Status: "Enabled" },
        }),
    },
    {
      property: "encrypted",
      isRight: async () => {
        const found = await unlessMissing(s3.getBucketEncryption({ Bucket }));
        return Boolean(found?.ServerSideEncryptionConfiguration?.Rules?.length);
      },
      repair: () =>
        s3.putBucketEncryption({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
        }),
    },
    {
      property: "not public",
      isRight: async () => {
        const found = await unlessMissing(s3.getPublicAccessBlock({ Bucket }));
        const block = found?.PublicAccessBlockConfiguration;
        return Object.keys(notPublic).every((key) => block?.[key as keyof typeof notPublic]);
      },
      repair: () => s3.putPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration: notPublic }),
    },
    ...(tls ? [tlsOnlyProperty(s3, Bucket, region)] : []),
    {
      property: `old versions expire (${OLD_VERSION_DAYS} days)`,
      isRight: async () => (await rulesOf(s3, Bucket)).some(isExpiry),
      repair: async () => {
        const others = (await rulesOf(s3, Bucket)).filter(({ ID }) => ID !== RULE);
        const Rules: LifecycleRule[] = [...others, expiry];
        await s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
      },
    },
  ];
}

function tlsOnlyProperty(s3: S3, Bucket: string, region: string): Property {
  return {
    property: "TLS only",
    isRight: async () =>
      (await policyOf(s3, Bucket)).Statement.some((statement) =>
        isTlsOnly(Bucket, region, statement),
      ),
    repair: async () => {
      const { Version, Statement } = await policyOf(s3, Bucket);
      const others = Statement.filter(({ Sid }) => Sid !== TLS_ONLY);
      const Policy = JSON.stringify({ Version, Statement: [...others, tlsOnly(Bucket, region)] });
      await s3.putBucketPolicy({ Bucket, Policy });
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

/**
 * The AWS partition of a region, which ARNs begin with.
 * Source: the region patterns in `partitions.json`, which all AWS SDKs ship.
 */
export function partitionOf(region: string): string {
  const others = { "cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc" };
  return Object.entries(others).find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

const tlsOnly = (bucket: string, region: string) => ({
  Sid: TLS_ONLY,
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["", "/*"].map((objects) => `arn:${partitionOf(region)}:s3:::${bucket}${objects}`),
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** Tests whether a statement, under any Sid, forbids everything without TLS. */
function isTlsOnly(bucket: string, region: string, statement: object): boolean {
  return isDeepStrictEqual({ ...statement, Sid: TLS_ONLY }, tlsOnly(bucket, region));
}

async function policyOf(s3: S3, Bucket: string): Promise<Policy> {
  const found = await unlessMissing(s3.getBucketPolicy({ Bucket }));
  return found?.Policy
    ? (JSON.parse(found.Policy) as Policy)
    : { Version: "2012-10-17", Statement: [] };
}

async function rulesOf(s3: S3, Bucket: string): Promise<LifecycleRule[]> {
  const call = s3.getBucketLifecycleConfiguration({ Bucket });
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
