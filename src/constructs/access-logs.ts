import type { Lb } from "@cdktf/provider-aws/lib/lb";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { Construct } from "constructs";
import type { AccessLogsSettings } from "../environments/options";
import { names } from "../names";
import type { PartProps } from "./context";
import { policyDocument } from "./iam";

/** Properties of the access logs. */
export interface AccessLogsProps extends PartProps<AccessLogsSettings> {
  /** The load balancer whose requests are logged. */
  readonly loadBalancer: Lb;
}

/**
 * A bucket with a line for each request that reaches the load balancer.
 *
 * Cost (us-east-1): $0.023 a GB-month and $0.005 for a thousand files, and each node of the
 * load balancer writes one file every five minutes.
 */
export class AccessLogs extends Construct {
  /** The bucket. */
  readonly bucket: S3Bucket;

  /** Creates the bucket and lets the load balancer write to it. */
  constructor(scope: Construct, id: string, props: AccessLogsProps) {
    super(scope, id);
    const { settings } = props;
    this.bucket = new S3Bucket(this, "aws_s3_bucket.access_logs", {
      bucket: names.accessLogsBucket(props.environment, props.accountId, props.region),
      forceDestroy: settings.forceDestroy,
    });
    const bucket = this.bucket.id;
    const closed = new S3BucketPublicAccessBlock(
      this,
      "aws_s3_bucket_public_access_block.access_logs",
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
    );
    // S3's own key: the load balancer cannot write to a bucket with a KMS key.
    new S3BucketServerSideEncryptionConfigurationA(
      this,
      "aws_s3_bucket_server_side_encryption_configuration.access_logs",
      { bucket, rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    );
    new S3BucketLifecycleConfiguration(this, "aws_s3_bucket_lifecycle_configuration.access_logs", {
      bucket,
      rule: [
        {
          id: "expire",
          status: "Enabled",
          filter: [{ prefix: "" }],
          expiration: [{ days: settings.retentionDays }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
      ],
    });
    const policy = new S3BucketPolicy(this, "aws_s3_bucket_policy.access_logs", {
      bucket,
      policy: policyDocument(
        {
          Sid: "LoadBalancer",
          Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
          Action: "s3:PutObject",
          // The path contains the account. AWS documents no condition for this service.
          // Source: "Access logs for your Application Load Balancer", bucket policy.
          Resource: `${this.bucket.arn}/AWSLogs/${props.accountId}/*`,
        },
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [this.bucket.arn, `${this.bucket.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ),
      dependsOn: [closed],
    });
    // The reference to the policy orders the two: AWS refuses access logs to a bucket without the policy.
    props.loadBalancer.putAccessLogs({ bucket: policy.bucket, enabled: true });
  }
}
