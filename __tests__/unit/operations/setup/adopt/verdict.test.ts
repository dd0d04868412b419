import { checkPlan, type Expectations } from "../../../../../src/operations/setup/adopt/verdict";
import { report } from "../../../../../src/operations/setup/adopt/report";
import type { PlanJson, ResourceChange } from "../../../../../src/terraform/plan";

function change(
  address: string,
  actions: string[],
  rest: Partial<ResourceChange> & { attributes?: Record<string, [unknown, unknown]> } = {},
): ResourceChange {
  const type = address.split(".").at(-2)!;
  const { attributes = {}, ...others } = rest;
  const side = (index: 0 | 1) =>
    Object.fromEntries(Object.entries(attributes).map(([key, values]) => [key, values[index]]));
  return {
    address,
    mode: "managed",
    type,
    change: { actions, before: side(0), after: side(1) },
    ...others,
  };
}

function replacement(address: string, ...because: string[]): ResourceChange {
  const base = change(address, ["delete", "create"]);
  return { ...base, change: { ...base.change, replace_paths: because.map((path) => [path]) } };
}

const nothingAdopted = () => false;
const check = (
  changes: ResourceChange[],
  isAdopted: (address: string) => boolean = nothingAdopted,
  environment: "dev" | "production" = "production",
) => checkPlan({ resource_changes: changes }, { environment, isAdopted });

test("moves alone are safe", () => {
  const verdict = check([
    change("aws_vpc.network_main", ["no-op"], {
      previous_address: "module.network.aws_vpc.main",
    }),
    change("data.aws_region.current", ["read"], { mode: "data" }),
  ]);
  expect(verdict).toMatchObject({
    safe: true,
    moved: [{ from: "module.network.aws_vpc.main", to: "aws_vpc.network_main" }],
  });
});

test.each([
  ["the database", replacement("aws_db_instance.database_main", "username")],
  ["a service", replacement("aws_ecs_service.web_app", "launch_type")],
  ["the VPC", replacement("aws_vpc.network_main", "cidr_block")],
  ["the file system", change("module.storage.aws_efs_file_system.main", ["delete"])],
  ["the master password", replacement("random_password.database_master", "length")],
  ["a rule that let somebody in", change("aws_security_group_rule.database_from_api", ["delete"])],
  ["a scaling target for another reason", replacement("aws_appautoscaling_target.web_app", "x")],
])("losing %s needs a person", (_, loss) => {
  expect(check([loss]).safe).toBe(false);
});

test("losing what the old project got wrong is safe, and has a reason", () => {
  const verdict = check([
    replacement("aws_appautoscaling_target.web_app", "resource_id"),
    change("module.database.aws_security_group_rule.database_egress", ["delete"]),
  ]);
  expect(verdict.safe).toBe(true);
  expect(verdict.replaced[0]?.reason).toContain("never scaled");
  expect(verdict.destroyed[0]?.reason).toContain("connect");
});

test("an unexpected change needs a person, and is named with both values", () => {
  const verdict = check([
    change("aws_db_instance.database_main", ["update"], {
      attributes: {
        tags: [{ Name: "production-plue-db" }, {}],
        instance_class: ["db.t3.large", "db.t3.micro"],
        port: [5432, 5432],
      },
    }),
  ]);
  expect(verdict.safe).toBe(false);
  expect(verdict.changed).toEqual([
    {
      address: "aws_db_instance.database_main",
      attributes: ["instance_class"],
      note: '"db.t3.large" to "db.t3.micro"; the adoption does not change it',
    },
    expect.objectContaining({ attributes: ["tags"], reason: expect.stringContaining("tags") }),
  ]);
});

test("a state without what it should hold is not safe to adopt: it may be the wrong one", () => {
  const created = change("aws_vpc.network_main", ["create"]);
  expect(check([created], (address) => address === "aws_vpc.network_main").safe).toBe(false);
  expect(check([created]).safe).toBe(true);
});

test("a scaling target that AWS does not know by its wrong name is created", () => {
  const address = "aws_appautoscaling_target.web_app";
  expect(check([change(address, ["create"])], (one) => one === address).safe).toBe(true);
});

test("what is known after the apply only counts as changed", () => {
  const update = change("aws_db_instance.database_main", ["update"]);
  const verdict = check([
    { ...update, change: { ...update.change, after_unknown: { engine: true, tags: [false] } } },
  ]);
  expect(verdict.changed.map(({ attributes }) => attributes)).toEqual([["engine"]]);
});

const update = (address: string, attribute: string, before: unknown, after: unknown) =>
  change(address, ["update"], { attributes: { [attribute]: [before, after] } });
const rule = (protocol: string, port: number, cidr: string) => ({
  protocol,
  from_port: port,
  to_port: port,
  cidr_blocks: [cidr],
});

describe("values, not names, decide", () => {
  test.each<[string, ResourceChange, string]>([
    [
      "a protection that goes",
      update("aws_db_instance.database_main", "deletion_protection", true, false),
      "true to false",
    ],
    [
      "a rule that somebody added by hand",
      update(
        "aws_security_group.api_server",
        "ingress",
        [rule("tcp", 8000, "0.0.0.0/0"), rule("tcp", 22, "10.9.8.7/32")],
        [],
      ),
      'the rule "tcp 22 10.9.8.7/32" would go',
    ],
    [
      "a colleague's tag",
      update("aws_vpc.network_main", "tags", { Name: "production-vpc", Team: "git" }, {}),
      "Team=git would go",
    ],
    [
      "another retention than the old project's",
      update("aws_cloudwatch_log_group.api_server", "retention_in_days", 90, 30),
      "the old project left 7",
    ],
    [
      "another retention than the adoption's",
      update("aws_cloudwatch_log_group.api_server", "retention_in_days", 7, 14),
      "the adoption sets 30",
    ],
    [
      "production's images that a destroy would delete",
      update("aws_ecr_repository.ecr_api_server", "force_delete", null, true),
      "false in production",
    ],
    [
      "a second recipient of an alarm",
      update(
        "aws_cloudwatch_metric_alarm.alarms_database_cpu",
        "alarm_actions",
        ["other"],
        ["own"],
      ),
      '"other" would go',
    ],
    [
      "a weaker TLS policy",
      update(
        "aws_lb_listener.load_balancer_https",
        "ssl_policy",
        "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
      ),
      "the old project left",
    ],
    [
      "an action that a role loses",
      update(
        "aws_iam_role_policy.api_server_task_efs",
        "policy",
        JSON.stringify({
          Statement: [{ Action: ["elasticfilesystem:ClientMount", "s3:GetObject"] }],
        }),
        JSON.stringify({ Statement: [] }),
      ),
      "s3:GetObject would no longer be allowed",
    ],
    [
      "a variable that somebody added to a task",
      {
        ...replacement("aws_ecs_task_definition.api_server", "container_definitions"),
        change: {
          actions: ["delete", "create"],
          before: {
            container_definitions: JSON.stringify([
              { name: "api-server", environment: [{ name: "PORT" }, { name: "SMTP_HOST" }] },
            ]),
          },
          after: {},
          replace_paths: [["container_definitions"]],
        },
      },
      "the variable SMTP_HOST would go",
    ],
    [
      "a tainted database",
      {
        ...replacement("aws_db_instance.database_main"),
        action_reason: "replace_because_tainted",
      },
      "it is tainted",
    ],
  ])("%s needs a person", (_, drifted, note) => {
    const verdict = check([drifted]);
    expect(verdict.safe).toBe(false);
    const text = report("production", verdict);
    expect(text).toContain(note);
    expect(text).toContain("1 change that the adoption does not make by itself");
  });

  test("what the adoption is for needs nobody", () => {
    const verdict = check([
      update("aws_cloudwatch_log_group.api_server", "retention_in_days", 7, 30),
      update("aws_db_instance.database_main", "deletion_protection", false, true),
      update("aws_security_group.api_server", "ingress", [rule("tcp", 8000, "0.0.0.0/0")], []),
      update("aws_ecr_repository.ecr_api_server", "force_delete", null, false),
    ]);
    expect(report("production", verdict)).toContain("production can be adopted");
  });

  test("what a rollback of an adoption leaves needs nobody", () => {
    const role = "arn:aws:iam::123456789012:role/production-plue-db-monitoring";
    const alarms = { alarm_names: ["production-plue-alb-5xx-api"], enable: true, rollback: true };
    const { safe } = check([
      update("aws_db_instance.database_main", "monitoring_role_arn", role, undefined),
      ...[{}, { alarm_names: [] }, { alarm_names: null }].map((names) =>
        update(
          "aws_ecs_service.api_server",
          "alarms",
          [{ enable: false, rollback: false, ...names }],
          [alarms],
        ),
      ),
    ]);
    expect(safe).toBe(true);
  });

  test("a secret is shown as one", () => {
    const { change: values, ...resource } = update(
      "aws_db_instance.database_main",
      "password",
      "hunter2",
      null,
    );
    const text = report(
      "production",
      check([{ ...resource, change: { ...values, before_sensitive: { password: true } } }]),
    );
    expect(text).not.toContain("hunter2");
    expect(text).toContain("(secret)");
  });
});

describe("what somebody changed outside of Terraform", () => {
  const address = "aws_ecs_service.web_app";
  const revision = (number: number | undefined) =>
    number &&
    `arn:aws:ecs:us-east-1:123456789012:task-definition/production-plue-web-app:${number}`;
  const plan = {
    resource_changes: [update(address, "task_definition", revision(2), revision(undefined))],
    resource_drift: [update(address, "task_definition", revision(1), revision(2))],
  };
  const checkDrift = (drifted: PlanJson, hasBegun = false) =>
    checkPlan(drifted, { environment: "production", isAdopted: () => true, hasBegun });

  test("needs a person if the adoption would revert it", () => {
    const [finding] = checkDrift(plan).changed;
    expect(finding).toMatchObject({ address, attributes: ["task_definition"] });
    expect(finding!.note).toMatch(/somebody changed task_definition from ".*:1" to ".*:2" outside/);
  });

  test("needs nobody once the adoption has begun, which changes it itself", () => {
    expect(checkDrift(plan, true).safe).toBe(true);
  });

  test("needs nobody if the values differ in nothing but what is empty", () => {
    const secret = "aws_secretsmanager_secret_version.database_connection";
    const replaced = replacement(secret, "secret_string");
    const none = update(secret, "version_stages", null, []);
    expect(checkDrift({ resource_changes: [replaced], resource_drift: [none] }).safe).toBe(true);
  });

  test("needs a person if it is a secret with another content since", () => {
    const secret = "aws_secretsmanager_secret_version.database_connection";
    const [finding] = checkDrift({
      resource_changes: [replacement(secret, "secret_string")],
      resource_drift: [update(secret, "version_stages", ["AWSCURRENT"], ["AWSPREVIOUS"])],
    }).replaced;
    expect(finding!.note).toContain('from ["AWSCURRENT"] to ["AWSPREVIOUS"]');
    expect(finding!.reason).toBeUndefined();
  });

  test.each(["aws_ecr_lifecycle_policy.ecr_web_app", "aws_db_instance.database_main"])(
    "needs a person if it is the deletion of %s",
    (deleted) => {
      const [finding] = checkDrift({
        resource_changes: [change(deleted, ["create"]), change("aws_vpc.network_main", ["no-op"])],
        resource_drift: [change(deleted, ["delete"])],
      }).created;
      expect(finding!.note).toContain("somebody has deleted it in AWS");
    },
  );

  test("needs a person if it is the deletion of a rule that the old project's owner had added", () => {
    const rule = "aws_security_group_rule.database_from_api";
    const { created } = checkPlan(
      {
        resource_changes: [change(rule, ["create"])],
        resource_drift: [change(rule, ["delete"])],
      },
      { environment: "production", isAdopted: nothingAdopted },
    );
    expect(created[0]!.note).toContain("somebody has deleted it in AWS");
  });

  test("needs a person if it has more tasks than autoscaling allows from now on", () => {
    const [finding] = check([
      change(address, ["update"], { attributes: { desired_count: [12, 12] } }),
      {
        ...replacement("aws_appautoscaling_target.web_app", "resource_id"),
        change: {
          actions: ["delete", "create"],
          before: { max_capacity: 10 },
          after: { max_capacity: 10 },
          replace_paths: [["resource_id"]],
        },
      },
    ]).replaced;
    expect(finding!.note).toContain(
      "has 12 tasks, and autoscaling, which works from now on, allows 10",
    );
  });
});

test("a deposed object is not taken for the current one", () => {
  const [finding] = check([
    change("aws_eip.network_nat_0", ["delete"], { deposed: "0a1b2c3d" }),
  ]).destroyed;
  expect(finding!.note).toContain("the deposed object 0a1b2c3d");
});

test("the deposed object of an interrupted adoption needs nobody, unless nothing replaces its type", () => {
  const deposed = (address: string) =>
    checkPlan(
      { resource_changes: [change(address, ["delete"], { deposed: "0a1b2c3d" })] },
      { environment: "dev", isAdopted: nothingAdopted, hasBegun: true },
    );
  expect(deposed("aws_secretsmanager_secret_version.database_password").safe).toBe(true);
  expect(deposed("aws_db_instance.database_main").safe).toBe(false);
});

describe("what exists already where the adoption would create something", () => {
  const address = "aws_ecr_repository.ecr_db_migrate";
  const group = "aws_default_security_group.network_main";
  const checkBeside = (created: string, beside: Omit<Expectations, "environment" | "isAdopted">) =>
    checkPlan(
      {
        resource_changes: [change("aws_vpc.network_main", ["no-op"]), change(created, ["create"])],
      },
      { environment: "production", isAdopted: nothingAdopted, ...beside },
    );

  test("is imported if its tags say that it is this environment's", () => {
    const existing = new Map([[address, { id: "production-plue-db-migrate", isOurs: true }]]);
    const verdict = checkBeside(address, { existing });
    expect(verdict.safe).toBe(true);
    expect(report("production", verdict)).toContain("exists already (production-plue-db-migrate)");
  });

  test("needs a person if it may be somebody else's", () => {
    const existing = new Map([[address, { id: "production-plue-db-migrate", isOurs: false }]]);
    const verdict = checkBeside(address, { existing });
    expect(verdict.safe).toBe(false);
    expect(report("production", verdict)).toContain("production-plue-db-migrate exists already");
  });

  test("is not touched while something uses the VPC's default security group", () => {
    expect(checkBeside(group, {}).safe).toBe(true);
    const verdict = checkBeside(group, { defaultGroupUsers: ["eni-1234"] });
    expect(verdict.safe).toBe(false);
    expect(report("production", verdict)).toContain("use them (eni-1234)");
  });
});

test("a state is empty if it has objects of another project only", () => {
  const created = change("aws_subnet.network_a", ["create"]);
  const other = change("module.other.aws_ecr_repository.main", ["delete"]);
  const isAdopted = (address: string) => address === created.address;
  expect(check([created, other], isAdopted).empty).toBe(true);
  expect(check([change(created.address, ["no-op"]), other], isAdopted).empty).toBe(false);
});

test("a module with another name than in the old project is named, with the way to rename it", () => {
  const { destroyed } = check([change("module.web.aws_ecs_service.web_app", ["delete"])]);
  expect(destroyed[0]!.note).toContain("terraform state mv module.web module.NAME");
});
