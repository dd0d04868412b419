import { activeAlarms } from "../../../aws/cloudwatch";
import { api, names, web } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the custom metrics for autoscaling have data. */
export async function checkScaling(environment: Environment): Promise<Check[]> {
  const { name, settings } = environment;
  const metrics = [
    { component: api, scaling: settings.apiServer.scaling },
    { component: web, scaling: settings.webApp.scaling },
  ].flatMap(({ component, scaling }) =>
    (scaling?.customMetrics ?? []).map((metric) => ({ component, metric })),
  );
  if (metrics.length === 0) return [];
  const active = new Set((await activeAlarms(environment)).map((alarm) => alarm.name));
  return metrics.map(({ component, metric }) => {
    const what = `${metric.namespace} ${metric.metricName}`;
    const check = `${component.title} scales on ${what}`;
    return active.has(names.alarmPrefix(name) + names.scalingAlarm(component, metric.name))
      ? failed(
          check,
          "the metric has no data, and autoscaling does nothing without data",
          `let the application publish ${what} at least every five minutes, zero included`,
        )
      : ok(check, "it has data");
  });
}
