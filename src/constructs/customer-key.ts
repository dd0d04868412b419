import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";
import { names } from "../names";
import type { Context } from "./context";
import { policyDocument } from "./iam";

/** Properties of the customer key. */
export interface CustomerKeyProps extends Context {
  /** Days between the request to delete the key and its deletion, 7 to 30. */
  readonly deletionWindowDays: number;
}

/**
 * The environment's own KMS key, for database, file system, images, logs, secrets and topic.
 *
 * Cost: $1 a month, $1 more for each of the first two yearly rotations, $0.03 for ten thousand requests.
 */
export class CustomerKey extends Construct {
  /** The key. */
  readonly key: KmsKey;

  /** Creates the key and its alias. */
  constructor(scope: Construct, id: string, props: CustomerKeyProps) {
    super(scope, id);
    const { accountId, partition, region } = props;
    this.key = new KmsKey(this, "aws_kms_key.main", {
      description: `All data of ${props.environment}`,
      enableKeyRotation: true,
      deletionWindowInDays: props.deletionWindowDays,
      policy: policyDocument(
        {
          // RDS, EFS, ECR, Secrets Manager and Backup use the key for a principal of this account.
          Sid: "IamPoliciesOfThisAccount",
          Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "LogGroupsOfThisAccount",
          Principal: { Service: `logs.${region}.amazonaws.com` },
          Action: [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
          ],
          Resource: "*",
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${accountId}:log-group:*`,
            },
          },
        },
        {
          Sid: "AlarmsToTheTopic",
          Principal: { Service: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] },
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        },
        {
          // EventBridge supports no conditions on the source.
          // Source: "Key management", in the Amazon SNS developer guide.
          Sid: "EventsToTheTopic",
          Principal: { Service: "events.amazonaws.com" },
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
          Resource: "*",
        },
      ),
    });
    new KmsAlias(this, "aws_kms_alias.main", {
      name: names.keyAlias(props.environment),
      targetKeyId: this.key.keyId,
    });
  }
}
