import { environments } from "../../../src/environments";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import { architecture } from "../../../src/diagram/architecture";
import { isFrame, parts, type Architecture } from "../../../src/diagram/model";
import { architectureOf } from "../../support/drawing";
import { examples } from "../../support/examples";
import { full } from "../../support/full";

/** With every option. */
const all = { ...full, budget: { monthlyDollars: 200, alertEmail: "a@example.com" } };

const off = {
  encryption: undefined,
  loadBalancer: dev.loadBalancer,
  cache: undefined,
  backup: undefined,
  disasterRecovery: undefined,
  dashboard: undefined,
};

const partOf = ({ children }: Architecture, address: string) =>
  parts(children).find(({ addresses, folded }) => [...addresses, ...folded].includes(address))!;

/** Titles of the frames around the part that represents a resource, the outermost first. */
function framesAround({ children }: Architecture, address: string): string[] {
  const path = (among: Architecture["children"]): string[] | undefined => {
    for (const part of among) {
      if (part.addresses.includes(address)) return [];
      const below = isFrame(part) ? path(part.children) : undefined;
      if (below) return [part.title, ...below];
    }
    return undefined;
  };
  return path(children) ?? [];
}

function arrowsOf({ children, arrows }: Architecture): string[] {
  const titles = new Map(parts(children).map(({ id, title }) => [id, title]));
  return arrows
    .map(
      ({ from, to, kind, label }) => `${titles.get(from)} -${kind}-> ${titles.get(to)}: ${label}`,
    )
    .sort();
}

describe.each([...environments, all, ...examples.map(([, settings]) => settings)])(
  "$name",
  (settings) => {
    const { template, drawn } = architectureOf(settings);

    test("every resource is drawn once, or folded into one that is", () => {
      const shown = parts(drawn.children).flatMap(({ addresses, folded }) => [
        ...addresses,
        ...folded,
      ]);
      expect(shown.toSorted()).toEqual(template.resources.map(({ address }) => address).toSorted());
    });

    test("every part has an id of its own, and every arrow joins two of them", () => {
      const ids = parts(drawn.children).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { from, to } of drawn.arrows)
        expect(ids).toEqual(expect.arrayContaining([from, to]));
    });

    test("no card is without a title of its own", () => {
      for (const { title } of parts(drawn.children)) expect(title).not.toBe("");
    });
  },
);

describe("production", () => {
  const { drawn } = architectureOf(production, { enable_https: true });

  test.each([
    [
      "aws_nat_gateway.network_main_1",
      ["AWS region", "VPC", "Availability zone b", "Public subnet"],
    ],
    [
      "aws_efs_mount_target.storage_main_0",
      ["AWS region", "VPC", "Availability zone a", "Private subnet"],
    ],
    ["aws_lb.load_balancer_main", ["AWS region", "VPC", "In both zones", "Public subnets"]],
    [
      "aws_ecs_service.api_server",
      ["AWS region", "VPC", "In both zones", "Private subnets", "ECS cluster on Fargate"],
    ],
    [
      "aws_ecs_task_definition.db_migrate",
      ["AWS region", "VPC", "In both zones", "Private subnets", "ECS cluster on Fargate"],
    ],
    ["aws_db_instance.database_main", ["AWS region", "VPC", "In both zones", "Private subnets"]],
    ["aws_internet_gateway.network_main", ["AWS region", "VPC"]],
    ["aws_ecr_repository.ecr_web_app", ["AWS region"]],
  ])("%s is in its place", (address, frames) => {
    expect(framesAround(drawn, address)).toEqual(frames);
  });

  test.each([
    ["aws_iam_role_policy.api_server_task_efs", "API server"],
    ["aws_security_group.db_migrate", "Migration task"],
    ["aws_security_group_rule.database_from_api", "Database"],
    ["aws_security_group_rule.storage_efs_from_api", "File system"],
    ["aws_lb_listener_rule.load_balancer_api_https", "Load balancer"],
    ["aws_lb_target_group.load_balancer_web_app", "Load balancer"],
    ["aws_appautoscaling_policy.web_app_cpu", "Web app"],
    ["aws_iam_role.network_flow_log", "VPC"],
    ["random_password.database_master", "Secrets Manager"],
  ])("%s is folded into the %s", (address, title) => {
    expect(partOf(drawn, address)).toMatchObject({
      title,
      folded: expect.arrayContaining([address]),
    });
  });

  test("arrows show allowed connections, and where data and logs go", () => {
    expect(arrowsOf(drawn)).toEqual([
      "API server -data-> Secrets Manager: secrets",
      "API server -traffic-> Database: 5432",
      "API server -traffic-> File system: 2049",
      "CloudWatch alarms -logs-> Alerts (SNS): alarms",
      "Database -logs-> CloudWatch Logs: logs",
      "ECS cluster on Fargate -data-> Images (ECR): images",
      "ECS cluster on Fargate -logs-> CloudWatch Logs: logs",
      "ECS cluster on Fargate -traffic-> Internet gateway: 443 by NAT",
      "Internet -traffic-> Internet gateway: ",
      "Internet gateway -traffic-> Load balancer: 80, 443",
      "Load balancer -traffic-> API server: 8000, 8080",
      "Load balancer -traffic-> Web app: 80",
      "Migration task -data-> Secrets Manager: secrets",
      "Migration task -traffic-> Database: 5432",
      "NAT gateway -traffic-> Internet gateway: out",
      "NAT gateway -traffic-> Internet gateway: out",
      "VPC -logs-> CloudWatch Logs: flow logs",
    ]);
  });
});

test("a narrower rule takes its arrow away", () => {
  const { drawn } = architectureOf({
    ...dev,
    webApp: {
      ...dev.webApp,
      egress: [{ description: "Endpoints", port: 443, cidrBlocks: ["10.0.0.0/16"] }],
    },
  });
  const outward = arrowsOf(drawn).filter((arrow) => arrow.includes("by NAT"));
  expect(outward).toEqual([
    "API server -traffic-> Internet gateway: 443 by NAT",
    "Migration task -traffic-> Internet gateway: 443 by NAT",
  ]);
});

test("one NAT gateway lists the zones that it serves", () => {
  const { drawn } = architectureOf(dev);
  const nats = parts(drawn.children).filter(({ title }) => title === "NAT gateway");
  expect(nats).toMatchObject([{ lines: ["way out of zone a and b"] }]);
});

describe("with every option", () => {
  const { template, drawn } = architectureOf(all);

  test.each([
    ["aws_wafv2_web_acl.waf_main", ["AWS region"]],
    ["aws_s3_bucket.access_logs", ["AWS region"]],
    ["aws_kms_key.customer_key_main", ["AWS region"]],
    ["aws_backup_vault.backup_main", ["AWS region"]],
    ["aws_cloudwatch_dashboard.dashboard_main", ["AWS region"]],
    ["aws_budgets_budget.budget_monthly", ["AWS region"]],
    [
      "aws_elasticache_serverless_cache.cache_main",
      ["AWS region", "VPC", "In both zones", "Private subnets"],
    ],
    ["aws_kms_key.disaster_recovery_copies", ["Second region"]],
    ["aws_backup_vault.backup_copies", ["Second region"]],
    ["aws_efs_replication_configuration.disaster_recovery_main", ["Second region"]],
    ["aws_ecr_replication_configuration.disaster_recovery_main", ["Second region"]],
    ["aws_db_instance_automated_backups_replication.disaster_recovery_main", ["Second region"]],
  ])("%s is in its place", (address, frames) => {
    expect(framesAround(drawn, address)).toEqual(frames);
  });

  test.each([
    ["aws_wafv2_web_acl_logging_configuration.waf_main", "Web ACL (WAF)"],
    ["aws_s3_bucket_policy.access_logs", "S3 bucket"],
    ["aws_backup_plan.backup_main", "Backup vault"],
    ["aws_backup_vault_lock_configuration.backup_main", "Backup vault"],
    ["aws_kms_alias.disaster_recovery_copies", "KMS key"],
    ["aws_elasticache_user_group.cache_main", "Cache"],
  ])("%s is folded into the %s", (address, title) => {
    expect(template.find(address)).toBeDefined();
    expect(partOf(drawn, address).title).toBe(title);
  });

  test("arrows show what the options add", () => {
    const without = arrowsOf(architectureOf({ ...all, name: "full", ...off }).drawn);
    const added = arrowsOf(drawn).filter((arrow) => !without.includes(arrow));
    expect(added).toEqual(
      [
        "AWS region -copies-> Second region: copies",
        "API server -traffic-> Cache: 6379",
        "Database -copies-> Backup vault: backups",
        "File system -copies-> Backup vault: backups",
        "Load balancer -data-> Web ACL (WAF): verdicts",
        "Load balancer -logs-> S3 bucket: access logs",
      ].sort(),
    );
  });

  test("every card is of a type that is known by name", () => {
    const titles = parts(drawn.children).map(({ title }) => title);
    expect(titles.filter((title) => /configuration|Aws|_/.test(title))).toEqual([]);
  });
});

test("what is only in the state has a frame of its own, a card for each type", () => {
  const { template } = architectureOf(dev);
  const removed = ["aws_sqs_queue.jobs", "aws_sqs_queue.mails", "aws_eip.old"];
  const { children } = architecture("dev", template, removed);
  expect(children.at(-1)).toMatchObject({
    title: "No longer in the code",
    children: [
      { title: "Elastic IP", lines: ["old"], addresses: ["aws_eip.old"] },
      { title: "2 sqs queues", lines: ["jobs", "mails"] },
    ],
  });
});

test("the load balancer shows the name by which it is reached", () => {
  const [, example] = examples.find(([file]) => file === "domain-with-zone.ts")!;
  const { drawn } = architectureOf(example);
  expect(partOf(drawn, "aws_lb.load_balancer_main")).toMatchObject({
    lines: ["application, public", example.domain!.name],
  });
});
