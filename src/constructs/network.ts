import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { DataAwsVpcs } from "@cdktf/provider-aws/lib/data-aws-vpcs";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { Construct } from "constructs";
import type { TerraformResource } from "../cdktf";
import type { Context } from "./context";
import { isNew } from "./legacy";
import { reference } from "./reference";
import type { NetworkSettings } from "../environments/settings";
import { policyDocument, trustService } from "./iam";

/** What a network is made of. */
export interface NetworkProps extends Context {
  /** The environment's settings of it. */
  readonly settings: NetworkSettings;
}

/**
 * The VPC: a public and a private subnet in each zone, one way out to the internet for each private
 * subnet, S3 reached without the NAT gateway, and a log of all traffic.
 *
 * Cost: each NAT gateway about $33 a month and $0.045 a GB (us-east-1); the S3 endpoint is free and
 * keeps image layers off that bill.
 */
export class Network extends Construct {
  /** The VPC. */
  readonly vpc: Vpc;
  /** One for each zone, or one for all. */
  readonly natGateways: readonly NatGateway[];
  /** One for each zone; only the load balancer and NAT gateways live here. */
  readonly publicSubnets: readonly Subnet[];
  /** One for each zone; everything else lives here. */
  readonly privateSubnets: readonly Subnet[];
  /** What the load balancer and the NAT gateways reach the internet by. */
  readonly internetGateway: InternetGateway;
  /** CIDRs of the private subnets. */
  readonly privateCidrs: readonly string[];
  /** What gives the public subnets their route to the internet: the load balancer waits for it. */
  readonly publicRoutes: readonly TerraformResource[];
  /** What gives the private subnets their route to the internet: tasks wait for it. */
  readonly privateRoutes: readonly TerraformResource[];

  /** Makes the VPC with all of its parts. */
  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { environment, settings } = props;
    const { zones } = settings;
    const named = (name: string) => ({ Name: `${environment}-${name}` });

    this.vpc = new Vpc(this, "aws_vpc.main", {
      cidrBlock: settings.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: named("vpc"),
      lifecycle: { precondition: [this.keepsCidr(props)] },
    });
    // A VPC comes with a group that lets its members talk; whatever is started without a group of
    // its own would get it.
    const defaultGroup = new DefaultSecurityGroup(this, "aws_default_security_group.main", {
      vpcId: this.vpc.id,
      ingress: [],
      egress: [],
    });
    isNew(defaultGroup);
    this.internetGateway = new InternetGateway(this, "aws_internet_gateway.main", {
      vpcId: this.vpc.id,
      tags: named("igw"),
    });

    const available = new DataAwsAvailabilityZones(this, "data.aws_availability_zones.available", {
      state: "available",
      // Without it the Local and Wavelength Zones that the account has opted in to come first by name.
      filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      excludeZoneIds: settings.excludeZoneIds && [...settings.excludeZoneIds],
    });
    const subnets = (type: "public" | "private", cidrs: readonly string[]) =>
      cidrs.map(
        (cidrBlock, index) =>
          new Subnet(this, `aws_subnet.${type}[${index}]`, {
            vpcId: this.vpc.id,
            cidrBlock,
            // Not element(), which would put two zones' subnets into one where a region has fewer.
            availabilityZone: `\${${reference(available)}.names[${index}]}`,
            mapPublicIpOnLaunch: type === "public",
            tags: { ...named(`${type}-subnet-${index + 1}`), Type: type },
            // A zone that AWS adds or withdraws shifts the list: live subnets stay where they are.
            // A zone that the settings leave out goes after its users have left it: AWS refuses to
            // delete a subnet that the load balancer, a mount target or a task is still in.
            lifecycle: { ignoreChanges: ["availability_zone"], createBeforeDestroy: true },
          }),
      );
    this.publicSubnets = subnets(
      "public",
      zones.map((zone) => zone.publicCidr),
    );
    this.privateCidrs = zones.map((zone) => zone.privateCidr);
    this.privateSubnets = subnets("private", this.privateCidrs);

    const natSubnets =
      settings.natGateways === "single" ? this.publicSubnets.slice(0, 1) : this.publicSubnets;
    this.natGateways = natSubnets.map((subnet, index) => {
      const address = new Eip(this, `aws_eip.nat[${index}]`, {
        domain: "vpc",
        tags: named(`nat-eip-${index + 1}`),
        dependsOn: [this.internetGateway],
      });
      return new NatGateway(this, `aws_nat_gateway.main[${index}]`, {
        allocationId: address.id,
        subnetId: subnet.id,
        tags: named(`nat-gateway-${index + 1}`),
        dependsOn: [this.internetGateway],
      });
    });

    const publicRoutes = new RouteTable(this, "aws_route_table.public", {
      vpcId: this.vpc.id,
      route: [{ cidrBlock: "0.0.0.0/0", gatewayId: this.internetGateway.id }],
      tags: named("public-rt"),
    });
    const privateTables = this.natGateways.map(
      (natGateway, index) =>
        new RouteTable(this, `aws_route_table.private[${index}]`, {
          vpcId: this.vpc.id,
          route: [{ cidrBlock: "0.0.0.0/0", natGatewayId: natGateway.id }],
          tags: named(`private-rt-${index + 1}`),
          // The subnets change over to another table before theirs, with its way out, goes.
          lifecycle: { createBeforeDestroy: true },
        }),
    );
    const associate = (
      type: string,
      associated: readonly Subnet[],
      tables: readonly RouteTable[],
    ) =>
      associated.map(
        (subnet, index) =>
          new RouteTableAssociation(this, `aws_route_table_association.${type}[${index}]`, {
            subnetId: subnet.id,
            routeTableId: tables[index % tables.length]!.id,
            lifecycle: { createBeforeDestroy: true },
          }),
      );
    this.publicRoutes = associate("public", this.publicSubnets, [publicRoutes]);
    this.privateRoutes = associate("private", this.privateSubnets, privateTables);

    const s3Endpoint = new VpcEndpoint(this, "aws_vpc_endpoint.s3", {
      vpcId: this.vpc.id,
      serviceName: `com.amazonaws.${props.region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: privateTables.map((table) => table.id),
      tags: named("s3-endpoint"),
    });
    isNew(s3Endpoint);

    this.logTraffic(props);
  }

  /** AWS gives a VPC no other CIDR: a plan would replace the VPC and all that is in it. */
  private keepsCidr({ environment, settings }: NetworkProps) {
    const ours = {
      tags: { Environment: environment, Project: "plue", Name: `${environment}-vpc` },
    };
    const deployed = new DataAwsVpcs(this, "data.aws_vpcs.deployed", ours);
    const same = new DataAwsVpcs(this, "data.aws_vpcs.same_cidr", {
      ...ours,
      filter: [{ name: "cidr", values: [settings.cidr] }],
    });
    const count = (vpcs: DataAwsVpcs) => `length(${reference(vpcs)}.ids)`;
    return {
      condition: `\${${count(deployed)} == 0 || ${count(same)} > 0}`,
      errorMessage: `network.cidr of ${environment} is not that of its VPC: AWS cannot change it, and a new VPC would replace the database, the file system and all else. Set it back to what is deployed, or make a new environment.`,
    };
  }

  private logTraffic({ environment, accountId, encryptionKeyArn, settings }: NetworkProps): void {
    const logGroup = new CloudwatchLogGroup(this, "aws_cloudwatch_log_group.flow_log", {
      name: `/aws/vpc/${environment}`,
      retentionInDays: settings.flowLogRetentionDays,
      kmsKeyId: encryptionKeyArn,
    });
    const role = new IamRole(this, "aws_iam_role.flow_log", {
      name: `${environment}-vpc-flow-log-role`,
      assumeRolePolicy: trustService("vpc-flow-logs.amazonaws.com", accountId),
    });
    new IamRolePolicy(this, "aws_iam_role_policy.flow_log", {
      name: `${environment}-vpc-flow-log-policy`,
      role: role.id,
      policy: policyDocument({
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: `${logGroup.arn}:*`,
      }),
    });
    new FlowLog(this, "aws_flow_log.main", {
      vpcId: this.vpc.id,
      trafficType: "ALL",
      iamRoleArn: role.arn,
      logDestination: logGroup.arn,
      tags: { Name: `${environment}-vpc-flow-logs` },
    });
  }
}
