import type { Group, Rule } from "../reachability";
import type { Stack } from "../terraform/stack";

interface RuleArguments {
  readonly protocol?: string;
  readonly from_port: number;
  readonly to_port: number;
  readonly cidr_blocks?: readonly string[] | null;
  readonly security_groups?: readonly string[] | null;
  readonly source_security_group_id?: string;
}

/**
 * A security group of a stack, with its own rules and those that are resources.
 * @param cidrs CIDRs of its members' subnets
 */
export function groupOf(stack: Stack, id: string, cidrs: readonly string[]): Group {
  return {
    id,
    cidrs,
    ingress: rulesOf(stack, id, "ingress"),
    egress: rulesOf(stack, id, "egress"),
  };
}

function rulesOf(stack: Stack, id: string, type: "ingress" | "egress"): Rule[] {
  const groupsIn = (value: unknown) => stack.references(value).map(({ address }) => address);
  const inline = stack.find(id)?.attributes[type] as string | RuleArguments[] | undefined;
  const separate = stack
    .ofType("aws_security_group_rule")
    .map(({ attributes }) => attributes)
    .filter((rule) => rule.type === type && groupsIn(rule.security_group_id).includes(id));
  const all = [
    ...(typeof inline === "string" ? ofExpression(stack, inline) : (inline ?? [])),
    ...separate,
  ] as readonly RuleArguments[];
  return all.map((rule) => ({
    protocol: rule.protocol ?? "tcp",
    from: Number(rule.from_port),
    to: Number(rule.to_port),
    cidrs: rule.cidr_blocks ?? [],
    groups: groupsIn([rule.security_groups, rule.source_security_group_id]),
  }));
}

/**
 * The load balancer's rules are an expression, because its ports depend on a variable.
 * @throws Error if it is an expression of another kind
 */
function ofExpression(stack: Stack, expression: string): RuleArguments[] {
  const [, choice] = /for port in (local\.\w+ \? \[.*?\] : \[.*?\]|\[.*?\])/.exec(expression) ?? [];
  const [, cidrs] = /cidr_blocks\s*=\s*(\[.*?\])/.exec(expression) ?? [];
  const ports = choice?.startsWith("[")
    ? (JSON.parse(choice) as unknown)
    : stack.evaluate(`\${${choice ?? ""}}`);
  if (!Array.isArray(ports) || cidrs === undefined) {
    throw new Error(`the rules of a security group cannot be read: ${expression}`);
  }
  return ports.map((port) => ({
    from_port: Number(port),
    to_port: Number(port),
    cidr_blocks: JSON.parse(cidrs) as string[],
  }));
}
