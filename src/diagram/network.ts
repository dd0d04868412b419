import { compare, ownAttributes, type Resource, type Stack } from "../terraform/stack";

/** `public` if the internet can reach what is in a subnet. */
export type Tier = "public" | "private";

/** Where in the network a stack's resources are. */
export class Network {
  /** The availability zones, in their order. */
  readonly zones: readonly string[];
  /** All subnets. */
  readonly subnets: readonly Resource[];

  /** Reads the subnets of a stack. */
  constructor(private readonly stack: Stack) {
    this.subnets = stack.ofType("aws_subnet");
    this.zones = [...new Set(this.subnets.map(zoneOf))].sort(compare);
  }

  /** The letter of a zone: the region's name, which may be a variable, is not repeated. */
  letter(zone: string): string {
    return String.fromCharCode("a".charCodeAt(0) + this.zones.indexOf(zone));
  }

  /** The subnets that a resource is in, directly or by a subnet group or mount targets. */
  subnetsOf(resource: Resource): readonly Resource[] {
    const { stack } = this;
    const named = stack.references(ownAttributes(resource.attributes));
    const through = [
      ...named.filter(({ type }) => type.endsWith("_subnet_group")),
      ...stack.referrersOf(resource).filter(({ type }) => type === "aws_efs_mount_target"),
    ].flatMap(({ attributes }) => stack.references(ownAttributes(attributes)));
    return [...new Set([...named, ...through])].filter(({ type }) => type === "aws_subnet");
  }

  /** The same; a task that no service runs is where the services are. */
  subnetsAtRun(resource: Resource): readonly Resource[] {
    const own = this.subnetsOf(resource);
    if (own.length > 0 || resource.type !== "aws_ecs_task_definition") return own;
    const services = this.stack.ofType("aws_ecs_service");
    return [...new Set(services.flatMap((service) => this.subnetsOf(service)))];
  }

  /** The zones whose subnets have their way to the internet through a NAT gateway. */
  zonesBehind(nat: Resource): readonly string[] {
    const behind = this.subnets.filter((subnet) => this.natsOf(subnet).includes(nat)).map(zoneOf);
    return this.zones.filter((zone) => behind.includes(zone));
  }

  /** The NAT gateways that a subnet's routes lead to. */
  natsOf(subnet: Resource): readonly Resource[] {
    const { stack } = this;
    const tables = stack
      .ofType("aws_route_table_association")
      .filter(({ attributes }) => stack.references(attributes.subnet_id).includes(subnet))
      .flatMap(({ attributes }) => stack.references(attributes.route_table_id));
    const routes = tables.flatMap((table) => [
      ...stack.references(table.attributes.route),
      ...stack
        .referrersOf(table)
        .filter(({ type }) => type === "aws_route")
        .flatMap(({ attributes }) => stack.references(attributes)),
    ]);
    return [...new Set(routes)].filter(({ type }) => type === "aws_nat_gateway");
  }
}

/** The zone of a subnet. */
export const zoneOf = ({ attributes }: Resource) => String(attributes.availability_zone);

/** The tier of a subnet. */
export function tierOf({ attributes }: Resource): Tier {
  return attributes.map_public_ip_on_launch === true ? "public" : "private";
}
