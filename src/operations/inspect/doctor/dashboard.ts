import { hasDashboard } from "../../../aws/cloudwatch";
import { names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the dashboard exists. */
export async function checkDashboard(environment: Environment): Promise<Check[]> {
  if (!environment.settings.dashboard) return [];
  const dashboard = names.dashboard(environment.name);
  const check = `dashboard ${dashboard}`;
  return (await hasDashboard(environment, dashboard))
    ? [ok(check, "it exists")]
    : [failed(check, "it is missing", `plue deploy ${environment.name}`)];
}
