import { components } from "../names";
import { kinds, typeInWords, unknownKind, type Family, type Glyph } from "./kinds";
import { INTERNET, reachability, type Group } from "./reachability";
import { compare, ownAttributes, type Resource, type Template } from "./template";

/** A card: one resource or several of a type, with what is folded into them. */
export interface Card {
  readonly id: string;
  readonly family: Family;
  readonly glyph: Glyph;
  readonly title: string;
  /** What is worth knowing, line by line. */
  readonly lines: readonly string[];
  /** Addresses of the resources that it stands for. */
  readonly stands: readonly string[];
  /** Addresses of the resources that are folded into it. */
  readonly folded: readonly string[];
}

/** A frame around cards and frames. */
export interface Frame {
  readonly id: string;
  readonly kind:
    "region" | "vpc" | "zone" | "across" | "public" | "private" | "cluster" | "removed";
  readonly title: string;
  readonly subtitle?: string;
  /** Addresses of the resources that it stands for. */
  readonly stands: readonly string[];
  /** Addresses of the resources that are folded into it. */
  readonly folded: readonly string[];
  readonly children: readonly (Card | Frame)[];
}

/** An arrow. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** `traffic`: security groups let it through; `data`: images, secrets; `logs`: logs and alarms. */
  readonly kind: "traffic" | "data" | "logs";
  readonly label: string;
  /** Whether the layout puts its end before its start: traffic on its way out. */
  readonly outward?: boolean;
}

/** An architecture, before it is laid out. */
export interface Architecture {
  readonly title: string;
  readonly children: readonly (Card | Frame)[];
  readonly arrows: readonly Arrow[];
}

/** Whether this is a frame. */
export const isFrame = (part: Card | Frame): part is Frame => "children" in part;

/** Every card and every frame, those within others too, parents first. */
export function parts(children: readonly (Card | Frame)[]): (Card | Frame)[] {
  return children.flatMap((part) => [part, ...(isFrame(part) ? parts(part.children) : [])]);
}

/** What is drawn of an environment's stack. */
export function architecture(environment: string, template: Template): Architecture {
  return new Builder(environment, template).build();
}

/**
 * What a resource is folded into: what one of its attributes names, or what names it, where the type
 * fits. A type that is not here is folded into what it names, or what names it, whichever is drawn.
 */
interface Fold {
  /** Name of the attribute. @default the resource is folded into what names it */
  readonly by?: string;
  /** Types of what it may be folded into. @default any */
  readonly type?: RegExp;
}

const folds: Readonly<Record<string, Fold>> = {
  aws_appautoscaling_policy: { by: "resource_id" },
  aws_appautoscaling_target: { by: "resource_id", type: /^aws_ecs_service$/ },
  aws_db_parameter_group: { type: /^aws_db_instance$/ },
  aws_db_subnet_group: { type: /^aws_db_instance$/ },
  aws_ecs_task_definition: { type: /^aws_ecs_service$/ },
  aws_efs_access_point: { by: "file_system_id" },
  aws_eip: { type: /^aws_nat_gateway$/ },
  aws_flow_log: { by: "vpc_id" },
  aws_iam_role: { type: /^(?!aws_iam_)/ },
  aws_iam_role_policy: { by: "role" },
  aws_iam_role_policy_attachment: { by: "role" },
  aws_lb_listener: { by: "load_balancer_arn" },
  aws_lb_listener_rule: { by: "listener_arn" },
  aws_lb_target_group: { type: /^aws_lb_listener/ },
  aws_route_table: { type: /^aws_route_table_association$/ },
  aws_route_table_association: { by: "subnet_id" },
  aws_secretsmanager_secret_version: { by: "secret_id" },
  aws_security_group: {
    // The door to a file system stands in each of its mount targets, and belongs to them all.
    type: /^aws_(ecs_service|lb|db_instance|elasticache_\w+|vpc_endpoint)$/,
  },
  aws_security_group_rule: { by: "security_group_id" },
  random_password: { type: /^aws_secretsmanager_secret_version$/ },
};

/** Frames take in resources as cards do. */
const framed = new Set(["aws_vpc", "aws_subnet", "aws_ecs_cluster"]);

class Builder {
  /** Task definitions that a service runs; the others have cards of their own. */
  private readonly served: ReadonlySet<string>;
  private readonly foldedInto = new Map<string, string[]>();

  constructor(
    private readonly environment: string,
    private readonly template: Template,
  ) {
    this.served = new Set(
      template
        .ofType("aws_ecs_service")
        .flatMap(({ attributes }) => template.references(attributes.task_definition))
        .map(({ address }) => address),
    );
    for (const resource of template.resources) {
      const host = this.hostOf(resource);
      if (host === resource) continue;
      const list = this.foldedInto.get(host.address) ?? [];
      this.foldedInto.set(host.address, [...list, resource.address]);
    }
  }

  build(): Architecture {
    const region = this.region();
    const drawn = new Set([INTERNET, ...parts([region]).map(({ id }) => id)]);
    const arrows = this.lift(region, this.arrows()).filter(
      ({ from, to }) => drawn.has(from) && drawn.has(to),
    );
    return {
      title: `Plue in ${this.environment}`,
      children: [internet, region],
      arrows,
    };
  }

  /** Whether a resource is drawn itself. */
  private isPlaced({ type, address }: Resource): boolean {
    return (framed.has(type) || type in kinds) && !this.served.has(address);
  }

  /** The drawn resource that takes this one in: itself, if it is drawn or nothing takes it in. */
  private hostOf(resource: Resource): Resource {
    const host = (one: Resource, through: ReadonlySet<Resource>): Resource | undefined => {
      if (this.isPlaced(one)) return one;
      for (const candidate of this.hosts(one)) {
        if (through.has(candidate)) continue;
        const found = host(candidate, new Set([...through, candidate]));
        if (found) return found;
      }
      return undefined;
    };
    return host(resource, new Set([resource])) ?? resource;
  }

  /** What may take a resource in, the most fitting first. */
  private hosts(resource: Resource): readonly Resource[] {
    const { template } = this;
    const { type, attributes, module } = resource;
    const users = template.referrersOf(resource);
    const fold = folds[type];
    const named = fold?.by ? template.references(attributes[fold.by]) : [];
    const fitting = (among: readonly Resource[]) =>
      among.filter((other) => !fold?.type || fold.type.test(other.type));
    const inModule = template.resources.filter(
      (other) =>
        other.module === module &&
        this.isPlaced(other) &&
        kinds[other.type]?.together === undefined,
    );
    // A security group names the groups that it lets talk, which says nothing of where it belongs.
    if (type === "aws_security_group") return [...fitting(users), ...inModule];
    return fold?.by
      ? [...fitting(named), ...inModule]
      : [
          ...fitting(users),
          ...(fold ? [] : template.references(ownAttributes(attributes))),
          ...inModule,
        ];
  }

  private region(): Frame {
    const { template } = this;
    const drawn = template.resources.filter((one) => this.hostOf(one) === one);
    const cards = drawn.filter(({ type }) => !framed.has(type));
    const vpcs = template.ofType("aws_vpc").map((vpc) => this.vpc(vpc, cards));
    const placed = new Set(parts(vpcs).flatMap(({ stands }) => stands));
    const left = cards.filter(({ address }) => !placed.has(address));
    const clusters = template.ofType("aws_ecs_cluster").filter((one) => !placed.has(one.address));
    const region = template.variable("aws_region");
    return {
      id: "region",
      kind: "region",
      title: "AWS region",
      subtitle: typeof region === "string" ? region : undefined,
      stands: [],
      folded: [],
      children: [...vpcs, ...clusters.map((one) => this.cluster(one, [])), ...this.cards(left)],
    };
  }

  private vpc(vpc: Resource, cards: readonly Resource[]): Frame {
    const { template } = this;
    const subnets = template
      .ofType("aws_subnet")
      .filter(({ attributes }) => template.references(attributes.vpc_id).includes(vpc));
    const zones = [...new Set(subnets.map(zoneOf))].sort(compare);
    const sites = new Map(cards.map((card) => [card, this.subnetsOf(card)]));
    const inSubnet = (subnet: Resource) =>
      cards.filter((card) => {
        const [site, ...others] = sites.get(card)!;
        return site === subnet && others.length === 0;
      });
    const zoneFrames = zones.map((zone, index): Frame => {
      const letter = zoneLetter(index);
      return {
        id: `zone-${letter}`,
        kind: "zone",
        title: `Availability zone ${letter}`,
        stands: [],
        folded: [],
        children: subnets
          .filter((subnet) => zoneOf(subnet) === zone)
          .sort((a, b) => compare(tierOf(b), tierOf(a)))
          .map((subnet) => ({
            id: subnet.address,
            kind: tierOf(subnet),
            title: `${capital(tierOf(subnet))} subnet`,
            subtitle: String(template.evaluate(subnet.attributes.cidr_block)),
            stands: [subnet.address],
            folded: this.foldedOf([subnet]),
            children: this.cards(inSubnet(subnet)),
          })),
      };
    });
    const spanning = cards.filter((card) => sites.get(card)!.length > 1);
    const tiers = (["public", "private"] as const).flatMap((tier): Frame[] => {
      const here = spanning.filter((card) => sites.get(card)!.every((one) => tierOf(one) === tier));
      if (here.length === 0) return [];
      return [
        {
          id: `across-${tier}`,
          kind: tier,
          title: `${capital(tier)} subnets`,
          stands: [],
          folded: [],
          children: this.inClusters(here),
        },
      ];
    });
    const across: Frame = {
      id: "across",
      kind: "across",
      title: zones.length === 2 ? "In both zones" : `In all ${zones.length} zones`,
      stands: [],
      folded: [],
      children: tiers,
    };
    const elsewhere = cards.filter(
      (card) =>
        sites.get(card)!.length === 0 && template.references(card.attributes.vpc_id).includes(vpc),
    );
    const [first, ...others] = zoneFrames;
    return {
      id: vpc.address,
      kind: "vpc",
      title: "VPC",
      subtitle: String(template.evaluate(vpc.attributes.cidr_block)),
      stands: [vpc.address],
      folded: this.foldedOf([vpc]),
      children: [
        ...this.cards(elsewhere),
        ...(first ? [first] : []),
        ...(tiers.length > 0 ? [across] : []),
        ...others,
      ],
    };
  }

  /** Puts what runs in a cluster into its frame, and the tasks that no service runs with it. */
  private inClusters(resources: readonly Resource[]): (Card | Frame)[] {
    const { template } = this;
    const clusters = template.ofType("aws_ecs_cluster");
    const clusterOf = ({ attributes }: Resource) =>
      template.references(attributes.cluster).find((one) => clusters.includes(one));
    const frames = clusters.flatMap((cluster) => {
      const services = resources.filter((resource) => clusterOf(resource) === cluster);
      return services.length > 0 ? [this.cluster(cluster, services)] : [];
    });
    return [...frames, ...this.cards(resources.filter((resource) => !clusterOf(resource)))];
  }

  private cluster(cluster: Resource, services: readonly Resource[]): Frame {
    const tasks = this.template
      .ofType("aws_ecs_task_definition")
      .filter((task) => this.isPlaced(task));
    return {
      id: cluster.address,
      kind: "cluster",
      title: "ECS cluster on Fargate",
      stands: [cluster.address],
      folded: this.foldedOf([cluster]),
      children: this.cards([...services, ...tasks]),
    };
  }

  /** The subnets that a resource is in, directly or by a subnet group or mount targets. */
  private subnetsOf(resource: Resource): readonly Resource[] {
    const { template } = this;
    const named = template.references(ownAttributes(resource.attributes));
    const through = [
      ...named.filter(({ type }) => type.endsWith("_subnet_group")),
      ...template.referrersOf(resource).filter(({ type }) => type === "aws_efs_mount_target"),
    ].flatMap(({ attributes }) => template.references(ownAttributes(attributes)));
    return [...new Set([...named, ...through])].filter(({ type }) => type === "aws_subnet");
  }

  private cards(resources: readonly Resource[]): Card[] {
    const shared = resources.filter(({ type }) => kinds[type]?.together !== undefined);
    const types = [...new Set(shared.map(({ type }) => type))];
    return [
      ...resources
        .filter((resource) => !shared.includes(resource))
        .map((resource) => this.card(this.idOf(resource), [resource])),
      ...types.map((type) =>
        this.card(
          type,
          shared.filter((resource) => resource.type === type),
        ),
      ),
    ];
  }

  /** The card of a resource that is drawn. */
  private idOf({ type, address }: Resource): string {
    return kinds[type]?.together === undefined ? address : type;
  }

  private card(id: string, resources: readonly Resource[]): Card {
    const { type, module } = resources[0]!;
    const kind = kinds[type] ?? unknownKind;
    const facts = resources.flatMap(
      ({ attributes }) => kind.facts?.(attributes, this.template) ?? [],
    );
    const component = components.find((one) => one.module === module);
    const task = type === "aws_ecs_service" || type === "aws_ecs_task_definition";
    return {
      id,
      family: kind.family,
      glyph: kind.glyph,
      title:
        task && component
          ? capital(component.title)
          : (resources.length > 1 ? kind.together : kind.title) || capital(typeInWords(type)),
      lines: (task
        ? this.taskFacts(resources[0]!)
        : type === "aws_nat_gateway"
          ? this.natFacts(resources[0]!)
          : facts
      ).filter((line) => line !== undefined),
      stands: resources.map(({ address }) => address),
      folded: this.foldedOf(resources),
    };
  }

  private natFacts(nat: Resource): string[] {
    const subnets = this.template.ofType("aws_subnet");
    const zones = [...new Set(subnets.map(zoneOf))].sort(compare);
    const served = subnets.filter((subnet) => this.nats(subnet).includes(nat)).map(zoneOf);
    const letters = zones.flatMap((zone, at) => (served.includes(zone) ? [zoneLetter(at)] : []));
    return letters.length > 0 ? [`way out of zone ${letters.join(" and ")}`] : [];
  }

  private taskFacts(resource: Resource): string[] {
    const { template } = this;
    const task = this.taskOf(resource);
    const [target] = template
      .referrersOf(resource)
      .filter(({ type }) => type === "aws_appautoscaling_target");
    const number = (value: unknown) => Number(template.evaluate(value));
    const { cpu, memory } = task?.attributes ?? {};
    const { min_capacity: least, max_capacity: most } = target?.attributes ?? {};
    return [
      ...(task ? [`${number(cpu) / CPU_UNITS} vCPU, ${number(memory) / MIB_IN_GIB} GiB`] : []),
      ...(target ? [`${number(least)} to ${number(most)} tasks`] : []),
      ...(resource.type === "aws_ecs_task_definition" ? ["on demand"] : []),
    ];
  }

  private taskOf(resource: Resource): Resource | undefined {
    if (resource.type === "aws_ecs_task_definition") return resource;
    return this.template
      .references(resource.attributes.task_definition)
      .find(({ type }) => type === "aws_ecs_task_definition");
  }

  private foldedOf(resources: readonly Resource[]): string[] {
    return resources.flatMap(({ address }) => this.foldedInto.get(address) ?? []);
  }

  private arrows(): Arrow[] {
    return merge([...this.traffic(), ...this.flows()]);
  }

  /** What security groups and routes let through. */
  private traffic(): Arrow[] {
    const { template } = this;
    const members = new Map(
      template.ofType("aws_security_group").map((group) => [group.address, this.hostOf(group)]),
    );
    const groups = [...members].map(([address, member]): Group => ({
      address,
      cidrs: this.sitesOf(member).map(({ attributes }) =>
        String(template.evaluate(attributes.cidr_block)),
      ),
    }));
    const gateways = template.ofType("aws_internet_gateway").map(({ address }) => address);
    const throughNat = template.ofType("aws_nat_gateway").flatMap((nat) =>
      gateways.map((gateway): Arrow => ({
        from: nat.address,
        to: gateway,
        kind: "traffic",
        label: "out",
        outward: true,
      })),
    );
    const allowed = reachability(template, groups)
      .filter(({ throughTheInternet }) => !throughTheInternet)
      .flatMap(({ from, to, port }): Arrow[] => {
        const arrow = (start: string, end: string, label: string, outward = false): Arrow => ({
          from: start,
          to: end,
          kind: "traffic",
          label,
          outward,
        });
        const source = members.get(from)?.address ?? from;
        const target = members.get(to)?.address ?? to;
        if (from === INTERNET) {
          return gateways.flatMap((gateway) => [
            arrow(INTERNET, gateway, ""),
            arrow(gateway, target, port),
          ]);
        }
        if (to !== INTERNET) return [arrow(source, target, port)];
        const nats = this.sitesOf(members.get(from)).flatMap((subnet) => this.nats(subnet));
        const way = nats.length > 0 ? `${port} by NAT` : port;
        return gateways.map((gateway) => arrow(source, gateway, way, true));
      });
    return [...allowed, ...throughNat];
  }

  /** Where the members of a group are; a task that no service runs is where the services are. */
  private sitesOf(member: Resource | undefined): readonly Resource[] {
    if (member === undefined) return [];
    const services = this.template.ofType("aws_ecs_service");
    const sites = this.subnetsOf(member);
    return sites.length > 0 || member.type !== "aws_ecs_task_definition"
      ? sites
      : [...new Set(services.flatMap((service) => this.subnetsOf(service)))];
  }

  /** The NAT gateways that a subnet's routes lead to. */
  private nats(subnet: Resource): Resource[] {
    const { template } = this;
    const tables = template
      .ofType("aws_route_table_association")
      .filter(({ attributes }) => template.references(attributes.subnet_id).includes(subnet))
      .flatMap(({ attributes }) => template.references(attributes.route_table_id));
    const routes = tables.flatMap((table) => [
      ...template.references(table.attributes.route),
      ...template
        .referrersOf(table)
        .filter(({ type }) => type === "aws_route")
        .flatMap(({ attributes }) => template.references(attributes)),
    ]);
    return [...new Set(routes)].filter(({ type }) => type === "aws_nat_gateway");
  }

  /** Images, secrets, logs, alarms. */
  private flows(): Arrow[] {
    const { template } = this;
    const tasks = template.resources
      .filter((one) => this.isPlaced(one) && this.taskOf(one) !== undefined)
      .flatMap((resource): Arrow[] =>
        template
          .references(this.taskOf(resource)!.attributes.container_definitions)
          .flatMap((used): Arrow[] => {
            const flow = flowsOfTasks[used.type];
            return flow ? [{ from: resource.address, to: this.idOf(used), ...flow }] : [];
          }),
      );
    const logs = template.ofType("aws_cloudwatch_log_group");
    const databases = template
      .ofType("aws_db_instance")
      .filter(
        ({ attributes, module }) =>
          Boolean(attributes.enabled_cloudwatch_logs_exports) &&
          logs.some((one) => one.module === module),
      );
    const flowLogs = template
      .ofType("aws_flow_log")
      .flatMap(({ attributes }) => template.references(attributes.vpc_id));
    const alarms = template
      .ofType("aws_cloudwatch_metric_alarm")
      .flatMap(({ attributes }) => template.references(attributes.alarm_actions))
      .map((topic): Arrow => ({
        from: "aws_cloudwatch_metric_alarm",
        to: this.idOf(topic),
        kind: "logs",
        label: "alarms",
      }));
    const toLogs = (from: Resource, label: string): Arrow => ({
      from: from.address,
      to: "aws_cloudwatch_log_group",
      kind: "logs",
      label,
    });
    return [
      ...tasks,
      ...databases.map((one) => toLogs(one, "logs")),
      ...flowLogs.map((one) => toLogs(one, "flow logs")),
      ...alarms,
    ];
  }

  /** Draws once, from their frame, what all cards of a cluster have in common. */
  private lift(region: Frame, arrows: readonly Arrow[]): Arrow[] {
    const clusters = parts([region])
      .filter(isFrame)
      .filter(({ kind }) => kind === "cluster");
    return clusters.reduce(
      (left, { id, children }): Arrow[] => {
        const members = children.map((child) => child.id);
        const isCommon = (arrow: Arrow) =>
          members.length > 1 &&
          members.every((member) =>
            left.some((other) => sameButFrom(other, arrow) && other.from === member),
          );
        return merge(
          left.map((arrow) =>
            members.includes(arrow.from) && isCommon(arrow) ? { ...arrow, from: id } : arrow,
          ),
        );
      },
      [...arrows],
    );
  }
}

/** What is drawn around the region. */
const internet: Card = {
  id: INTERNET,
  family: "outside",
  glyph: "globe",
  title: "Internet",
  lines: [],
  stands: [],
  folded: [],
};

const flowsOfTasks: Readonly<Record<string, Pick<Arrow, "kind" | "label">>> = {
  aws_ecr_repository: { kind: "data", label: "images" },
  aws_secretsmanager_secret: { kind: "data", label: "secrets" },
  aws_cloudwatch_log_group: { kind: "logs", label: "logs" },
};

/** CPU units in a vCPU. */
const CPU_UNITS = 1024;
const MIB_IN_GIB = 1024;

const zoneOf = ({ attributes }: Resource) => String(attributes.availability_zone);
const zoneLetter = (index: number) => String.fromCharCode("a".charCodeAt(0) + index);

function tierOf({ attributes }: Resource): "public" | "private" {
  return attributes.map_public_ip_on_launch === true ? "public" : "private";
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const sameButFrom = (a: Arrow, b: Arrow) =>
  a.to === b.to && a.kind === b.kind && a.label === b.label;

/** One arrow a pair and kind, with all labels. */
function merge(arrows: readonly Arrow[]): Arrow[] {
  const merged = new Map<string, Arrow & { labels: Set<string> }>();
  for (const arrow of arrows) {
    const key = `${arrow.from} ${arrow.to} ${arrow.kind}`;
    const known = merged.get(key) ?? { ...arrow, labels: new Set<string>() };
    for (const label of arrow.label.split(", ")) if (label) known.labels.add(label);
    merged.set(key, known);
  }
  return [...merged.values()].map(({ labels, ...arrow }) => ({
    ...arrow,
    label: [...labels].join(", "),
  }));
}
