import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
  type EC2ClientConfig,
} from "@aws-sdk/client-ec2";

/** Where load balancers, tasks and databases of a test are. */
export interface EmbeddedNetwork {
  readonly vpcId: string;
  /** In two zones, with an internet gateway. */
  readonly subnets: string[];
  /** A security group. */
  readonly groups: string[];
}

/** Creates a VPC with all that load balancers, tasks and databases need of one. */
export async function createNetwork(config: EC2ClientConfig): Promise<EmbeddedNetwork> {
  const ec2 = new EC2Client(config);
  const { Vpc: vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = vpc!.VpcId!;
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const { InternetGateway: gateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const { InternetGatewayId } = gateway!;
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  const subnets: string[] = [];
  for (const zone of ["a", "b"]) {
    const AvailabilityZone = `us-east-1${zone}`;
    const CidrBlock = `10.0.${subnets.length}.0/24`;
    const made = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }));
    subnets.push(made.Subnet!.SubnetId!);
  }
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "test", Description: "test", VpcId }),
  );
  return { vpcId: VpcId, subnets, groups: [GroupId!] };
}
