import { EC2, type SecurityGroup, type Subnet } from "@aws-sdk/client-ec2";
import { client, type AwsEnvironment, type AwsTarget } from "./client";

/** The security groups of these names. */
export async function securityGroupsNamed(
  target: AwsTarget,
  groupNames: readonly string[],
): Promise<SecurityGroup[]> {
  const { SecurityGroups = [] } = await client(EC2, target).describeSecurityGroups({
    Filters: [{ Name: "group-name", Values: [...groupNames] }],
  });
  return SecurityGroups;
}

/** The environment's subnets. */
export async function subnetsOf(environment: AwsEnvironment): Promise<Subnet[]> {
  const { Subnets = [] } = await client(EC2, environment).describeSubnets({
    Filters: [
      { Name: "tag:Environment", Values: [environment.name] },
      { Name: "tag:Project", Values: ["plue"] },
    ],
  });
  return Subnets;
}

/** Ids of the network interfaces that use a VPC's default security group. */
export async function usersOfDefaultGroup(target: AwsTarget, vpc: string): Promise<string[]> {
  const { NetworkInterfaces = [] } = await client(EC2, target).describeNetworkInterfaces({
    Filters: [{ Name: "vpc-id", Values: [vpc] }],
  });
  return NetworkInterfaces.filter(({ Groups = [] }) =>
    Groups.some(({ GroupName }) => GroupName === "default"),
  ).map(({ NetworkInterfaceId: id = "" }) => id);
}
