import { hasDashboard } from "../../../aws/cloudwatch";
import { names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Whether the dashboard is there. */
export async function checkDashboard(environment: Environment): Promise<Check[]> {
  if (!environment.settings.dashboard) return [];
  const dashboard = names.dashboard(environment.name);
  const check = `dashboard ${dashboard}`;
  return (await hasDashboard(environment, dashboard))
    ? [ok(check, "it is there")]
    : [failed(check, "it is missing", `plue deploy ${environment.name}`)];
}
