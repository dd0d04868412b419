import { aws } from "../aws/services";
import { blocks } from "../terraform/stack";
import { ask, search, existing } from "./ask";
import { allOf, byUsage, HOURS_PER_MONTH, partOf } from "./charges";
import { card, partBy, resourceKind, settingOf, strings } from "./kind";

/** Log files of a load balancer's node. Source: "Access logs for your Application Load Balancer", its user guide. */
const LOGS_PER_HOUR = 12;

/** A bucket. */
export const s3Bucket = resourceKind({
  type: "aws_s3_bucket",
  words: "s3 bucket",
  drawing: card("storage", "bucket", "S3 bucket", {
    facts: (_, { resource }) => [resource.module.replaceAll("_", " ")],
  }),
  cost: allOf(
    byUsage("object.gigabyteMonth", "objects", (usage) => usage.objectGigabytes),
    (buckets, { of }) => [
      {
        part: partOf(buckets),
        what: "log files written by the load balancer",
        price: "object.put",
        quantity: of("aws_lb").reduce(
          (sum, { values }) =>
            sum + blocks(values.subnets).length * LOGS_PER_HOUR * HOURS_PER_MONTH,
          0,
        ),
      },
    ],
  ),
  existing: search(aws.s3, async (s3, { bucket: Bucket }) =>
    existing(Bucket, (await s3.getBucketTagging({ Bucket })).TagSet),
  ),
  remaining: {
    "s3:": ask(aws.s3, (s3, Bucket) => s3.headBucket({ Bucket })),
  },
  loses: "the access logs in the bucket",
  permissions: {
    names: {
      "s3:bucket": (p) => p.Bucket,
      "s3:object": (p) =>
        strings(p.Bucket).map((bucket) => `${bucket}/${strings(p.Key ?? "*")[0] ?? ""}`),
    },
  },
});

const setting = (type: string, words: string) => settingOf("aws_s3_bucket", { type, words });

/** The policy of a bucket. */
export const s3BucketPolicy = settingOf("aws_s3_bucket", {
  type: "aws_s3_bucket_policy",
  words: "s3 bucket policy",
  drawing: partBy("bucket"),
});

/** When objects of a bucket expire. */
export const s3BucketLifecycleConfiguration = setting(
  "aws_s3_bucket_lifecycle_configuration",
  "s3 bucket lifecycle configuration",
);

/** The block on public access to a bucket. */
export const s3BucketPublicAccessBlock = setting(
  "aws_s3_bucket_public_access_block",
  "s3 bucket public access block",
);

/** The encryption of a bucket. */
export const s3BucketServerSideEncryptionConfiguration = setting(
  "aws_s3_bucket_server_side_encryption_configuration",
  "s3 bucket server side encryption configuration",
);
