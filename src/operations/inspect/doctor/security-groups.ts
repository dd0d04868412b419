import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import { securityGroupsNamed, subnetsOf } from "../../../aws/ec2";
import { hasProxy } from "../../../environments/settings";
import { connections, names } from "../../../names";
import { blockedSides, type Group, type Rule } from "../../../reachability";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks whether the security groups allow the connections that Plue needs. */
export async function checkSecurityGroups(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  const groups = await readGroups(environment);
  const proxied = hasProxy(environment.settings.apiServer);
  const wanted = connections.filter(
    ({ toProxy, option }) =>
      (!toProxy || proxied) && (!option || environment.settings[option] !== undefined),
  );
  return wanted.map(({ from, to, port, toProxy, purpose }) => {
    const check = `${from} may reach ${to}${toProxy ? "'s proxy" : ""}`;
    const [source, target] = [from, to].map((part) => groups.get(names.securityGroup(name, part)));
    const missing = [from, to]
      .map((part) => names.securityGroup(name, part))
      .filter((group) => !groups.has(group));
    const blocked =
      source && target ? blockedBy(source, target, port) : `there is no ${missing.join(", no ")}`;
    return blocked
      ? failed(check, blocked, `a rule was changed by hand: plue deploy ${name} restores it`)
      : ok(check, `port ${port}, ${purpose}`);
  });
}

/** A security group with its name. */
export interface NamedGroup extends Group {
  readonly name: string;
}

/** The reason why members of one group cannot connect to those of another on a port; undefined if they can. */
export function blockedBy(from: NamedGroup, to: NamedGroup, port: number): string | undefined {
  const reasons = {
    egress: `${from.name} allows no connections to port ${port} of ${to.name}`,
    ingress: `${to.name} allows no connections on port ${port} from ${from.name}`,
  };
  const sides = blockedSides(from, to, port);
  return sides.length > 0 ? sides.map((side) => reasons[side]).join("; ") : undefined;
}

/** A security group as EC2 describes it, with the CIDRs of its members' subnets. */
export function groupOf(
  { GroupId, GroupName, IpPermissions, IpPermissionsEgress }: SecurityGroup,
  cidrs: readonly string[],
): NamedGroup {
  return {
    id: GroupId ?? "",
    name: GroupName ?? "",
    cidrs,
    ingress: rulesOf(IpPermissions),
    egress: rulesOf(IpPermissionsEgress),
  };
}

function rulesOf(permissions: readonly IpPermission[] = []): Rule[] {
  return permissions.map(
    ({ IpProtocol = "-1", FromPort = 0, ToPort = 65535, UserIdGroupPairs, IpRanges }) => ({
      protocol: IpProtocol,
      from: FromPort,
      to: ToPort,
      cidrs: (IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
      groups: (UserIdGroupPairs ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    }),
  );
}

/** The environment's security groups, by name. */
async function readGroups(environment: Environment): Promise<Map<string, NamedGroup>> {
  const { name } = environment;
  const parts = connections.flatMap(({ from, to }) => [from, to]);
  const groupNames = [...new Set(parts)].map((part) => names.securityGroup(name, part));
  const [found, subnets] = await Promise.all([
    securityGroupsNamed(environment, groupNames),
    subnetsOf(environment),
  ]);
  const cidrsOf = (type: string) =>
    subnets
      .filter(({ Tags = [] }) => Tags.some(({ Key, Value }) => Key === "Type" && Value === type))
      .flatMap(({ CidrBlock }) => CidrBlock ?? []);
  const internetFacing = names.securityGroup(name, "alb");
  return new Map(
    found.map((group) => [
      group.GroupName ?? "",
      groupOf(group, cidrsOf(group.GroupName === internetFacing ? "public" : "private")),
    ]),
  );
}
