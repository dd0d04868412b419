import { loadBalancerArn } from "../../../aws/elbv2";
import { webAclOf } from "../../../aws/wafv2";
import { names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the environment's web ACL protects its load balancer, and writes a log. */
export async function checkWaf(environment: Environment): Promise<Check[]> {
  const { waf } = environment.settings.loadBalancer;
  if (!waf) return [];
  const check = "WAF protects the load balancer";
  const arn = await loadBalancerArn(environment);
  const found = arn && (await webAclOf(environment, arn));
  const fix = `plue deploy ${environment.name}`;
  if (!found) return [failed(check, "the load balancer has no web ACL", fix)];
  const wanted = names.webAcl(environment.name);
  if (found.name !== wanted) return [failed(check, `${found.name} does, not ${wanted}`, fix)];
  if (!found.logs) return [failed(check, "it writes no log", fix)];
  const mode = waf.mode === "block" ? "it blocks" : "it counts, and blocks nothing";
  return [ok(check, mode)];
}
