import type { Cards } from "./cards";
import type { Folding } from "./folding";
import { taskDefinitionOf } from "../resources/ecs-task-definition";
import { isFrame, parts, type Arrow, type Frame } from "./model";
import type { Network } from "./network";
import { INTERNET, reachability } from "../reachability";
import { groupOf } from "./security-groups";
import { blocks, type Resource, type Stack } from "../terraform/stack";

/** Reads the arrows of a drawing out of a stack. */
export class Arrows {
  /** Reads the arrows of this stack, between these cards. */
  constructor(
    private readonly stack: Stack,
    private readonly network: Network,
    private readonly folding: Folding,
    private readonly cards: Cards,
  ) {}

  /** All arrows between what is in these regions, one a pair and kind. */
  between(regions: readonly Frame[]): Arrow[] {
    const drawn = new Set([INTERNET, ...parts(regions).map(({ id }) => id)]);
    const [own, ...others] = regions;
    const copies = others.map(({ id }) => arrow(own!.id, id, "copies", "copies"));
    const all = [
      ...this.traffic(),
      ...this.ofTasks(),
      ...this.ofLoadBalancers(),
      ...this.ofBackups(),
      ...this.toLogs(),
      ...this.alarms(),
      ...copies,
    ].filter(({ from, to }) => drawn.has(from) && drawn.has(to));
    return lift(regions, merge(all));
  }

  /** The traffic that security groups and routes let through. */
  private traffic(): Arrow[] {
    const { stack, network, folding } = this;
    const members = new Map(
      stack
        .ofType("aws_security_group")
        .map((group) => [group.address, folding.hostOf(group)] as const),
    );
    const groups = [...members].map(([address, member]) =>
      groupOf(
        stack,
        address,
        network.subnetsAtRun(member).map(({ values }) => String(values.cidr_block)),
      ),
    );
    const gateways = stack.ofType("aws_internet_gateway").map(({ address }) => address);
    const allowed = reachability(groups)
      .filter(({ throughTheInternet }) => !throughTheInternet)
      .flatMap(({ from, to, port }): Arrow[] => {
        const source = members.get(from)?.address ?? from;
        const target = members.get(to)?.address ?? to;
        if (from === INTERNET) {
          return gateways.flatMap((gateway) => [
            arrow(INTERNET, gateway, "traffic", ""),
            arrow(gateway, target, "traffic", port),
          ]);
        }
        if (to !== INTERNET) return [arrow(source, target, "traffic", port)];
        const isBehindNat = network
          .subnetsAtRun(members.get(from)!)
          .some((subnet) => network.natsOf(subnet).length > 0);
        const way = isBehindNat ? `${port} by NAT` : port;
        return gateways.map((gateway) => outward(source, gateway, way));
      });
    const throughNat = stack
      .ofType("aws_nat_gateway")
      .flatMap((nat) => gateways.map((gateway) => outward(nat.address, gateway, "out")));
    return [...allowed, ...throughNat];
  }

  /** Images, secrets and logs of tasks. */
  private ofTasks(): Arrow[] {
    const { stack } = this;
    return this.folding.drawn.flatMap((resource): Arrow[] => {
      const definition = taskDefinitionOf(resource, stack);
      return stack
        .references(definition?.attributes.container_definitions)
        .flatMap((used): Arrow[] => {
          const { kind, label } = flowsOfTasks[used.type] ?? {};
          return kind ? [arrow(resource.address, this.cards.idOf(used), kind, label!)] : [];
        });
    });
  }

  /** The web ACL that a load balancer asks, and its access logs. */
  private ofLoadBalancers(): Arrow[] {
    const { stack, folding } = this;
    const asked = stack
      .ofType("aws_wafv2_web_acl_association")
      .flatMap(({ attributes }) =>
        stack
          .references(attributes.resource_arn)
          .flatMap((balancer) =>
            stack
              .references(attributes.web_acl_arn)
              .map((acl) => arrow(balancer.address, acl.address, "data", "verdicts")),
          ),
      );
    const accessLogs = stack
      .ofType("aws_lb")
      .flatMap((balancer) =>
        stack
          .references(balancer.attributes.access_logs)
          .map((bucket) =>
            arrow(balancer.address, folding.hostOf(bucket).address, "logs", "access logs"),
          ),
      );
    return [...asked, ...accessLogs];
  }

  /** The copies that AWS Backup puts into its vault. */
  private ofBackups(): Arrow[] {
    const { stack } = this;
    return stack.ofType("aws_backup_selection").flatMap(({ attributes }) => {
      const selected = JSON.stringify(attributes.resources ?? []);
      const sources = Object.entries(backedUp).flatMap(([service, type]) =>
        selected.includes(`:${service}:`) ? stack.ofType(type) : [],
      );
      const vaults = stack
        .references(attributes.plan_id)
        .flatMap((plan) => blocks(plan.attributes.rule))
        .flatMap(({ target_vault_name: name }) => stack.references(name));
      return sources.flatMap((source) =>
        vaults.map((vault) => arrow(source.address, vault.address, "copies", "backups")),
      );
    });
  }

  /** Logs of what is not a task. */
  private toLogs(): Arrow[] {
    const { stack } = this;
    const groups = stack.ofType("aws_cloudwatch_log_group");
    const databases = stack
      .ofType("aws_db_instance")
      .filter(
        ({ attributes, module }) =>
          Boolean(attributes.enabled_cloudwatch_logs_exports) &&
          groups.some((group) => group.module === module),
      );
    const vpcs = stack
      .ofType("aws_flow_log")
      .flatMap(({ attributes }) => stack.references(attributes.vpc_id));
    const to = (from: Resource, label: string) =>
      arrow(from.address, "aws_cloudwatch_log_group", "logs", label);
    return [...databases.map((one) => to(one, "logs")), ...vpcs.map((one) => to(one, "flow logs"))];
  }

  private alarms(): Arrow[] {
    const { stack } = this;
    return stack
      .ofType("aws_cloudwatch_metric_alarm")
      .flatMap(({ attributes }) => stack.references(attributes.alarm_actions))
      .map((topic) =>
        arrow("aws_cloudwatch_metric_alarm", this.cards.idOf(topic), "logs", "alarms"),
      );
  }
}

const flowsOfTasks: Readonly<Record<string, Pick<Arrow, "kind" | "label">>> = {
  aws_ecr_repository: { kind: "data", label: "images" },
  aws_secretsmanager_secret: { kind: "data", label: "secrets" },
  aws_cloudwatch_log_group: { kind: "logs", label: "logs" },
};

/** Types whose backups AWS Backup takes, by the service's name in their ARN. */
const backedUp: Readonly<Record<string, string>> = {
  rds: "aws_db_instance",
  elasticfilesystem: "aws_efs_file_system",
};

const arrow = (from: string, to: string, kind: Arrow["kind"], label: string): Arrow => ({
  from,
  to,
  kind,
  label,
});

const outward = (from: string, to: string, label: string): Arrow => ({
  ...arrow(from, to, "traffic", label),
  outward: true,
});

/** Draws once, from their frame, what all cards of a cluster have in common. */
function lift(regions: readonly Frame[], arrows: readonly Arrow[]): Arrow[] {
  const clusters = parts(regions)
    .filter(isFrame)
    .filter(({ kind }) => kind === "cluster");
  return clusters.reduce(
    (left, { id, children }): Arrow[] => {
      const members = children.map((child) => child.id);
      const isCommon = (one: Arrow) =>
        members.length > 1 &&
        members.every((member) =>
          left.some((other) => sameButFrom(other, one) && other.from === member),
        );
      return merge(
        left.map((one) =>
          members.includes(one.from) && isCommon(one) ? { ...one, from: id } : one,
        ),
      );
    },
    [...arrows],
  );
}

const sameButFrom = (a: Arrow, b: Arrow) =>
  a.to === b.to && a.kind === b.kind && a.label === b.label;

/** One arrow a pair and kind, with all labels. */
function merge(arrows: readonly Arrow[]): Arrow[] {
  const merged = new Map<string, Arrow & { labels: Set<string> }>();
  for (const one of arrows) {
    const key = `${one.from} ${one.to} ${one.kind}`;
    const known = merged.get(key) ?? { ...one, labels: new Set<string>() };
    for (const label of one.label.split(", ")) if (label) known.labels.add(label);
    merged.set(key, known);
  }
  return [...merged.values()].map(({ labels, ...one }) => ({
    ...one,
    label: [...labels].join(", "),
  }));
}
