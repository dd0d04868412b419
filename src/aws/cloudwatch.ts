import { CloudWatch, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import { names } from "../names";
import { client, type AwsEnvironment, type AwsTarget } from "./client";
import { unlessMissing } from "./errors";
import { itemsOf } from "./pages";

/** An alarm in the state ALARM. */
export interface ActiveAlarm {
  readonly name: string;
  /** CloudWatch's own words. */
  readonly reason: string;
}

/** The environment's alarms that are in the state ALARM. */
export async function activeAlarms(environment: AwsEnvironment): Promise<ActiveAlarm[]> {
  const pages = paginateDescribeAlarms(
    { client: client(CloudWatch, environment) },
    { AlarmNamePrefix: names.alarmPrefix(environment.name) },
  );
  return (await itemsOf(pages, ({ MetricAlarms }) => MetricAlarms))
    .filter(({ StateValue }) => StateValue === "ALARM")
    .map(({ AlarmName: name = "", StateReason: reason = "" }) => ({ name, reason }));
}

/** Tests whether there is a dashboard of that name. */
export async function hasDashboard(target: AwsTarget, DashboardName: string): Promise<boolean> {
  const cloudwatch = client(CloudWatch, target);
  return Boolean(await unlessMissing(() => cloudwatch.getDashboard({ DashboardName })));
}
