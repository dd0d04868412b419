import { BlockList } from "node:net";
import type { Resource, Stack } from "../terraform/stack";

/** A security group and the subnets out of which its members' addresses are. */
export interface Group {
  /** Address of the security group. */
  readonly address: string;
  /** Of its members' subnets. */
  readonly cidrs: readonly string[];
}

/** Traffic that the rules of both sides let through. */
export interface Reach {
  /** Address of a security group, or `internet`. */
  readonly from: string;
  /** Address of a security group, or `internet`. */
  readonly to: string;
  /** `443`, `8000-8010` or `all`; from the internet what the target lets in, to it what the source lets out. */
  readonly port: string;
  /** Whether only a rule for the whole internet allows it, of which the other side is a part. */
  readonly throughTheInternet: boolean;
}

/** The other end of what crosses the border of the VPC. */
export const INTERNET = "internet";

interface Rule {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  readonly cidrs: readonly string[];
  readonly groups: readonly string[];
}

interface RuleAttributes {
  readonly protocol?: string;
  readonly from_port: number;
  readonly to_port: number;
  readonly cidr_blocks?: readonly string[] | null;
  readonly security_groups?: readonly string[] | null;
  readonly source_security_group_id?: string;
}

/** Who may reach whom on which port, computed from the rules of all security groups. */
export function reachability(stack: Stack, groups: readonly Group[]): Reach[] {
  const rules = new Map(
    groups.map(({ address }) => [
      address,
      {
        ingress: rulesOf(stack, address, "ingress"),
        egress: rulesOf(stack, address, "egress"),
      },
    ]),
  );
  const found: Reach[] = [];
  for (const target of groups) {
    const { ingress, egress } = rules.get(target.address)!;
    for (const rule of ingress.filter(admitsInternet)) {
      const port = portsOf(rule);
      found.push({ from: INTERNET, to: target.address, port, throughTheInternet: false });
    }
    for (const rule of egress.filter(admitsInternet)) {
      const port = portsOf(rule);
      found.push({ from: target.address, to: INTERNET, port, throughTheInternet: false });
    }
    for (const source of groups) {
      for (const into of ingress.filter((rule) => admits(rule, source))) {
        for (const out of rules
          .get(source.address)!
          .egress.filter((rule) => admits(rule, target))) {
          const common = intersect(out, into);
          if (!common) continue;
          found.push({
            from: source.address,
            to: target.address,
            port: portsOf(common),
            throughTheInternet: onlyAsInternet(out, target) || onlyAsInternet(into, source),
          });
        }
      }
    }
  }
  return found;
}

/** A group's rules, those that are resources of their own among them. */
function rulesOf(stack: Stack, address: string, type: "ingress" | "egress"): Rule[] {
  const groupsIn = (value: unknown) =>
    stack.references(value).map((resource: Resource) => resource.address);
  const read = (rule: RuleAttributes): Rule => ({
    protocol: rule.protocol ?? "tcp",
    from: Number(rule.from_port),
    to: Number(rule.to_port),
    cidrs: rule.cidr_blocks ?? [],
    groups: groupsIn([rule.security_groups, rule.source_security_group_id]),
  });
  const inline = stack.find(address)?.attributes[type] as string | RuleAttributes[] | undefined;
  const separate = stack
    .ofType("aws_security_group_rule")
    .map(({ attributes }) => attributes)
    .filter((rule) => rule.type === type && groupsIn(rule.security_group_id).includes(address));
  return [
    ...(typeof inline === "string" ? ofExpression(stack, inline) : (inline ?? [])),
    ...separate,
  ].map((rule) => read(rule as RuleAttributes));
}

/**
 * The load balancer's rules are an expression, since its ports depend on a variable.
 * @throws Error if it is an expression of another kind
 */
function ofExpression(stack: Stack, expression: string): RuleAttributes[] {
  const ports = /for port in (local\.\w+ \? \[.*?\] : \[.*?\]|\[.*?\])/.exec(expression)?.[1];
  const cidrs = /cidr_blocks\s*=\s*(\[.*?\])/.exec(expression)?.[1];
  const values = stack.evaluate(`\${${ports ?? ""}}`);
  const list: unknown = typeof values === "string" ? parseList(ports) : values;
  if (!Array.isArray(list) || cidrs === undefined) {
    throw new Error(`the rules of a security group cannot be read: ${expression}`);
  }
  return list.map((port) => ({
    from_port: Number(port),
    to_port: Number(port),
    cidr_blocks: JSON.parse(cidrs) as string[],
  }));
}

function parseList(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** An address of a range that is kept for documentation, out of which no VPC is made. */
const SOMEWHERE = "203.0.113.7";

const admitsInternet = (rule: Rule) => rule.cidrs.some((cidr) => contains(cidr, SOMEWHERE));

function admits(rule: Rule, peer: Group): boolean {
  return (
    rule.groups.includes(peer.address) ||
    peer.cidrs.some((subnet) =>
      rule.cidrs.some((cidr) => contains(cidr, subnet.split("/")[0] ?? "")),
    )
  );
}

function onlyAsInternet(rule: Rule, peer: Group): boolean {
  return !rule.groups.includes(peer.address) && admitsInternet(rule);
}

function contains(cidr: string, address: string): boolean {
  const [network = "", bits] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(bits));
  return list.check(address);
}

/** What both rules allow, if there is any such thing. */
function intersect(a: Rule, b: Rule): Rule | undefined {
  const [first, second] = [withAllPorts(a), withAllPorts(b)];
  const anyProtocol = [a, b].some(({ protocol }) => protocol === "-1");
  if (a.protocol !== b.protocol && !anyProtocol) return undefined;
  const [from, to] = [Math.max(first.from, second.from), Math.min(first.to, second.to)];
  return from <= to ? { ...(a.protocol === "-1" ? second : first), from, to } : undefined;
}

const LAST_PORT = 65535;

function withAllPorts(rule: Rule): Rule {
  return rule.protocol === "-1" ? { ...rule, from: 0, to: LAST_PORT } : rule;
}

function portsOf(rule: Rule): string {
  const { from, to } = withAllPorts(rule);
  if (from === 0 && to === LAST_PORT) return "all";
  return from === to ? String(from) : `${from}-${to}`;
}
