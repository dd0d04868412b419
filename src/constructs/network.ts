import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import { DataAwsSubnets } from "@cdktf/provider-aws/lib/data-aws-subnets";
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
import { TerraformLocal, type TerraformResource } from "../cdktf";
import type { PartProps } from "./context";
import { isNew } from "./legacy";
import { reference } from "./reference";
import type { NetworkSettings } from "../environments/settings";
import { logGroup } from "./log-group";
import { policyDocument, trustService } from "./iam";

/** Properties of the network. */
export type NetworkProps = PartProps<NetworkSettings>;

/**
 * The VPC: a public and a private subnet in each zone, NAT gateways for the private subnets, an endpoint
 * for S3, and a log of all traffic.
 *
 * Cost: each NAT gateway about $33 a month and $0.045 a GB (us-east-1); the S3 endpoint is free and
 * takes image layers past the NAT gateways.
 */
export class Network extends Construct {
  /** The VPC. */
  readonly vpc: Vpc;
  /** NAT gateways: one for each zone, or one for all. */
  readonly natGateways: readonly NatGateway[];
  /** Public subnets, one for each zone, for the load balancer and the NAT gateways only. */
  readonly publicSubnets: readonly Subnet[];
  /** Private subnets, one for each zone, for everything else. */
  readonly privateSubnets: readonly Subnet[];
  /** Internet gateway of the load balancer and the NAT gateways. */
  readonly internetGateway: InternetGateway;
  /** CIDRs of the private subnets. */
  readonly privateCidrs: readonly string[];
  /** Routes of the public subnets to the internet. The load balancer waits for them. */
  readonly publicRoutes: readonly TerraformResource[];
  /** Routes of the private subnets to the internet. Tasks wait for them. */
  readonly privateRoutes: readonly TerraformResource[];

  /** Creates the VPC and its parts. */
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
    // AWS gives every VPC a group that lets its members connect to each other, and uses it for whatever is
    // started without a group. It gets no rules.
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
      // Leaves out the Local and Wavelength Zones that the account has opted in to: their names sort first.
      filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      excludeZoneIds: settings.excludeZoneIds && [...settings.excludeZoneIds],
      lifecycle: {
        postcondition: [
          {
            condition: `\${length(self.names) >= ${zones.length}}`,
            errorMessage: `network.zones of ${environment} has ${zones.length} zones, and \${local.aws_region} has \${length(self.names)} without those in network.excludeZoneIds. Remove zones, or entries of network.excludeZoneIds.`,
          },
        ],
      },
    });
    const existing = this.existingSubnets(environment);
    const subnets = (type: "public" | "private", cidrs: readonly string[]) =>
      cidrs.map((cidrBlock, index) => {
        const tags = named(`${type}-subnet-${index + 1}`);
        const setting = `network.zones[${index}].${type}Cidr of ${environment}`;
        const subnet = { name: tags.Name, cidr: cidrBlock, setting };
        return new Subnet(this, `aws_subnet.${type}[${index}]`, {
          vpcId: this.vpc.id,
          cidrBlock,
          // Not element(): in a region with fewer zones it would put two subnets into one zone.
          availabilityZone: `\${${reference(available)}.names[${index}]}`,
          mapPublicIpOnLaunch: type === "public",
          tags: { ...tags, Type: type },
          // AWS may add or withdraw a zone, which shifts the list: live subnets stay where they are.
          // A zone that is removed from the settings is deleted last: AWS refuses to delete a subnet
          // that the load balancer, a mount target or a task still uses.
          lifecycle: {
            ignoreChanges: ["availability_zone"],
            createBeforeDestroy: true,
            precondition: [
              ...(type === "private" ? [keepsSubnet(existing, subnet)] : []),
              overlapsNone(existing, subnet),
            ],
          },
        });
      });
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
        // The gateway in the new subnet is created before the other one, which keeps its address.
        lifecycle: { replaceTriggeredBy: [`${reference(subnet)}.cidr_block`] },
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
          // The subnets get another table before theirs is deleted.
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

  /** AWS cannot change the CIDR of a VPC: a plan would replace the VPC and everything in it. */
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
      errorMessage: `network.cidr of ${environment} is not the CIDR of its VPC. AWS cannot change it, and a new VPC would replace the database, the file system and everything else. Set it back to the deployed CIDR, or create a new environment.`,
    };
  }

  /** Names and CIDRs of the environment's subnets that exist. */
  private existingSubnets(environment: string): TerraformLocal {
    const ids = new DataAwsSubnets(this, "data.aws_subnets.existing", {
      tags: { Environment: environment, Project: "plue" },
    });
    const each = new DataAwsSubnet(this, "data.aws_subnet.existing", { id: "${each.key}" });
    each.addOverride("for_each", `\${toset(${reference(ids)}.ids)}`);
    return new TerraformLocal(
      this,
      "existing_subnets",
      `\${[for subnet in ${reference(each)} : {name = lookup(subnet.tags, "Name", ""), cidr = subnet.cidr_block}]}`,
    );
  }

  private logTraffic(props: NetworkProps): void {
    const { environment, accountId, region, settings } = props;
    const log = logGroup(
      this,
      "flow_log",
      props,
      `/aws/vpc/${environment}`,
      settings.flowLogRetentionDays,
    );
    const role = new IamRole(this, "aws_iam_role.flow_log", {
      name: `${environment}-vpc-flow-log-role`,
      assumeRolePolicy: trustService("vpc-flow-logs.amazonaws.com", accountId),
      description: `Flow logs in ${region}`,
      lifecycle: keepsRegion(environment),
    });
    new IamRolePolicy(this, "aws_iam_role_policy.flow_log", {
      name: `${environment}-vpc-flow-log-policy`,
      role: role.id,
      policy: policyDocument({
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: `${log.arn}:*`,
      }),
    });
    new FlowLog(this, "aws_flow_log.main", {
      vpcId: this.vpc.id,
      trafficType: "ALL",
      iamRoleArn: role.arn,
      logDestination: log.arn,
      tags: { Name: `${environment}-vpc-flow-logs` },
    });
  }
}

/**
 * In another region Terraform would find nothing, and create everything a second time. IAM roles are global: this one
 * keeps the region of its creation in its description. One that is older, or adopted, has no region there.
 */
function keepsRegion(environment: string) {
  const deployed = 'regex("^Flow logs in ([a-z0-9-]+)$", self.description)[0]';
  return {
    ignoreChanges: ["description"],
    postcondition: [
      {
        condition: `\${try(${deployed}, local.aws_region) == local.aws_region}`,
        errorMessage: `${environment} is deployed in \${try(${deployed}, "another region")}, and aws_region is \${local.aws_region}. Set it back. An environment cannot move to another region: create a new one there.`,
      },
    ],
  };
}

/** A subnet of the settings. */
interface SubnetSetting {
  /** Its tag `Name`. */
  readonly name: string;
  readonly cidr: string;
  /** The setting, for messages. */
  readonly setting: string;
}

/** AWS cannot change the CIDR of a subnet, and a database cannot move to another subnet of its zone. */
function keepsSubnet(existing: TerraformLocal, { name, cidr, setting }: SubnetSetting) {
  return {
    condition: `\${alltrue([for one in ${reference(existing)} : one.name != "${name}" || one.cidr == "${cidr}"])}`,
    errorMessage: `${setting} is not the CIDR of its subnet. AWS cannot change it, and the database and the file system use the subnet. Set it back. Zones keep their position: add one at the end of the list, and remove the last one only.`,
  };
}

/** AWS refuses a subnet that overlaps another one, also while the other one is about to be deleted. */
function overlapsNone(existing: TerraformLocal, { name, cidr, setting }: SubnetSetting) {
  const [address, bits] = cidr.split("/");
  const shorter = `min(${bits}, split("/", one.cidr)[1])`;
  const network = (of: string) => `cidrhost(format("%s/%d", ${of}, ${shorter}), 0)`;
  const overlap = `${network(`"${address}"`)} == ${network('split("/", one.cidr)[0]')}`;
  // Its own may have another name, if somebody changed the tag.
  const other = `one.cidr != "${cidr}" || (one.name != "${name}" && can(regex("-(public|private)-subnet-", one.name)))`;
  return {
    condition: `\${!anytrue([for one in ${reference(existing)} : ${overlap} if ${other}])}`,
    errorMessage: `${setting} overlaps a subnet that exists. Choose a CIDR that no subnet has.`,
  };
}
