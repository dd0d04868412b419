import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { names } from "../names";
import { client, type AwsEnvironment } from "./client";
import type { AwsError } from "./errors";

/** ARN of the environment's load balancer; undefined if there is none. */
export async function loadBalancerArn(environment: AwsEnvironment): Promise<string | undefined> {
  try {
    const { LoadBalancers = [] } = await client(ElasticLoadBalancingV2Client, environment).send(
      new DescribeLoadBalancersCommand({ Names: [names.loadBalancer(environment.name)] }),
    );
    return LoadBalancers[0]?.LoadBalancerArn;
  } catch (error) {
    if ((error as AwsError).name === "LoadBalancerNotFoundException") return undefined;
    throw error;
  }
}

/** The bucket that the load balancer writes its access logs to; undefined if it writes none. */
export async function accessLogsBucket(environment: AwsEnvironment): Promise<string | undefined> {
  const LoadBalancerArn = await loadBalancerArn(environment);
  if (!LoadBalancerArn) return undefined;
  const { Attributes = [] } = await client(ElasticLoadBalancingV2Client, environment).send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
  );
  const attribute = (key: string) => Attributes.find(({ Key }) => Key === key)?.Value;
  return attribute("access_logs.s3.enabled") === "true"
    ? attribute("access_logs.s3.bucket")
    : undefined;
}
