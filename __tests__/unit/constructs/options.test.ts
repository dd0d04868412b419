import { local } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { full } from "../../support/full";
import { referred, stacks, synthesize, type Block, type Synthesized } from "../../support/stack";

const stack = synthesize(full);
const policy = (text: string) => (JSON.parse(text) as Block).Statement as Block[];

/** "action on resource" of all that a role's own policies allow. */
function allowed(of: Synthesized, role: string): string[] {
  return Object.values(of.resources("aws_iam_role_policy"))
    .filter((one) => referred(one.role) === `aws_iam_role.${role}`)
    .flatMap((one) => policy(one.policy as string))
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((on) => `${action} on ${on}`)),
    );
}

describe("an option that is off has no resources", () => {
  const types = [
    "aws_backup_vault",
    "aws_cloudwatch_dashboard",
    "aws_db_instance_automated_backups_replication",
    "aws_efs_replication_configuration",
    "aws_elasticache_serverless_cache",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_wafv2_web_acl",
  ];
  test.each(Object.entries(stacks))("in %s", (_name, { template }) => {
    expect(types.filter((type) => type in (template.resource as object))).toEqual([]);
    expect((template.provider as Block).aws).toHaveLength(1);
  });

  test("full has the resources of every option", () => {
    expect(types.filter((type) => !(type in (stack.template.resource as object)))).toEqual([]);
  });
});

describe("WAF", () => {
  const rules = (of: Synthesized) => of.resource("aws_wafv2_web_acl.waf_main").rule as Block[];

  test("blocks what each rule matches", () => {
    expect(
      rules(stack).map(({ name, action, override_action }) => [name, action ?? override_action]),
    ).toEqual([
      ["rate", { block: {} }],
      ["ip-reputation", { none: {} }],
      ["known-bad-inputs", { none: {} }],
      ["common", { none: {} }],
    ]);
  });

  test("only counts in the mode count", () => {
    const counting = synthesize({
      ...local,
      loadBalancer: { ...local.loadBalancer, waf: { mode: "count", logRetentionDays: 7 } },
    });
    for (const { action, override_action } of rules(counting)) {
      expect(action ?? override_action).toEqual({ count: {} });
    }
  });

  test("the alarm on blocked requests has the metric name of the web ACL as its dimension", () => {
    const { visibility_config } = stack.resource("aws_wafv2_web_acl.waf_main");
    const { dimensions } = stack.resource("aws_cloudwatch_metric_alarm.waf_blocked");
    expect((dimensions as Block).WebACL).toBe((visibility_config as Block).metric_name);
  });

  test("allows large bodies, because a git push has one", () => {
    const common = rules(stack).find(({ name }) => name === "common")!;
    const counted = common.statement.managed_rule_group_statement.rule_action_override as Block[];
    expect(counted.map(({ name }) => name as string)).toEqual([
      "SizeRestrictions_BODY",
      "GenericLFI_BODY",
    ]);
    for (const { action_to_use } of counted) expect(action_to_use).toEqual({ count: {} });
  });

  test("sets neither version nor capacity of AWS's groups", () => {
    for (const { statement } of rules(stack).slice(1)) {
      expect(Object.keys(statement.managed_rule_group_statement as object)).not.toContain(
        "version",
      );
    }
    expect(stack.resource("aws_wafv2_web_acl.waf_main")).not.toHaveProperty("capacity");
  });

  test("logs to a group that WAF may write to, without credentials", () => {
    expect(stack.resource("aws_cloudwatch_log_group.waf").name).toMatch(/^aws-waf-logs-/);
    const { redacted_fields } = stack.resource("aws_wafv2_web_acl_logging_configuration.waf_main");
    expect(
      (redacted_fields as Block[]).map(({ single_header }) => single_header.name as string),
    ).toEqual(["authorization", "cookie"]);
  });
});

describe("access logs", () => {
  test("the load balancer waits for the policy that lets it write", () => {
    expect(stack.resource("aws_lb.load_balancer_main").access_logs).toEqual({
      bucket: "${aws_s3_bucket_policy.access_logs.bucket}",
      enabled: true,
    });
  });

  test("the load balancer may write, and all requests need TLS", () => {
    const [write, tls] = policy(
      stack.resource("aws_s3_bucket_policy.access_logs").policy as string,
    );
    expect(write).toMatchObject({
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
    });
    expect(tls).toMatchObject({
      Effect: "Deny",
      Principal: "*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });

  test("a destroy empties the bucket only if the settings allow it", () => {
    const kept = synthesize({
      ...local,
      loadBalancer: {
        ...local.loadBalancer,
        accessLogs: { retentionDays: 30, forceDestroy: false },
      },
    });
    expect(kept.resource("aws_s3_bucket.access_logs").force_destroy).toBe(false);
  });

  test("the longest name of an environment gives a valid bucket name", () => {
    const name = "e".repeat(20);
    const { bucket } = synthesize({ ...full, name }).resource("aws_s3_bucket.access_logs");
    const shown = (bucket as string)
      .replace(/\$\{data[^}]*\}/, "123456789012")
      .replace("${local.aws_region}", "ap-southeast-1");
    expect(shown).toMatch(/^[a-z0-9-]{3,63}$/);
  });
});

describe("customer key", () => {
  const key = "${aws_kms_key.customer_key_main.arn}";

  test.each([
    ["aws_db_instance.database_main", ["kms_key_id", "performance_insights_kms_key_id"]],
    ["aws_efs_file_system.storage_main", ["kms_key_id"]],
    ["aws_sns_topic.alerts", ["kms_master_key_id"]],
    ["aws_elasticache_serverless_cache.cache_main", ["kms_key_id"]],
    ["aws_backup_vault.backup_main", ["kms_key_arn"]],
  ])("encrypts %s", (address, attributes) => {
    for (const attribute of attributes) expect(stack.resource(address)[attribute]).toBe(key);
  });

  test.each(["aws_cloudwatch_log_group", "aws_secretsmanager_secret"])(
    "encrypts each %s",
    (type) => {
      const found = Object.values(stack.resources(type));
      expect(found.length).toBeGreaterThan(1);
      for (const { kms_key_id } of found) expect(kms_key_id).toBe(key);
    },
  );

  test("encrypts each image repository", () => {
    for (const { encryption_configuration } of Object.values(
      stack.resources("aws_ecr_repository"),
    )) {
      expect(encryption_configuration).toEqual([{ encryption_type: "KMS", kms_key: key }]);
    }
  });

  test("ECS decrypts only the secrets of tasks that have some", () => {
    expect(allowed(stack, "api_server_task_execution")).toContain(`kms:Decrypt on ${key}`);
    expect(allowed(stack, "web_app_task_execution").join()).not.toContain("kms:");
    expect(allowed(stack, "api_server_task").join()).not.toContain("kms:");
    const [statement] = policy(
      stack.resource("aws_iam_role_policy.api_server_task_execution_key").policy as string,
    );
    expect(statement!.Condition).toEqual({
      StringEquals: { "kms:ViaService": "secretsmanager.${local.aws_region}.amazonaws.com" },
    });
  });

  test("no service can use it for another account", () => {
    const statements = policy(stack.resource("aws_kms_key.customer_key_main").policy as string);
    const services = statements.filter(({ Principal }) => Principal.Service);
    // EventBridge gives no source, and the topic that it writes to is named in no condition.
    const [events, ...others] = services.reverse();
    expect(events).toMatchObject({ Principal: { Service: "events.amazonaws.com" } });
    expect(others).toHaveLength(2);
    for (const { Condition } of others) {
      expect(JSON.stringify(Condition)).toContain("data.aws_caller_identity.current.account_id");
    }
  });
});

describe("scaling", () => {
  const configuration = (name: string) =>
    stack.resource(`aws_appautoscaling_policy.api_server_${name}`)
      .target_tracking_scaling_policy_configuration as Block;

  test("divides a metric that does not fall when tasks are added by the number of tasks", () => {
    const { target_value, customized_metric_specification } = configuration("jobs");
    expect(target_value).toBe(10);
    const metrics = customized_metric_specification.metrics as Block[];
    expect(metrics.filter(({ return_data }) => return_data)).toEqual([
      expect.objectContaining({ expression: "load / tasks" }),
    ]);
  });

  test("follows other metrics directly", () => {
    expect(configuration("load").customized_metric_specification).toMatchObject({
      namespace: "Plue/Api",
      metric_name: "Load",
      statistic: "Average",
    });
  });

  test("changes one thing at a time, because AWS refuses concurrent changes of a target", () => {
    const changes = Object.entries({
      ...stack.resources("aws_appautoscaling_policy"),
      ...stack.resources("aws_appautoscaling_scheduled_action"),
    }).filter(([name]) => name.startsWith("api_server_"));
    const before = changes.map(([, policy]) => (policy.depends_on as string[] | undefined)?.[0]);
    expect(before.filter((one) => one === undefined)).toHaveLength(1);
    expect(new Set(before).size).toBe(changes.length);
  });

  test("an alarm reports a metric that stops", () => {
    expect(stack.resource("aws_cloudwatch_metric_alarm.api_server_jobs_missing")).toMatchObject({
      alarm_name: "full-plue-api-scaling-jobs-missing",
      metric_name: "Waiting",
      dimensions: { Environment: "full" },
      treat_missing_data: "breaching",
    });
  });
});

describe("cache", () => {
  test("only the API server reaches it, on Valkey's port", () => {
    const rules = Object.values(stack.resources("aws_security_group_rule")).filter(
      ({ security_group_id }) =>
        referred(security_group_id as string) === "aws_security_group.cache",
    );
    expect(rules).toEqual([
      expect.objectContaining({
        type: "ingress",
        from_port: 6379,
        to_port: 6379,
        source_security_group_id: "${aws_security_group.api_server.id}",
      }),
    ]);
    for (const task of ["api_server", "web_app", "db_migrate"]) {
      const egress = JSON.stringify(stack.resource(`aws_security_group.${task}`).egress);
      expect([task, egress.includes("aws_security_group.cache")]).toEqual([
        task,
        task === "api_server",
      ]);
    }
  });

  test("its URL contains no password, and the API server's role may sign in", () => {
    const [container] = JSON.parse(
      stack.resource("aws_ecs_task_definition.api_server").container_definitions as string,
    ) as Block[];
    const { value } = (container!.environment as Block[]).find(({ name }) => name === "REDIS_URL")!;
    expect(value).toBe(
      "rediss://full-plue-api@${aws_elasticache_serverless_cache.cache_main.endpoint[0].address}:6379",
    );
    expect(
      allowed(stack, "api_server_task").filter((one) => one.startsWith("elasticache")),
    ).toEqual([
      "elasticache:Connect on ${aws_elasticache_serverless_cache.cache_main.arn}",
      "elasticache:Connect on ${aws_elasticache_user.cache_api.arn}",
    ]);
    const user = stack.resource("aws_elasticache_user.cache_api");
    expect(user).toMatchObject({ authentication_mode: { type: "iam" } });
    expect(user.user_name).toBe(user.user_id);
  });

  test.each([
    [0, false, 1],
    [2, true, 3],
  ])("nodes with %i replicas: failover %s, %i nodes", (replicas, failover, count) => {
    const cache: EnvironmentSettings["cache"] = {
      kind: "nodes",
      nodeType: "cache.t4g.micro",
      replicas,
    };
    const nodes = synthesize({ ...local, cache });
    expect(nodes.resource("aws_elasticache_replication_group.cache_main")).toMatchObject({
      num_cache_clusters: count,
      automatic_failover_enabled: failover,
      multi_az_enabled: failover,
      transit_encryption_enabled: true,
      at_rest_encryption_enabled: "true",
    });
    const alarms = Object.keys(nodes.resources("aws_cloudwatch_metric_alarm"));
    expect(alarms.filter((name) => name.startsWith("cache_"))).toHaveLength(2 * count);
  });
});

describe("backup", () => {
  test("selects only database and file system, by type and by tag", () => {
    expect(stack.resource("aws_backup_selection.backup_main")).toMatchObject({
      resources: [
        "arn:${data.aws_partition.current.partition}:rds:*:*:db:*",
        "arn:${data.aws_partition.current.partition}:elasticfilesystem:*:*:file-system/*",
      ],
      condition: [
        {
          string_equals: [
            { key: "aws:ResourceTag/Environment", value: "full" },
            { key: "aws:ResourceTag/Project", value: "plue" },
          ],
        },
      ],
    });
  });

  test("is locked in governance mode: compliance mode cannot be undone", () => {
    expect(stack.resource("aws_backup_vault_lock_configuration.backup_main")).not.toHaveProperty(
      "changeable_for_days",
    );
  });

  test("every rule copies to the second region", () => {
    const rules = stack.resource("aws_backup_plan.backup_main").rule as Block[];
    expect(rules.map(({ rule_name }) => rule_name as string)).toEqual(["daily", "monthly"]);
    for (const { copy_action } of rules) {
      expect(copy_action[0].destination_vault_arn).toBe("${aws_backup_vault.backup_copies.arn}");
    }
    expect(stack.resource("aws_backup_vault.backup_copies").provider).toBe("aws.us_west_2");
  });

  test("jobs that did not run and failed restore tests send a notification", () => {
    const detail = (rule: string) =>
      (
        JSON.parse(
          stack.resource(`aws_cloudwatch_event_rule.backup_${rule}`).event_pattern as string,
        ) as Block
      ).detail as Block;
    expect(detail("not_run")).toMatchObject({ state: ["ABORTED", "EXPIRED"] });
    expect(detail("restore_failed")).toMatchObject({ status: ["ABORTED", "FAILED"] });
  });

  test("AWS Backup has the two AWS-managed policies", () => {
    const attachments = Object.entries(stack.resources("aws_iam_role_policy_attachment"))
      .filter(([name]) => name.startsWith("backup_"))
      .map(([, { policy_arn }]) => policy_arn as string);
    expect(attachments).toEqual([
      "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
      "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
    ]);
    const role = stack.resource("aws_iam_role.backup");
    expect(policy(role.assume_role_policy as string)).toEqual([
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "backup.amazonaws.com" },
      },
    ]);
  });
});

describe("disaster recovery", () => {
  test("the database's backups and their key are created in the second region", () => {
    expect(
      stack.resource("aws_db_instance_automated_backups_replication.disaster_recovery_main"),
    ).toMatchObject({
      provider: "aws.us_west_2",
      kms_key_id: "${aws_kms_key.disaster_recovery_copies.arn}",
    });
    expect(stack.resource("aws_kms_key.disaster_recovery_copies").provider).toBe("aws.us_west_2");
  });

  test("each secret has a replica there", () => {
    const secrets = Object.values(stack.resources("aws_secretsmanager_secret"));
    expect(secrets).toHaveLength(2);
    for (const { replica } of secrets) expect(replica).toEqual([{ region: "us-west-2" }]);
  });

  test("only the images of this environment are copied", () => {
    const { replication_configuration } = stack.resource(
      "aws_ecr_replication_configuration.disaster_recovery_main",
    );
    expect(replication_configuration.rule).toEqual([
      expect.objectContaining({
        repository_filter: [{ filter: "full-plue-", filter_type: "PREFIX_MATCH" }],
      }),
    ]);
  });

  test("a former region keeps its provider, so that Terraform can delete resources there", () => {
    const { provider } = synthesize({ ...local, formerRegions: ["us-west-2"] }).template as Record<
      string,
      Block
    >;
    expect((provider!.aws as Block[]).map(({ alias, region }) => [alias, region])).toEqual([
      [undefined, "${local.aws_region}"],
      ["us_west_2", "us-west-2"],
    ]);
  });
});

test("the dashboard begins with requests and errors, and each widget has a metric", () => {
  const body = JSON.parse(
    stack.resource("aws_cloudwatch_dashboard.dashboard_main").dashboard_body as string,
  ) as { widgets: { type: string; properties: Block }[] };
  const headings = body.widgets.flatMap(({ properties }) => (properties.markdown as string) ?? []);
  expect(headings[0]).toBe("## What users see");
  const graphs = body.widgets.filter(({ type }) => type === "metric");
  expect(graphs).toHaveLength(15);
  for (const { properties } of graphs) {
    expect((properties.metrics as unknown[]).length).toBeGreaterThan(0);
  }
});

test("every alarm of an option notifies the topic, and has its own name", () => {
  const alarms = Object.values(stack.resources("aws_cloudwatch_metric_alarm"));
  const names = alarms.map(({ alarm_name }) => alarm_name as string);
  expect(new Set(names).size).toBe(names.length);
  for (const { alarm_actions, ok_actions } of alarms) {
    expect([alarm_actions, ok_actions]).toEqual([
      ["${aws_sns_topic.alerts.arn}"],
      ["${aws_sns_topic.alerts.arn}"],
    ]);
  }
});
