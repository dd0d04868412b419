import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { client, type AwsEnvironment } from "./client";
import { unlessMissing } from "./errors";
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

/**
 * The health of a service's targets by state and reason; undefined if it has no target group.
 * @param groups how many target groups it has: two, where deployments go from one to the other
 */
export async function targetHealth(
  environment: AwsEnvironment,
  component: Component,
  groups: 1 | 2 = 1,
): Promise<TargetHealth[] | undefined> {
  const elb = client(ElasticLoadBalancingV2, environment);
  const { name } = environment;
  const Names = [names.targetGroup(name, component), names.secondTargetGroup(name, component)];
  return unlessMissing(async () => {
    const { TargetGroups = [] } = await elb.describeTargetGroups({ Names: Names.slice(0, groups) });
    const targets = await Promise.all(
      TargetGroups.map(async ({ TargetGroupArn }) => {
        const answer = await elb.describeTargetHealth({ TargetGroupArn });
        return answer.TargetHealthDescriptions ?? [];
      }),
    );
    const counted = new Map<string, TargetHealth>();
    for (const { TargetHealth: health } of targets.flat()) {
      const { State: state = "unknown", Reason: reason } = health ?? {};
      const key = `${state} ${reason}`;
      counted.set(key, { state, reason, count: (counted.get(key)?.count ?? 0) + 1 });
    }
    return [...counted.values()];
  });
}

/** ARN of the environment's load balancer; undefined if there is none. */
export async function loadBalancerArn(environment: AwsEnvironment): Promise<string | undefined> {
  const Names = [names.loadBalancer(environment.name)];
  const found = await unlessMissing(() =>
    client(ElasticLoadBalancingV2, environment).describeLoadBalancers({ Names }),
  );
  return found?.LoadBalancers?.[0]?.LoadBalancerArn;
}

/** The bucket that the load balancer writes its access logs to; undefined if it writes none. */
export async function accessLogsBucket(environment: AwsEnvironment): Promise<string | undefined> {
  const LoadBalancerArn = await loadBalancerArn(environment);
  if (!LoadBalancerArn) return undefined;
  const { Attributes = [] } = await client(
    ElasticLoadBalancingV2,
    environment,
  ).describeLoadBalancerAttributes({ LoadBalancerArn });
  const attribute = (key: string) => Attributes.find(({ Key }) => Key === key)?.Value;
  return attribute("access_logs.s3.enabled") === "true"
    ? attribute("access_logs.s3.bucket")
    : undefined;
}
