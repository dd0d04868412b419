import { targetHealth } from "../../../aws/elbv2";
import { services } from "../../../names";
import type { Environment } from "../../environment";
import { targetGroups } from "../../service";
import { failed, ok, type Check } from "./check";

/** Source: DescribeTargetHealth's reason codes in the Elastic Load Balancing API reference. */
const FIXES: Readonly<Record<string, string>> = {
  "Target.ResponseCodeMismatch": "GET /health must answer 200",
  "Target.Timeout": "the container answers too late, or a security group blocks the connection",
  "Target.FailedHealthChecks": "nothing listens on the port: see the service's log",
  "Elb.InitialHealthChecking": "just started: look again in a minute",
  "Elb.RegistrationInProgress": "just started: look again in a minute",
  "Target.DeregistrationInProgress": "it is deregistering: look again in a minute",
};

/** Checks that the load balancer reports each service's targets as healthy. */
export function checkTargets(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  return Promise.all(
    services.map(async (component) => {
      const check = `${component.title} is healthy behind the load balancer`;
      const health = await targetHealth(
        environment,
        component,
        targetGroups(environment, component),
      );
      if (!health) return failed(check, "there is no target group", `plue deploy ${name}`);
      if (health.length === 0) {
        return failed(check, "no target is registered", "no task runs: see above");
      }
      const saw = health
        .map(({ state, reason, count }) => `${count} ${state}${reason ? ` (${reason})` : ""}`)
        .join(", ");
      const bad = health.find(({ state }) => state !== "healthy");
      if (!bad) return ok(check, saw);
      return failed(check, saw, FIXES[bad.reason ?? ""] ?? `plue logs ${name} ${component.key}`);
    }),
  );
}
