import { accessLogsBucket } from "../../../aws/elbv2";
import { names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the load balancer writes its access logs to the environment's bucket. */
export async function checkAccessLogs(environment: Environment): Promise<Check[]> {
  const { name, accountId, region, settings } = environment;
  if (!settings.loadBalancer.accessLogs) return [];
  const check = "load balancer writes access logs";
  const wanted = names.accessLogsBucket(name, accountId, region);
  const found = await accessLogsBucket(environment);
  return found === wanted
    ? [ok(check, `to ${found}`)]
    : [failed(check, found ? `to ${found}, not to ${wanted}` : "no", `plue deploy ${name}`)];
}
