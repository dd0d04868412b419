import { securityGroupsNamed, subnetsOf } from "../../../aws/ec2";
import { hasProxy } from "../../../environments/settings";
import { connections, names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";
import { blockedBy, type Group } from "./reachability";

/** Whether the parts that must talk to each other can, by the rules of their security groups. */
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
    const [source, target] = [groups.get(from), groups.get(to)];
    const missing = [from, to]
      .filter((part) => !groups.has(part))
      .map((part) => names.securityGroup(name, part));
    const blocked =
      source && target ? blockedBy(source, target, port) : `there is no ${missing.join(", no ")}`;
    return blocked
      ? failed(check, blocked, `a rule was changed by hand: plue deploy ${name} puts it back`)
      : ok(check, `port ${port}, ${purpose}`);
  });
}

/** The environment's security groups, by the parts in their names. */
async function readGroups(environment: Environment): Promise<Map<string, Group>> {
  const { name } = environment;
  const parts = [...new Set(connections.flatMap(({ from, to }) => [from, to]))];
  const [found, subnets] = await Promise.all([
    securityGroupsNamed(
      environment,
      parts.map((part) => names.securityGroup(name, part)),
    ),
    subnetsOf(environment),
  ]);
  const cidrsOf = (type: string) =>
    subnets
      .filter(({ Tags = [] }) => Tags.some(({ Key, Value }) => Key === "Type" && Value === type))
      .flatMap(({ CidrBlock }) => CidrBlock ?? []);
  const groups = new Map<string, Group>();
  for (const part of parts) {
    const group = found.find(({ GroupName }) => GroupName === names.securityGroup(name, part));
    if (group)
      groups.set(part, { ...group, cidrs: cidrsOf(part === "alb" ? "public" : "private") });
  }
  return groups;
}
