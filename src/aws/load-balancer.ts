import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { names } from "../names";
import { client, type AwsEnvironment } from "./client";
import { unlessMissing } from "./errors";

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
