import { isDeepStrictEqual } from "node:util";
import type { LegacyEnvironment } from "../../../constructs/legacy";
import type { ResourceChange } from "../../../terraform/plan";

/** An attribute before and after, and the resource that has it. */
export interface AttributeChange {
  /** The value in AWS; undefined if there is none. */
  readonly before: unknown;
  /** The value that the plan sets; undefined if only the apply knows it. */
  readonly after: unknown;
  /** The environment of the old project. */
  readonly environment: LegacyEnvironment;
  /** The resource. */
  readonly resource: ResourceChange;
}

/** Returns undefined for an expected change, and otherwise what is not expected of it. */
type Check = (change: AttributeChange) => string | undefined;

/** A change that the adoption makes on purpose. */
export interface Expected {
  /** Resources whose name in the stack matches. @default every one of the type */
  readonly name?: RegExp;
  /** True if the values are those that are expected. */
  readonly check: Check;
  /** Why the change is made. */
  readonly reason: string;
}

/** Tests whether two values are equal; all empty values are. */
export const same = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(one ?? null, other ?? null) || (isEmpty(one) && isEmpty(other));
const isEmpty = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === "" ||
  (typeof value === "object" && Object.keys(value).length === 0);
const text = (value: unknown) => (typeof value === "string" ? value : "");
const words = (value: unknown) => JSON.stringify(value ?? null);

/** From exactly this value to exactly that one. Without a value for an environment nothing is expected. */
function becomes(from: unknown, to: unknown): Check {
  return ({ before, after, environment }) => {
    const target = isByEnvironment(to) ? to[environment] : to;
    if (isByEnvironment(to) && !(environment in to)) return "the adoption does not change it";
    if (!same(before, from)) return `the old project left ${words(from)}`;
    return same(after, target) ? undefined : `the adoption sets ${words(target)}`;
  };
}

const isByEnvironment = (value: unknown): value is Partial<Record<LegacyEnvironment, unknown>> =>
  typeof value === "object" && value !== null && ("dev" in value || "production" in value);

/** A text that matches, to one that matches. */
const matches =
  (from: RegExp, to: RegExp): Check =>
  ({ before, after }) => {
    if (!from.test(text(before))) return `the old project left what matches ${from.source}`;
    return after === undefined || to.test(text(after))
      ? undefined
      : `the adoption sets what matches ${to.source}`;
  };

/** Any words, which nothing but a reader depends on. */
const anyWords: Check = () => undefined;

/** A list that loses none of its entries. */
const onlyGrows: Check = ({ before, after }) => {
  if (after === undefined) return undefined;
  const kept = list(after).map(words);
  const lost = list(before).filter((one) => !kept.includes(words(one)));
  return lost.length > 0 ? `${lost.map(words).join(", ")} would go` : undefined;
};

/** The same value, as far as the plan knows it. */
const unchanged: Check = ({ before, after }) =>
  after === undefined || same(withoutNulls(before), withoutNulls(after))
    ? undefined
    : "the adoption does not change it";

const withoutNulls = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (_, part: unknown) => part ?? undefined) ?? "null");

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Only the names change or go that the old project gave its objects. */
const keepsTags: Check = ({ resource: { change }, environment }) => {
  const tags = (side: ResourceChange["change"]["before"]) =>
    ({ ...(side?.tags as object), ...(side?.tags_all as object) }) as Record<string, string>;
  const now = tags(change.after);
  const lost = Object.entries(tags(change.before)).filter(
    ([key, value]) =>
      now[key] !== value && !(key === "Name" && value.startsWith(`${environment}-`)),
  );
  if (lost.length === 0) return undefined;
  return `${lost.map(([key, value]) => `${key}=${value}`).join(", ")} would go`;
};

interface Rule {
  readonly protocol?: string;
  readonly from_port?: number;
  readonly to_port?: number;
  readonly self?: boolean;
  readonly cidr_blocks?: readonly string[] | null;
  readonly ipv6_cidr_blocks?: readonly string[] | null;
  readonly prefix_list_ids?: readonly string[] | null;
  readonly security_groups?: readonly string[] | null;
}

/** `tcp 8000 0.0.0.0/0`: a rule of a security group without its description. */
export function ruleInWords(rule: Rule): string {
  const { protocol, from_port: from, to_port: to, self } = rule;
  const peers = [
    ...(rule.cidr_blocks ?? []),
    ...(rule.ipv6_cidr_blocks ?? []),
    ...(rule.prefix_list_ids ?? []),
    ...(rule.security_groups ?? []),
    ...(self ? ["self"] : []),
  ];
  const ports = protocol === "-1" ? "" : from === to ? ` ${from}` : ` ${from}-${to}`;
  return `${protocol === "-1" ? "all" : protocol}${ports} ${peers.sort().join(",")}`;
}

/** The inline rules that the old project wrote, by the group's name in the stack. */
const OLD_RULES: Readonly<Record<string, readonly string[]>> = {
  api_server: ["tcp 8000 0.0.0.0/0"],
  web_app: ["tcp 80 0.0.0.0/0"],
  load_balancer_alb: ["tcp 80 0.0.0.0/0", "tcp 443 0.0.0.0/0"],
};
const OLD_EGRESS = "all 0.0.0.0/0";

/** Only rules go that the old project wrote. */
const losesOldRules: Check = ({ before, after, resource }) => {
  const name = resource.address.split(".").at(-1)!;
  const expected = new Set([
    ...(OLD_RULES[name] ?? []),
    OLD_EGRESS,
    ...list(after).map((rule) => ruleInWords(rule as Rule)),
  ]);
  const lost = list(before)
    .map((rule) => ruleInWords(rule as Rule))
    .filter((rule) => !expected.has(rule));
  return lost.length > 0 ? `the rule "${lost.join('", "')}" would go` : undefined;
};

interface Policy {
  readonly Statement?: readonly { readonly Action?: string | readonly string[] }[];
}

/** The old policy allowed no other actions than these. */
const allowedOnly =
  (...actions: readonly string[]): Check =>
  ({ before }) => {
    const { Statement: statements = [] } = JSON.parse(String(before)) as Policy;
    const others = statements
      .flatMap(({ Action = [] }) => Action)
      .filter((action) => !actions.includes(action));
    return others.length > 0 ? `${others.join(", ")} would no longer be allowed` : undefined;
  };

/** The same trust, now with conditions. */
const sameTrust: Check = ({ before, after }) => {
  const withoutConditions = (text: unknown) =>
    JSON.parse(
      JSON.stringify(JSON.parse(String(text)), (key, value: unknown) =>
        key === "Condition" || key === "Sid" ? undefined : value,
      ),
    ) as unknown;
  return same(withoutConditions(before), withoutConditions(after))
    ? undefined
    : "the roles' trust changes in more than its conditions";
};

/** The container and the port of a service's target, in the old project and now. */
const sameTargets: Check = ({ before, after }) => {
  const targets = (value: unknown) =>
    list(value).map((one) => {
      const {
        container_name: name,
        container_port: port,
        target_group_arn: arn,
      } = one as Record<string, unknown>;
      return `${String(name)}:${String(port)} ${String(arn)}`.replace(
        "api-proxy:8080",
        "api-server:8000",
      );
    });
  return after === undefined || same(targets(before).sort(), targets(after).sort())
    ? undefined
    : "the old project registered other targets";
};

/** The paths of the rule that routes to the API. */
const apiPaths: Check = ({ before, after }) => {
  const paths = (value: unknown) =>
    list(value).map(
      (one) =>
        (one as { path_pattern?: readonly { values?: string[] }[] }).path_pattern?.[0]?.values ??
        one,
    );
  if (!same(paths(before), [["/api/*"]]))
    return 'the old project\'s only condition is the path "/api/*"';
  return same(paths(after), [["/api", "/api/*"]])
    ? undefined
    : 'the adoption sets "/api" and "/api/*"';
};

/** The actions that the old project's inline policies allow, a policy a line. */
const OLD_ACTIONS = [
  ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
  ["secretsmanager:GetSecretValue"],
  [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
  ],
];

const unhealthyHosts = /alb_unhealthy_hosts_(api|web)$/;
const likeOtherAlarms = "as in the other alarms on targets";

/** Changes in place that the adoption makes, by type and attribute; `*` is every type. */
export const expectedChanges: Readonly<Record<string, Readonly<Record<string, Expected>>>> = {
  "*": {
    tags: { check: keepsTags, reason: "the provider sets the project's tags on every object" },
    tags_all: { check: keepsTags, reason: "the provider sets the project's tags on every object" },
  },
  aws_cloudwatch_log_group: {
    retention_in_days: {
      check: becomes(7, { dev: 3, production: 30 }),
      reason: "dev keeps logs for 3 days, production for 30",
    },
  },
  aws_cloudwatch_metric_alarm: {
    alarm_description: {
      check: anyWords,
      reason: "describes the problem for the reader of the e-mail",
    },
    alarm_actions: { check: onlyGrows, reason: "sends an e-mail when the alarm starts" },
    ok_actions: { check: onlyGrows, reason: "sends an e-mail when the alarm ends" },
    dimensions: {
      check: ({ before, after, environment }) =>
        /^db-/.test((before as Record<string, string>)?.DBInstanceIdentifier ?? "") &&
        same(after, { DBInstanceIdentifier: `${environment}-plue-db` })
          ? undefined
          : "the old project left the database's resource id",
      reason: "names the database under which RDS publishes the metric",
    },
    period: { name: unhealthyHosts, check: anyWords, reason: likeOtherAlarms },
    evaluation_periods: { name: unhealthyHosts, check: anyWords, reason: likeOtherAlarms },
    threshold: { name: unhealthyHosts, check: anyWords, reason: likeOtherAlarms },
    comparison_operator: { name: unhealthyHosts, check: anyWords, reason: likeOtherAlarms },
    statistic: { name: unhealthyHosts, check: anyWords, reason: likeOtherAlarms },
    treat_missing_data: { name: unhealthyHosts, check: anyWords, reason: likeOtherAlarms },
  },
  aws_db_instance: {
    apply_immediately: {
      check: becomes(false, { dev: true }),
      reason: "dev does not wait for the maintenance window",
    },
    copy_tags_to_snapshot: {
      check: becomes(false, true),
      reason: "snapshots get the database's tags",
    },
    deletion_protection: {
      check: becomes(false, { production: true }),
      reason: "production's database is protected from deletion",
    },
    enabled_cloudwatch_logs_exports: {
      check: onlyGrows,
      reason: "RDS sends PostgreSQL's log to CloudWatch",
    },
    final_snapshot_identifier: {
      check: matches(/^production-plue-db-final-snapshot-/, /^production-plue-db-final-snapshot-/),
      reason: "the final snapshot's name is the same in every plan",
    },
    monitoring_interval: {
      check: becomes(0, { production: 60 }),
      reason: "Enhanced Monitoring in production",
    },
    monitoring_role_arn: {
      // The role stays after a rollback, and after an interruption it may not be in the state.
      check: matches(/^$|-plue-db-monitoring$/, /^arn:/),
      reason: "Enhanced Monitoring in production",
    },
    parameter_group_name: {
      check: matches(/^default\.postgres/, /^(dev|production)-plue-db-postgres\d+$/),
      reason: "a parameter group that logs slow statements and schema changes",
    },
    vpc_security_group_ids: { check: unchanged, reason: "the same group, whose rules change" },
  },
  aws_ecr_repository: {
    force_delete: {
      check: ({ before, after, environment }) =>
        isEmpty(before) || before === false
          ? after === (environment === "dev")
            ? undefined
            : "the adoption sets true in dev and false in production"
          : "the old project left it unset",
      reason: "a destroy deletes dev's images, and never production's",
    },
  },
  aws_ecs_service: {
    alarms: {
      // A rollback of an adoption leaves them off.
      check: ({ before }) =>
        isEmpty(before) || (list(before)[0] as { readonly enable?: boolean }).enable === false
          ? undefined
          : "the old project set no alarms",
      reason: "ECS rolls back a deployment that raises an alarm",
    },
    availability_zone_rebalancing: {
      check: becomes("DISABLED", "ENABLED"),
      reason: "ECS spreads tasks over the zones again after a failure",
    },
    deployment_circuit_breaker: {
      check: ({ before, after }) =>
        (isEmpty(before) || same(before, [{ enable: false, rollback: false }])) &&
        same(after, [{ enable: true, rollback: true }])
          ? undefined
          : "the adoption turns it on, with rollback",
      reason: "ECS rolls back a failed deployment",
    },
    deployment_controller: {
      check: ({ after }) => (same(after, [{ type: "ECS" }]) ? undefined : "the adoption sets ECS"),
      reason: "AWS's default, now in the settings",
    },
    enable_ecs_managed_tags: {
      check: becomes(false, true),
      reason: "tags tasks, so that costs can be distinguished",
    },
    enable_execute_command: {
      check: becomes(false, { dev: true }),
      reason: "ECS Exec can open a shell in dev's tasks",
    },
    force_new_deployment: {
      check: ({ before, environment }) =>
        environment === "dev" && (isEmpty(before) || before === false)
          ? undefined
          : "the adoption sets it in dev only",
      reason: "the capacity can change in place",
    },
    health_check_grace_period_seconds: {
      check: ({ before, after }) =>
        (isEmpty(before) || before === 0) && Number(after) >= 60
          ? undefined
          : "the old project had none",
      reason: "ECS does not replace a starting task for failed health checks",
    },
    load_balancer: {
      check: sameTargets,
      reason: "the same target group, through the proxy in the task",
    },
    network_configuration: { check: unchanged, reason: "the same subnets and group" },
    task_definition: {
      check: ({ before, after }) => {
        const family = (arn: unknown) => String(arn).replace(/:\d+$/, "");
        return after === undefined || family(before) === family(after)
          ? undefined
          : "the service would run another family of task definitions";
      },
      reason: "the new revision",
    },
  },
  aws_iam_role: {
    assume_role_policy: {
      check: sameTrust,
      reason: "AWS's services can use the role for this account only",
    },
  },
  aws_iam_role_policy: {
    policy: {
      check: (change) => {
        const checks = OLD_ACTIONS.map((actions) => allowedOnly(...actions)(change));
        return checks.includes(undefined) ? undefined : checks[0];
      },
      reason: "names the resources that the role needs, and no others",
    },
  },
  aws_lb: {
    drop_invalid_header_fields: {
      check: becomes(false, true),
      reason: "the load balancer drops invalid headers",
    },
    enable_deletion_protection: {
      check: becomes(false, { production: true }),
      reason: "production's load balancer is protected from deletion",
    },
  },
  aws_lb_listener: {
    ssl_policy: {
      check: matches(
        /^ELBSecurityPolicy-(2015-05|2016-08|FS-.*|TLS-1-.*)$/,
        /^ELBSecurityPolicy-TLS13-1-2-2021-06$/,
      ),
      reason: "TLS 1.2 and 1.3 only",
    },
  },
  aws_lb_listener_rule: {
    condition: { check: apiPaths, reason: "/api itself goes to the API too" },
  },
  aws_secretsmanager_secret: {
    recovery_window_in_days: {
      check: becomes(7, { dev: 0 }),
      reason: "the names of dev's secrets are free at once after a destroy",
    },
  },
  aws_security_group: {
    ingress: { check: losesOldRules, reason: "accepts only the connections that the stack needs" },
    egress: {
      check: losesOldRules,
      reason:
        "allows only HTTPS, PostgreSQL and NFS, and the load balancer its targets, instead of everything",
    },
  },
  aws_security_group_rule: { description: { check: anyWords, reason: "describes the rule" } },
};

/** Something of the old project that its adoption removes or replaces. */
export interface AllowedLoss {
  /** Terraform resource type. */
  readonly type: string;
  /** The names of that type. @default all */
  readonly name?: RegExp;
  /** The allowed actions. */
  readonly action: "replaced" | "destroyed";
  /** The attributes that may cause it; only for what is replaced. */
  readonly because?: readonly string[];
  /** True if the object is as the old project left it. @default whatever its values are */
  readonly check?: (resource: ResourceChange) => string | undefined;
  /** Why nothing is lost that matters. */
  readonly reason: string;
}

const before = ({ change }: ResourceChange) => change.before ?? {};

/** The variables and containers that the old project's task definitions have. */
const OLD_CONTAINERS = ["api-server", "web-app", "db-migrate"];
const OLD_VARIABLES = ["PORT", "API_ENDPOINT", "DATABASE_URL"];

interface Container {
  readonly name?: string;
  readonly environment?: readonly { readonly name?: string }[];
  readonly secrets?: readonly { readonly name?: string }[];
}

/** Names of what somebody has added to a task definition of the old project. */
function addedContainers(resource: ResourceChange): string | undefined {
  const containers = JSON.parse(
    text(before(resource).container_definitions) || "[]",
  ) as Container[];
  const added = containers.flatMap(({ name = "", environment = [], secrets = [] }) => [
    ...(OLD_CONTAINERS.includes(name) ? [] : [`the container ${name}`]),
    ...[...environment, ...secrets].flatMap(({ name: variable = "" }) =>
      OLD_VARIABLES.includes(variable) ? [] : [`the variable ${variable}`],
    ),
  ]);
  return added.length > 0 ? `${added.join(", ")} would go` : undefined;
}

/** The attributes that a replacement would change although nothing in the adoption changes them. */
const keeps =
  (...attributes: readonly string[]) =>
  ({ change }: ResourceChange): string | undefined => {
    const changed = attributes.filter(
      (one) =>
        change.after && one in change.after && !same(change.before?.[one], change.after[one]),
    );
    return changed.length === 0
      ? undefined
      : changed
          .map(
            (one) =>
              `${one} ${words(change.before?.[one])} would become ${words(change.after?.[one])}`,
          )
          .join(", ");
  };

/** Everything that a plan on a state of the old project may replace or destroy. */
export const allowedLosses: readonly AllowedLoss[] = [
  {
    type: "aws_security_group_rule",
    name: /_egress$/,
    action: "destroyed",
    check: (resource) => {
      const { type, ...rule } = before(resource);
      return type === undefined || (type === "egress" && ruleInWords(rule) === OLD_EGRESS)
        ? undefined
        : "the old project's rule allows every connection out";
    },
    reason: "let the database and the file system connect to any address; they connect to none",
  },
  {
    type: "aws_iam_role_policy_attachment",
    name: /^task_execution$/,
    action: "destroyed",
    check: (resource) => {
      const { policy_arn: arn } = before(resource);
      return arn === undefined || text(arn).endsWith("/AmazonECSTaskExecutionRolePolicy")
        ? undefined
        : `the policy ${text(arn)} is not the old project's`;
    },
    reason: "let tasks pull every image and write every log; an inline policy names their own",
  },
  {
    type: "aws_appautoscaling_target",
    action: "replaced",
    because: ["resource_id"],
    check: keeps("min_capacity", "max_capacity"),
    reason: "named the cluster by its ARN and so never scaled; holds two bounds only",
  },
  {
    type: "aws_appautoscaling_policy",
    action: "replaced",
    because: ["resource_id"],
    check: keeps("policy_type"),
    reason: "belongs to the target that named the wrong cluster",
  },
  {
    type: "aws_ecs_task_definition",
    action: "replaced",
    because: ["container_definitions", "volume", "execution_role_arn", "task_role_arn"],
    check: addedContainers,
    reason: "a new revision; running tasks keep the old one",
  },
  {
    type: "aws_secretsmanager_secret_version",
    action: "replaced",
    because: ["secret_string", "secret_string_wo_version"],
    reason: "the old content stays current until the new one exists",
  },
  {
    type: "aws_ecr_lifecycle_policy",
    action: "replaced",
    because: ["policy"],
    check: (resource) => {
      const { policy } = before(resource);
      if (policy === undefined) return undefined;
      const { rules = [] } = JSON.parse(text(policy)) as {
        rules?: { selection?: { countNumber?: number; countType?: string; tagStatus?: string } }[];
      };
      const [only, ...others] = rules.map(({ selection }) => selection);
      return others.length === 0 &&
        same(only, { countNumber: 10, countType: "imageCountMoreThan", tagStatus: "any" })
        ? undefined
        : "the old project's only rule keeps the last 10 images";
    },
    reason:
      "still keeps the last 10 images; also keeps the images that were deployed, and expires untagged ones after 14 days",
  },
];
