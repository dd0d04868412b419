import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { Construct } from "constructs";
import type { Context } from "./context";

/**
 * Creates a log group, encrypted with the environment's own key if there is one.
 * @param resource name of the Terraform resource
 * @param retentionInDays days for which events are kept
 */
export const logGroup = (
  scope: Construct,
  resource: string,
  { encryptionKeyArn }: Pick<Context, "encryptionKeyArn">,
  name: string,
  retentionInDays: number,
) =>
  new CloudwatchLogGroup(scope, `aws_cloudwatch_log_group.${resource}`, {
    name,
    retentionInDays,
    kmsKeyId: encryptionKeyArn,
  });
