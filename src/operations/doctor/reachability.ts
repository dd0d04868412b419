import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type IpPermission,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { client } from "../../aws/client";
import type { Environment } from "../environment";
import { names } from "../../names";

/** Two parts that must talk, by the parts in their security groups' names. */
export interface Pair {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  /** What it is for. */
  readonly purpose: string;
}

/** Every pair that must talk: see src/constructs. */
export const pairs: readonly Pair[] = [
  { from: "alb", to: "api-server", port: 8000, purpose: "requests and health checks" },
  { from: "alb", to: "web-app", port: 80, purpose: "requests and health checks" },
  { from: "api-server", to: "db", port: 5432, purpose: "queries" },
  { from: "api-server", to: "efs", port: 2049, purpose: "git repositories" },
  { from: "db-migrate", to: "db", port: 5432, purpose: "migrations" },
];

/** A security group and the CIDRs that its members' addresses are out of. */
export interface Group extends SecurityGroup {
  readonly cidrs: readonly string[];
}

/**
 * Why members of one group cannot reach those of another on a port; undefined if they can.
 * Egress of the one and ingress of the other must both allow it.
 */
export function blockedBy(from: Group, to: Group, port: number): string | undefined {
  const out = (from.IpPermissionsEgress ?? []).some((rule) => allows(rule, port, to));
  const into = (to.IpPermissions ?? []).some((rule) => allows(rule, port, from));
  if (out && into) return undefined;
  return [
    ...(out ? [] : [`${from.GroupName} lets nothing out to port ${port} of ${to.GroupName}`]),
    ...(into ? [] : [`${to.GroupName} lets nothing in on port ${port} from ${from.GroupName}`]),
  ].join("; ");
}

function allows(rule: IpPermission, port: number, peer: Group): boolean {
  const { IpProtocol, FromPort, ToPort, UserIdGroupPairs = [], IpRanges = [] } = rule;
  const everything = IpProtocol === "-1";
  const tcp = IpProtocol === "tcp" && (FromPort ?? 0) <= port && port <= (ToPort ?? 65535);
  if (!everything && !tcp) return false;
  return (
    UserIdGroupPairs.some(({ GroupId }) => GroupId === peer.GroupId) ||
    // Any of the peer's subnets may hold its only member.
    peer.cidrs.every((cidr) => IpRanges.some(({ CidrIp }) => CidrIp && contains(CidrIp, cidr)))
  );
}

/** Whether one IPv4 CIDR holds another. */
export function contains(outer: string, inner: string): boolean {
  const [outerBase = 0, outerBits = 0] = parse(outer);
  const [innerBase = 0, innerBits = 0] = parse(inner);
  const size = 2 ** (32 - outerBits);
  return outerBits <= innerBits && Math.floor(innerBase / size) === Math.floor(outerBase / size);
}

function parse(cidr: string): [base: number, bits: number] {
  const [address = "", bits = "32"] = cidr.split("/");
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return [base, Number(bits)];
}

/** The environment's security groups, by the parts in their names. */
export async function readGroups(environment: Environment): Promise<Map<string, Group>> {
  const { name } = environment;
  const ec2 = client(EC2Client, environment);
  const parts = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))];
  const groupNames = parts.map((part) => names.securityGroup(name, part));
  const [{ SecurityGroups = [] }, { Subnets = [] }] = await Promise.all([
    ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: groupNames }] }),
    ),
    ec2.send(
      new DescribeSubnetsCommand({
        Filters: [
          { Name: "tag:Environment", Values: [name] },
          { Name: "tag:Project", Values: ["plue"] },
        ],
      }),
    ),
  ]);
  const cidrsOf = (type: string) =>
    Subnets.filter(({ Tags = [] }) =>
      Tags.some(({ Key, Value }) => Key === "Type" && Value === type),
    ).flatMap(({ CidrBlock }) => CidrBlock ?? []);
  const groups = new Map<string, Group>();
  for (const part of parts) {
    const found = SecurityGroups.find(
      ({ GroupName }) => GroupName === names.securityGroup(name, part),
    );
    const cidrs = cidrsOf(part === "alb" ? "public" : "private");
    if (found) groups.set(part, { ...found, cidrs });
  }
  return groups;
}
