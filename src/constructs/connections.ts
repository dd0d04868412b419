import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { SecurityGroup, type SecurityGroupConfig } from "@cdktf/provider-aws/lib/security-group";
import { SecurityGroupRule } from "@cdktf/provider-aws/lib/security-group-rule";
import type { Construct } from "constructs";
import { connections, names, type Connection, type Part } from "../names";
import type { Context } from "./context";
import { mayBeAt, legacyAddressIs } from "./legacy";
import type { Network } from "./network";
import { reference } from "./reference";

/** A part of Plue that connects to others, or that others connect to. */
export interface Connectable extends Construct {
  /** Its name in `connections` of src/names.ts. */
  readonly part: Part;
  /** Its security group. */
  readonly securityGroup: SecurityGroup;
  /**
   * CIDRs of the parts that it connects to, where a reference to their groups would be a dependency cycle.
   * @default none: its egress rules name their groups
   */
  readonly egressCidrs?: readonly string[];
  /** The service that connects. It is created after the rules that allow it. @default none */
  readonly service?: EcsService;
  /** Flag: a proxy in its task receives the requests. @default false */
  readonly proxied?: boolean;
}

/** Lets parts connect to each other as `connections` in src/names.ts lists, and in no other way. */
export function connectAll(parts: readonly Connectable[]): void {
  const byName = new Map(parts.map((one) => [one.part, one]));
  for (const connection of connections) {
    const [from, to] = [byName.get(connection.from), byName.get(connection.to)];
    if (from && to && (!connection.toProxy || to.proxied)) allow(connection, from, to);
  }
}

/** Allows one connection: an egress rule in the first part's group, and an ingress rule in the second part's. */
function allow(connection: Connection, from: Connectable, to: Connectable): void {
  addInlineRule(from.securityGroup, "Egress", {
    ...tcp(connection.port, connection.egress),
    ...(from.egressCidrs
      ? { cidrBlocks: [...from.egressCidrs] }
      : { securityGroups: [to.securityGroup.id] }),
  });
  const ingress = tcp(connection.port, connection.ingress);
  if (connection.ruleResource === undefined) {
    if (!from.egressCidrs) {
      throw new Error(
        `connections in src/names.ts: ${from.part} to ${to.part} needs a ruleResource, because Terraform refuses groups whose own rules name each other`,
      );
    }
    addInlineRule(to.securityGroup, "Ingress", {
      ...ingress,
      securityGroups: [from.securityGroup.id],
    });
    return;
  }
  const rule = new SecurityGroupRule(to, `aws_security_group_rule.${connection.ruleResource}`, {
    type: "ingress",
    ...ingress,
    securityGroupId: to.securityGroup.id,
    sourceSecurityGroupId: from.securityGroup.id,
  });
  const { legacyEnvironment: old } = connection;
  legacyAddressIs(rule, old ? { [old]: rule.node.id } : {});
  // Without the rule nothing works, so the owner of the other environment has added it in the same place.
  if (old) mayBeAt(rule, rule.node.id);
  if (from.service) {
    from.service.dependsOn = [...(from.service.dependsOn ?? []), reference(rule)];
  }
}

/**
 * Creates the security group of a part. `connectAll` adds its rules.
 * @param resource name of the Terraform resource
 * @param part name of the part in the group's name
 */
export function securityGroupOf(
  scope: Construct,
  resource: string,
  { environment, network }: Pick<Context, "environment"> & { readonly network: Network },
  part: string,
  config: Pick<SecurityGroupConfig, "description" | "ingress" | "egress" | "lifecycle">,
): SecurityGroup {
  const name = names.securityGroup(environment, part);
  return new SecurityGroup(scope, `aws_security_group.${resource}`, {
    name,
    vpcId: network.vpc.id,
    tags: { Name: name },
    ...config,
  });
}

/** A security group rule for a single TCP port, with its purpose. */
export function tcp(port: number, description: string) {
  return { description, protocol: "tcp", fromPort: port, toPort: port };
}

interface InlineRule extends ReturnType<typeof tcp> {
  readonly cidrBlocks?: string[];
  readonly securityGroups?: string[];
}

function addInlineRule(
  group: SecurityGroup,
  direction: "Egress" | "Ingress",
  rule: InlineRule,
): void {
  const current = direction === "Egress" ? group.egressInput : group.ingressInput;
  group[`put${direction}`]([...((current as InlineRule[] | undefined) ?? []), rule]);
}
