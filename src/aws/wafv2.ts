import {
  GetLoggingConfigurationCommand,
  GetWebACLForResourceCommand,
  WAFV2Client,
} from "@aws-sdk/client-wafv2";
import type { AwsError } from "./errors";
import { client, type AwsTarget } from "./client";

/** The web ACL in front of a load balancer. */
export interface WebAcl {
  /** Its name. */
  readonly name: string;
  /** Whether it logs. */
  readonly logs: boolean;
}

/** The web ACL in front of a load balancer; undefined if there is none. */
export async function webAclOf(
  target: AwsTarget,
  loadBalancerArn: string,
): Promise<WebAcl | undefined> {
  const waf = client(WAFV2Client, target);
  const { WebACL } = await waf.send(
    new GetWebACLForResourceCommand({ ResourceArn: loadBalancerArn }),
  );
  if (!WebACL?.ARN) return undefined;
  try {
    await waf.send(new GetLoggingConfigurationCommand({ ResourceArn: WebACL.ARN }));
    return { name: WebACL.Name ?? "", logs: true };
  } catch (error) {
    if ((error as AwsError).name !== "WAFNonexistentItemException") throw error;
    return { name: WebACL.Name ?? "", logs: false };
  }
}
