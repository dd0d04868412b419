import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import { contains } from "../../../environments/cidr";

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
