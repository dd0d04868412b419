import { WAFV2 } from "@aws-sdk/client-wafv2";
import { unlessMissing } from "./errors";
import { client, type AwsTarget } from "./client";

/** The web ACL in front of a load balancer. */
export interface WebAcl {
  /** Its name. */
  readonly name: string;
  /** True if it logs. */
  readonly logs: boolean;
}

/** The web ACL in front of a load balancer; undefined if there is none. */
export async function webAclOf(
  target: AwsTarget,
  loadBalancerArn: string,
): Promise<WebAcl | undefined> {
  const waf = client(WAFV2, target);
  const { WebACL } = await waf.getWebACLForResource({ ResourceArn: loadBalancerArn });
  if (!WebACL?.ARN) return undefined;
  const { ARN: ResourceArn, Name: name = "" } = WebACL;
  const log = () => waf.getLoggingConfiguration({ ResourceArn });
  return { name, logs: Boolean(await unlessMissing(log, /^WAFNonexistentItemException$/)) };
}
