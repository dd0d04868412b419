import type { Cards } from "./cards";
import type { Folding } from "./folding";
import { kinds } from "../resources";
import { capital } from "../resources/kind";
import { parts, type Card, type Frame } from "./model";
import { tierOf, zoneOf, type Network } from "./network";
import { compare, type Resource, type Stack } from "../terraform/stack";

/** Puts cards into frames: regions, VPC, zones, subnets, cluster. */
export class Frames {
  /** Makes the frames of this stack, around these cards. */
  constructor(
    private readonly stack: Stack,
    private readonly network: Network,
    private readonly folding: Folding,
    private readonly cards: Cards,
  ) {}

  /** The stack's own region first, then those that copies are in. */
  regions(): Frame[] {
    const resources = this.folding.drawn.filter(
      ({ type }) => kinds.get(type)?.drawing.as !== "frame",
    );
    const regionOf = (resource: Resource) => this.cards.regionOf(resource);
    const others = [...new Set(resources.map(regionOf))].filter((one) => one !== undefined);
    return [
      this.ownRegion(resources.filter((resource) => regionOf(resource) === undefined)),
      ...others.sort(compare).map((region): Frame => ({
        id: `region-${region}`,
        kind: "other-region",
        title: "Second region",
        subtitle: region,
        addresses: [],
        folded: [],
        children: this.cards.of(resources.filter((resource) => regionOf(resource) === region)),
      })),
    ];
  }

  private ownRegion(resources: readonly Resource[]): Frame {
    const { stack } = this;
    const vpcs = stack.ofType("aws_vpc").map((vpc) => this.vpc(vpc, resources));
    const placed = new Set(parts(vpcs).flatMap(({ addresses }) => addresses));
    const isLeft = ({ address }: Resource) => !placed.has(address);
    const clusters = stack.ofType("aws_ecs_cluster").filter(isLeft);
    const region = stack.variable("aws_region");
    return {
      id: "region",
      kind: "region",
      title: "AWS region",
      subtitle: typeof region === "string" ? region : undefined,
      addresses: [],
      folded: [],
      children: [
        ...vpcs,
        ...clusters.map((one) => this.cluster(one, [])),
        ...this.cards.of(resources.filter(isLeft)),
      ],
    };
  }

  /** A resource in one subnet is drawn in it; one in several, in a frame of its own across the zones. */
  private vpc(vpc: Resource, resources: readonly Resource[]): Frame {
    const { stack, network } = this;
    const subnets = network.subnets.filter(({ attributes }) =>
      stack.references(attributes.vpc_id).includes(vpc),
    );
    const sites = new Map(resources.map((one) => [one, network.subnetsOf(one)]));
    const inSubnet = (subnet: Resource) =>
      resources.filter((one) => sites.get(one)!.length === 1 && sites.get(one)![0] === subnet);
    const [firstZone, ...otherZones] = network.zones.map((zone): Frame => ({
      id: `zone-${network.letter(zone)}`,
      kind: "zone",
      title: `Availability zone ${network.letter(zone)}`,
      addresses: [],
      folded: [],
      children: subnets
        .filter((subnet) => zoneOf(subnet) === zone)
        .sort((a, b) => compare(tierOf(b), tierOf(a)))
        .map((subnet) => this.subnet(subnet, inSubnet(subnet))),
    }));
    const spanning = resources.filter((one) => sites.get(one)!.length > 1);
    const tiers = (["public", "private"] as const).flatMap((tier): Frame[] => {
      const here = spanning.filter((one) => sites.get(one)!.every((site) => tierOf(site) === tier));
      if (here.length === 0) return [];
      return [
        {
          id: `across-${tier}`,
          kind: tier,
          title: `${capital(tier)} subnets`,
          addresses: [],
          folded: [],
          children: this.inClusters(here),
        },
      ];
    });
    const across: Frame = {
      id: "across",
      kind: "across",
      title: network.zones.length === 2 ? "In both zones" : `In all ${network.zones.length} zones`,
      addresses: [],
      folded: [],
      children: tiers,
    };
    const elsewhere = resources.filter(
      (one) =>
        sites.get(one)!.length === 0 && stack.references(one.attributes.vpc_id).includes(vpc),
    );
    return {
      id: vpc.address,
      kind: "vpc",
      title: "VPC",
      subtitle: String(stack.evaluate(vpc.attributes.cidr_block)),
      addresses: [vpc.address],
      folded: this.folding.into([vpc]),
      children: [
        ...this.cards.of(elsewhere),
        ...(firstZone ? [firstZone] : []),
        ...(tiers.length > 0 ? [across] : []),
        ...otherZones,
      ],
    };
  }

  private subnet(subnet: Resource, resources: readonly Resource[]): Frame {
    return {
      id: subnet.address,
      kind: tierOf(subnet),
      title: `${capital(tierOf(subnet))} subnet`,
      subtitle: String(this.stack.evaluate(subnet.attributes.cidr_block)),
      addresses: [subnet.address],
      folded: this.folding.into([subnet]),
      children: this.cards.of(resources),
    };
  }

  /** Puts what runs in a cluster into its frame. */
  private inClusters(resources: readonly Resource[]): (Card | Frame)[] {
    const { stack } = this;
    const clusters = stack.ofType("aws_ecs_cluster");
    const clusterOf = ({ attributes }: Resource) =>
      stack.references(attributes.cluster).find((one) => clusters.includes(one));
    const frames = clusters.flatMap((cluster) => {
      const services = resources.filter((resource) => clusterOf(resource) === cluster);
      return services.length > 0 ? [this.cluster(cluster, services)] : [];
    });
    return [...frames, ...this.cards.of(resources.filter((resource) => !clusterOf(resource)))];
  }

  /** The tasks that no service runs are in the cluster too. */
  private cluster(cluster: Resource, services: readonly Resource[]): Frame {
    const tasks = this.folding.drawn.filter(({ type }) => type === "aws_ecs_task_definition");
    return {
      id: cluster.address,
      kind: "cluster",
      title: "ECS cluster on Fargate",
      addresses: [cluster.address],
      folded: this.folding.into([cluster]),
      children: this.cards.of([...services, ...tasks]),
    };
  }
}
