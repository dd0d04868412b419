import { contains } from "./environments/cidr";

/** One rule of a security group, in one direction. */
export interface Rule {
  /** `tcp`, `udp`, or `-1` for every protocol. */
  readonly protocol: string;
  /** First port. */
  readonly from: number;
  /** Last port. */
  readonly to: number;
  /** CIDRs of the other side. */
  readonly cidrs: readonly string[];
  /** Ids of the other side's security groups. */
  readonly groups: readonly string[];
}

/** A security group, its rules, and the subnets of its members. */
export interface Group {
  /** Id that rules refer to: AWS's own, or a Terraform address. */
  readonly id: string;
  /** CIDRs of its members' subnets. */
  readonly cidrs: readonly string[];
  /** Rules for connections to its members. */
  readonly ingress: readonly Rule[];
  /** Rules for connections from its members. */
  readonly egress: readonly Rule[];
}

/** Connections that the rules of both sides allow. */
export interface Reach {
  /** Id of a security group, or `internet`. */
  readonly from: string;
  /** Id of a security group, or `internet`. */
  readonly to: string;
  /** `443`, `8000-8010` or `all`. */
  readonly port: string;
  /** True if only a rule for the whole internet allows it, which includes the other side. */
  readonly throughTheInternet: boolean;
}

/** The other side of connections that leave or enter the VPC. */
export const INTERNET = "internet";

/** The connections between security groups, with their ports. */
export function reachability(groups: readonly Group[]): Reach[] {
  return groups.flatMap((target) => [
    ...target.ingress.filter(admitsInternet).map((rule) => reach(INTERNET, target.id, rule)),
    ...target.egress.filter(admitsInternet).map((rule) => reach(target.id, INTERNET, rule)),
    ...groups.flatMap((source) =>
      target.ingress
        .filter((rule) => admits(rule, source))
        .flatMap((into) =>
          source.egress
            .filter((rule) => admits(rule, target))
            .flatMap((out) => {
              const common = intersect(out, into);
              const wide = onlyAsInternet(out, target) || onlyAsInternet(into, source);
              return common ? [reach(source.id, target.id, common, wide)] : [];
            }),
        ),
    ),
  ]);
}

/** The sides whose rules forbid members of one group to connect to another's on a TCP port. */
export function blockedSides(from: Group, to: Group, port: number): ("egress" | "ingress")[] {
  const tcp: Rule = { protocol: "tcp", from: port, to: port, cidrs: [], groups: [] };
  const allows = (rules: readonly Rule[], peer: Group) =>
    rules.some((rule) => admits(rule, peer) && intersect(rule, tcp) !== undefined);
  return [
    ...(allows(from.egress, to) ? [] : ["egress" as const]),
    ...(allows(to.ingress, from) ? [] : ["ingress" as const]),
  ];
}

const reach = (from: string, to: string, rule: Rule, throughTheInternet = false): Reach => ({
  from,
  to,
  port: portsOf(rule),
  throughTheInternet,
});

/** An address of a range reserved for documentation, which no VPC has. */
const OUTSIDE = "203.0.113.7/32";

const admitsInternet = (rule: Rule) => rule.cidrs.some((cidr) => contains(cidr, OUTSIDE));

/** True if a rule names the group of a peer, or all of its subnets: any of them can have its only member. */
function admits(rule: Rule, peer: Group): boolean {
  return (
    rule.groups.includes(peer.id) ||
    (peer.cidrs.length > 0 &&
      peer.cidrs.every((subnet) => rule.cidrs.some((cidr) => contains(cidr, subnet))))
  );
}

function onlyAsInternet(rule: Rule, peer: Group): boolean {
  return !rule.groups.includes(peer.id) && admitsInternet(rule);
}

/** Traffic that both rules allow; undefined if that is nothing. */
function intersect(a: Rule, b: Rule): Rule | undefined {
  const [first, second] = [withAllPorts(a), withAllPorts(b)];
  const anyProtocol = [a, b].some(({ protocol }) => protocol === "-1");
  if (a.protocol !== b.protocol && !anyProtocol) return undefined;
  const [from, to] = [Math.max(first.from, second.from), Math.min(first.to, second.to)];
  return from <= to ? { ...(a.protocol === "-1" ? second : first), from, to } : undefined;
}

const LAST_PORT = 65535;

const withAllPorts = (rule: Rule): Rule =>
  rule.protocol === "-1" ? { ...rule, from: 0, to: LAST_PORT } : rule;

function portsOf(rule: Rule): string {
  const { from, to } = withAllPorts(rule);
  if (from === 0 && to === LAST_PORT) return "all";
  return from === to ? String(from) : `${from}-${to}`;
}
