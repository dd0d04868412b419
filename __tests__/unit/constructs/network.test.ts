import { Eip } from "@cdktf/provider-aws/lib/eip";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { threeZones } from "../../../examples/three-zones";
import { local } from "../../../src/environments/local";
import { knownNames, referred, stacks, synthesize, type Synthesized } from "../../support/stack";

/** Where each subnet's default route leads: the address of a gateway, by subnet. */
function exits(stack: Synthesized): Record<string, string> {
  const associations = Object.values(stack.resources("aws_route_table_association"));
  return Object.fromEntries(
    associations.map((association) => {
      const table = stack.resource(referred(association.route_table_id));
      const [route] = table.route;
      expect(route.cidr_block).toBe("0.0.0.0/0");
      return [referred(association.subnet_id), referred(route.nat_gateway_id ?? route.gateway_id)];
    }),
  );
}

describe.each(knownNames)("the network of %s", (name) => {
  const stack = stacks[name];

  test("is a VPC with DNS", () => {
    expect(stack.json).toHaveResourceWithProperties(Vpc, {
      cidr_block: "10.0.0.0/16",
      enable_dns_support: true,
      enable_dns_hostnames: true,
    });
  });

  test.each([
    ["10.0.1.0/24", "public", true],
    ["10.0.2.0/24", "public", true],
    ["10.0.10.0/24", "private", false],
    ["10.0.20.0/24", "private", false],
  ])("has the subnet %s: %s", (cidr_block, type, map_public_ip_on_launch) => {
    expect(stack.json).toHaveResourceWithProperties(Subnet, {
      cidr_block,
      map_public_ip_on_launch,
      tags: { Type: type, Name: expect.stringContaining(`${name}-${type}-subnet-`) },
    });
  });

  test("spreads each kind of subnet over two zones and leaves live ones where they are", () => {
    for (const kind of ["public", "private"]) {
      const subnets = Object.values(stack.resources("aws_subnet")).filter(
        (subnet) => subnet.tags.Type === kind,
      );
      expect(new Set(subnets.map((subnet) => subnet.availability_zone)).size).toBe(2);
      for (const subnet of subnets) {
        expect(subnet.lifecycle.ignore_changes).toEqual(["availability_zone"]);
      }
    }
  });

  test("reaches S3 without the NAT gateway, from every private subnet", () => {
    expect(stack.json).toHaveResourceWithProperties(VpcEndpoint, {
      vpc_endpoint_type: "Gateway",
      service_name: "com.amazonaws.${local.aws_region}.s3",
    });
    const endpoint = stack.resource("aws_vpc_endpoint.network_s3");
    const privateTables = Object.keys(stack.resources("aws_route_table"))
      .filter((table) => table.includes("private"))
      .map((table) => `\${aws_route_table.${table}.id}`);
    expect(endpoint.route_table_ids).toEqual(privateTables);
  });

  test("logs all traffic", () => {
    expect(stack.json).toHaveResourceWithProperties(FlowLog, {
      traffic_type: "ALL",
      log_destination: "${aws_cloudwatch_log_group.network_flow_log.arn}",
    });
  });
});

test("dev's private subnets share one NAT gateway", () => {
  expect(stacks.dev.json).toHaveResource(NatGateway);
  expect(exits(stacks.dev)).toEqual({
    "aws_subnet.network_public_0": "aws_internet_gateway.network_main",
    "aws_subnet.network_public_1": "aws_internet_gateway.network_main",
    "aws_subnet.network_private_0": "aws_nat_gateway.network_main_0",
    "aws_subnet.network_private_1": "aws_nat_gateway.network_main_0",
  });
  expect(Object.keys(stacks.dev.resources("aws_eip"))).toHaveLength(1);
});

test("in production each private subnet leaves through the NAT gateway of its own zone", () => {
  expect(stacks.production.json).toHaveResource(Eip);
  const resource = (address: string) => stacks.production.resource(address);
  for (const [subnet, gateway] of Object.entries(exits(stacks.production))) {
    if (!subnet.includes("private")) continue;
    const zoneOf = (address: string) => resource(address).availability_zone as string;
    expect(zoneOf(referred(resource(gateway).subnet_id))).toBe(zoneOf(subnet));
  }
});

test("Local and Wavelength Zones are excluded, and zones in the settings", () => {
  const zones = (stack: Synthesized) =>
    stack.template.data.aws_availability_zones.network_available as Record<string, unknown>;
  for (const name of knownNames) {
    expect(zones(stacks[name])).toMatchObject({
      state: "available",
      filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    });
    expect(zones(stacks[name])).not.toHaveProperty("exclude_zone_ids");
  }
  const network = { ...local.network, excludeZoneIds: ["use1-az3"] };
  expect(zones(synthesize({ ...local, network })).exclude_zone_ids).toEqual(["use1-az3"]);
});

test("supports three zones", () => {
  const stack = synthesize(threeZones);
  expect(exits(stack)).toMatchObject({
    "aws_subnet.network_private_2": "aws_nat_gateway.network_main_2",
  });
  expect(stack.resource("aws_lb.load_balancer_main").subnets).toHaveLength(3);
  expect(Object.keys(stack.resources("aws_efs_mount_target"))).toHaveLength(3);
});
