import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { client, type AwsEnvironment } from "./client";

import type { AwsError } from "./errors";
import { names, type Component } from "../names";

/** How many targets are in a state, for one reason. */
export interface TargetHealth {
  /** For example `healthy`. */
  readonly state: string;
  /** AWS's code, such as `Target.Timeout`; none for healthy targets. */
  readonly reason: string | undefined;
  /** Targets. */
  readonly count: number;
}

/** The health of a service's targets by state and reason; undefined if it has no target group. */
export async function targetHealth(
  environment: AwsEnvironment,
  component: Component,
): Promise<TargetHealth[] | undefined> {
  const elb = client(ElasticLoadBalancingV2Client, environment);
  try {
    const { TargetGroups = [] } = await elb.send(
      new DescribeTargetGroupsCommand({ Names: [names.targetGroup(environment.name, component)] }),
    );
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: TargetGroups[0]!.TargetGroupArn }),
    );
    const groups = new Map<string, TargetHealth>();
    for (const { TargetHealth: health } of TargetHealthDescriptions) {
      const { State: state = "unknown", Reason: reason } = health ?? {};
      const key = `${state} ${reason}`;
      groups.set(key, { state, reason, count: (groups.get(key)?.count ?? 0) + 1 });
    }
    return [...groups.values()];
  } catch (error) {
    if ((error as AwsError).name === "TargetGroupNotFoundException") return undefined;
    throw error;
  }
}
