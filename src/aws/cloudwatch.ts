import {
  CloudWatchClient,
  GetDashboardCommand,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { names } from "../names";
import { client, type AwsEnvironment, type AwsTarget } from "./client";
import type { AwsError } from "./errors";

/** An alarm in the state ALARM. */
export interface ActiveAlarm {
  readonly name: string;
  /** CloudWatch's own words. */
  readonly reason: string;
}

/** The environment's alarms that are in the state ALARM. */
export async function activeAlarms(environment: AwsEnvironment): Promise<ActiveAlarm[]> {
  const alarms: ActiveAlarm[] = [];
  const pages = paginateDescribeAlarms(
    { client: client(CloudWatchClient, environment) },
    { AlarmNamePrefix: names.alarmPrefix(environment.name) },
  );
  for await (const { MetricAlarms = [] } of pages) {
    for (const { AlarmName = "", StateReason = "", StateValue } of MetricAlarms) {
      if (StateValue === "ALARM") alarms.push({ name: AlarmName, reason: StateReason });
    }
  }
  return alarms;
}

/** Whether there is a dashboard of that name. */
export async function hasDashboard(target: AwsTarget, DashboardName: string): Promise<boolean> {
  try {
    await client(CloudWatchClient, target).send(new GetDashboardCommand({ DashboardName }));
    return true;
  } catch (error) {
    if (/NotFound/.test((error as AwsError).name)) return false;
    throw error;
  }
}
