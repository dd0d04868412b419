import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { Testing } from "cdktf";
import { PlueStack } from "../../../src/stack/plue-stack";
import { local } from "../../../src/environments/local";
import type { ApiServerSettings } from "../../../src/environments/settings";
import { production } from "../../../src/environments/production";
import { knownNames, stacks, synthesize, type Block, type Synthesized } from "../../support/stack";

function containers(stack: Synthesized, task: string): Block[] {
  const definition = stack.resource(`aws_ecs_task_definition.${task}`);
  return JSON.parse(definition.container_definitions as string) as Block[];
}

/** The task's own container, which is the first one in the list. */
const container = (stack: Synthesized, task: string): Block => containers(stack, task)[0]!;

const withUrlRewrite = (urlRewrite: ApiServerSettings["urlRewrite"]) =>
  synthesize({ ...local, apiServer: { ...local.apiServer, urlRewrite } });

const tasks = ["api_server", "web_app", "db_migrate"];

test("ARM64 is the platform of every task, and without it no task definition has one", () => {
  const arm = synthesize({ ...local, cpuArchitecture: "ARM64" });

  for (const task of tasks.map((name) => `aws_ecs_task_definition.${name}`)) {
    expect(stacks.local.resource(task)).not.toHaveProperty("runtime_platform");
    expect(arm.resource(task).runtime_platform).toEqual({
      cpu_architecture: "ARM64",
      operating_system_family: "LINUX",
    });
  }
});

test("the load balancer's idle timeout is the setting's, and AWS's own without it", () => {
  const loadBalancer = { ...local.loadBalancer, idleTimeoutSeconds: 600 };

  const timeouts = (stack: Synthesized) =>
    Object.values(stack.resources("aws_lb")).map((lb) => lb.idle_timeout as number | undefined);

  expect(timeouts(stacks.local)).toEqual([undefined]);
  expect(timeouts(synthesize({ ...local, loadBalancer }))).toEqual([600]);
});

test.each(["load-balancer", "none"] as const)(
  "urlRewrite %s warns of the API's short keep-alive, proxy does not",
  (urlRewrite) => {
    const warnings = (settings: typeof local) => {
      const stack = new PlueStack(Testing.app({ stackTraces: false }), settings);
      return stack.node
        .findAll()
        .flatMap(({ node }) =>
          node.metadata.filter(({ type }) => type === "@cdktf/warn").map(({ data }) => `${data}`),
        );
    };
    const apiServer = { ...local.apiServer, urlRewrite };

    expect(warnings({ ...local, apiServer })).toEqual([expect.stringContaining("5 seconds")]);
    expect(warnings(local)).toEqual([]);
  },
);

describe.each(knownNames)("tasks of %s", (name) => {
  const stack = stacks[name];
  const production = name === "production";

  test.each(tasks)("%s has no secret among its plain environment variables", (task) => {
    const plain = containers(stack, task).flatMap(({ environment }) => environment as Block[]);
    for (const { name: variable, value } of plain) {
      expect(["PORT", "API_ENDPOINT"]).toContain(variable);
      expect(value).not.toMatch(/secret|password/i);
    }
  });

  test.each(["api_server", "db_migrate"])("%s gets DATABASE_URL from the secret", (task) => {
    expect(container(stack, task).secrets).toEqual([
      {
        name: "DATABASE_URL",
        valueFrom: "${aws_secretsmanager_secret.database_connection.arn}:url::",
      },
    ]);
  });

  test.each([
    ["api_server", ["api-server", "api-proxy"], "api-proxy", 8080],
    ["web_app", ["web-app"], "web-app", 80],
  ])(
    "%s listens where the load balancer looks, and checks itself",
    (task, all, containerName, port) => {
      expect(containers(stack, task).map(({ name }) => name as string)).toEqual(all);
      expect(containers(stack, task).at(-1)).toMatchObject({
        name: containerName,
        portMappings: [{ containerPort: port, protocol: "tcp" }],
        environment: expect.arrayContaining([{ name: "PORT", value: String(port) }]),
        healthCheck: {
          command: ["CMD-SHELL", expect.stringContaining(`127.0.0.1:${port}/health`)],
        },
      });
      expect(stack.resource(`aws_ecs_service.${task}`).load_balancer).toEqual([
        expect.objectContaining({ container_name: containerName, container_port: port }),
      ]);
    },
  );

  test("the API's proxy uses the API's image, can write only to /tmp, and stops first", () => {
    const [server, proxy] = containers(stack, "api_server");
    expect(server).toMatchObject({
      portMappings: [{ containerPort: 8000 }],
      healthCheck: { command: ["CMD-SHELL", expect.stringContaining("127.0.0.1:8000/health")] },
    });
    expect(proxy).toMatchObject({
      image: server!.image as string,
      command: ["proxy"],
      essential: true,
      secrets: [],
      readonlyRootFilesystem: true,
      mountPoints: [{ sourceVolume: "tmp", containerPath: "/tmp" }],
      dependsOn: [{ containerName: "api-server", condition: "START" }],
    });
    expect(stack.resource("aws_lb_target_group.load_balancer_api_server")).toMatchObject({
      name: `${name}-plue-api-tg`,
      port: 8000,
      health_check: { path: "/health" },
    });
  });

  test("the API server mounts its repositories through the access point, by IAM and TLS", () => {
    expect(container(stack, "api_server")).toMatchObject({
      command: ["server"],
      mountPoints: [
        { sourceVolume: "git-repos", containerPath: "/git-repos" },
        { sourceVolume: "tmp", containerPath: "/tmp" },
      ],
    });
    expect(stack.resource("aws_ecs_task_definition.api_server").volume).toEqual([
      { name: "tmp" },
      expect.objectContaining({
        name: "git-repos",
        efs_volume_configuration: expect.objectContaining({
          transit_encryption: "ENABLED",
          authorization_config: {
            access_point_id: "${aws_efs_access_point.storage_git_repos.id}",
            iam: "ENABLED",
          },
        }),
      }),
    ]);
  });

  test.each(tasks)("%s runs the image that was deployed last", (task) => {
    const repository = `\${aws_ecr_repository.ecr_${task}.repository_url}`;
    const tag = `\${aws_ssm_parameter.image_tags_${task}.insecure_value}`;
    expect(container(stack, task).image).toBe(`${repository}:${tag}`);
  });

  test.each(["api_server", "web_app"])(
    "%s waits for everything that its first task needs",
    (task) => {
      const service = stack.resource(`aws_ecs_service.${task}`);
      const needs = [
        "aws_lb_listener.load_balancer_http",
        "aws_lb_listener.load_balancer_https",
        "aws_lb_listener_rule.load_balancer_api_http",
        "aws_lb_listener_rule.load_balancer_api_https",
        "aws_route_table_association.network_private_0",
        "aws_route_table_association.network_private_1",
        `aws_iam_role_policy.${task}_task_execution`,
      ];
      const apiNeeds = [
        "aws_iam_role_policy.api_server_task_execution_secrets",
        "aws_iam_role_policy.api_server_task_efs",
        "aws_secretsmanager_secret_version.database_connection",
        "aws_efs_mount_target.storage_main_0",
        "aws_efs_mount_target.storage_main_1",
        "aws_security_group_rule.database_from_api",
        "aws_security_group_rule.storage_efs_from_api",
      ];
      expect(service.depends_on).toEqual(
        expect.arrayContaining(task === "api_server" ? [...needs, ...apiNeeds] : needs),
      );
    },
  );

  test("a deployment that does not become healthy is rolled back automatically", () => {
    expect(stack.json).toHaveResourceWithProperties(EcsService, {
      name: `${name}-plue-api-server`,
      deployment_circuit_breaker: { enable: true, rollback: true },
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      health_check_grace_period_seconds: 120,
      enable_execute_command: !production,
      propagate_tags: "SERVICE",
    });
    for (const definition of Object.values(stack.resources("aws_ecs_task_definition"))) {
      expect(definition.skip_destroy).toBe(true);
    }
  });

  test("autoscaling controls the number of tasks, finds the service by the cluster's name, and has a target of 75 %", () => {
    for (const service of ["api_server", "web_app"]) {
      const { lifecycle } = stack.resource(`aws_ecs_service.${service}`);
      expect(lifecycle.ignore_changes).toContain("desired_count");
      expect(stack.resource(`aws_appautoscaling_target.${service}`).resource_id).toBe(
        `service/\${aws_ecs_cluster.ecs_cluster_main.name}/\${aws_ecs_service.${service}.name}`,
      );
      for (const metric of ["cpu", "memory"]) {
        const policy = stack.resource(`aws_appautoscaling_policy.${service}_${metric}`);
        expect(policy.target_tracking_scaling_policy_configuration.target_value).toBe(75);
      }
    }
    expect(stack.json).toHaveResourceWithProperties(AppautoscalingTarget, {
      min_capacity: production ? 2 : 1,
      max_capacity: production ? 10 : 2,
    });
  });

  test("sizes", () => {
    for (const [family, large] of [
      ["plue-api-server", production],
      ["plue-web-app", production],
      ["plue-db-migrate", false],
    ] as const) {
      expect(stack.json).toHaveResourceWithProperties(EcsTaskDefinition, {
        family: `${name}-${family}`,
        cpu: large ? "512" : "256",
        memory: large ? "1024" : "512",
        network_mode: "awsvpc",
        requires_compatibilities: ["FARGATE"],
      });
    }
  });

  test("Container Insights is on only in production", () => {
    expect(stack.json).toHaveResourceWithProperties(EcsCluster, {
      name: `${name}-plue-cluster`,
      setting: [{ name: "containerInsights", value: production ? "enabled" : "disabled" }],
    });
  });
});

describe("the part that removes /api from paths", () => {
  const rules = (stack: Synthesized) => Object.values(stack.resources("aws_lb_listener_rule"));
  const awsVersion = (stack: Synthesized) =>
    (stack.template.terraform as Block).required_providers.aws.version as string;

  test("by default it is the proxy: every provider supports that, and no rule rewrites", () => {
    expect(awsVersion(stacks.dev)).toBe(">= 5.100.0, < 7.0.0");
    for (const rule of rules(stacks.dev)) expect(rule).not.toHaveProperty("transform");
  });

  test.each(["load-balancer", "none"] as const)("with %s the API's task has no proxy", (value) => {
    const stack = withUrlRewrite(value);
    expect(containers(stack, "api_server").map(({ name }) => name as string)).toEqual([
      "api-server",
    ]);
    expect(stack.resource("aws_ecs_task_definition.api_server").volume).toHaveLength(2);
    expect(stack.resource("aws_ecs_service.api_server").load_balancer).toEqual([
      expect.objectContaining({ container_name: "api-server", container_port: 8000 }),
    ]);
  });

  test("with load-balancer each rule to the API rewrites, and the provider must support that", () => {
    const stack = withUrlRewrite("load-balancer");
    expect(awsVersion(stack)).toBe(">= 6.19.0, < 7.0.0");
    expect(rules(stack)).toHaveLength(2);
    for (const rule of rules(stack)) {
      const [{ type, url_rewrite_config: config }] = rule.transform as [Block];
      const [{ rewrite }] = config as [Block];
      const [{ regex, replace }] = rewrite as [{ regex: string; replace: string }];
      const rewritten = (path: string) => path.replace(new RegExp(regex), replace);
      expect(type).toBe("url-rewrite");
      expect(["/api", "/api/", "/api/users", "/api/api/x"].map(rewritten)).toEqual([
        "/",
        "/",
        "/users",
        "/api/x",
      ]);
    }
  });

  test("with none no rule rewrites", () => {
    for (const rule of rules(withUrlRewrite("none"))) expect(rule).not.toHaveProperty("transform");
  });
});

test("production runs on FARGATE", () => {
  for (const service of Object.values(stacks.production.resources("aws_ecs_service"))) {
    expect(service.launch_type).toBe("FARGATE");
    expect(service).not.toHaveProperty("capacity_provider_strategy");
  }
});

test("dev runs on Spot above one API task, and an adopted service is not replaced for it", () => {
  const strategy = (service: string) =>
    stacks.dev.resource(`aws_ecs_service.${service}`).capacity_provider_strategy as Block[];
  expect(strategy("api_server")).toEqual([
    { capacity_provider: "FARGATE", base: 1, weight: 1 },
    expect.objectContaining({ capacity_provider: "FARGATE_SPOT", weight: 4 }),
  ]);
  expect(strategy("web_app")).toEqual([
    expect.objectContaining({ capacity_provider: "FARGATE_SPOT", weight: 1 }),
  ]);
  for (const service of Object.values(stacks.dev.resources("aws_ecs_service"))) {
    expect(service.lifecycle.ignore_changes).toEqual([
      "desired_count",
      "launch_type",
      "capacity_provider_strategy",
      "alarms",
    ]);
  }
});

test("a new service has a strategy with and without Spot, so that a change does not replace it", () => {
  const withoutSpot = { ...local.webApp, fargateSpot: undefined };
  const service = synthesize({ ...local, webApp: withoutSpot }).resource("aws_ecs_service.web_app");
  expect(service).not.toHaveProperty("launch_type");
  expect(service).toMatchObject({
    capacity_provider_strategy: [{ capacity_provider: "FARGATE", weight: 1 }],
    force_new_deployment: true,
  });
});

test("with ECS Exec, which does not support a read-only root, the root is writable", () => {
  for (const name of knownNames) {
    const stack = stacks[name];
    for (const task of ["api_server", "web_app"]) {
      const { enable_execute_command } = stack.resource(`aws_ecs_service.${task}`);
      const { readonlyRootFilesystem } = container(stack, task);
      expect(enable_execute_command && readonlyRootFilesystem).toBe(false);
    }
  }
  expect(container(stacks.production, "web_app").readonlyRootFilesystem).toBe(true);
});

test("the page calls the API on its own host, whatever name and certificate it was opened with", () => {
  for (const name of knownNames) {
    expect(container(stacks[name], "web_app").environment).toContainEqual({
      name: "API_ENDPOINT",
      value: "/api",
    });
  }
});

test("a stack without an adopted state changes its strategy in place", () => {
  for (const service of Object.values(stacks.local.resources("aws_ecs_service"))) {
    expect(service.lifecycle.ignore_changes).toEqual(["desired_count"]);
    expect(service.force_new_deployment).toBe(true);
  }
});

test("services can scale on requests", () => {
  const stack = synthesize({ ...local, webApp: { ...local.webApp, requestsPerTarget: 500 } });
  const policy = stack.resource("aws_appautoscaling_policy.web_app_requests");
  expect(policy.target_tracking_scaling_policy_configuration).toMatchObject({
    target_value: 500,
    predefined_metric_specification: {
      predefined_metric_type: "ALBRequestCountPerTarget",
      resource_label:
        "${aws_lb.load_balancer_main.arn_suffix}/${aws_lb_target_group.load_balancer_web_app.arn_suffix}",
    },
  });
});

describe("alarms", () => {
  test("in production each alarm notifies the topic when it starts and when it ends", () => {
    const alarms = Object.values(stacks.production.resources("aws_cloudwatch_metric_alarm"));
    expect(alarms.map(({ alarm_name: name }) => name).sort()).toEqual(
      [
        ...["db-cpu", "db-storage", "api-cpu", "web-cpu", "alb-unhealthy-api", "alb-unhealthy-web"],
        ...["certificate", "efs-credits"],
        ...["alb-healthy-api", "alb-healthy-web", "api-tasks", "web-tasks"],
        ...["alb-5xx", "alb-5xx-api", "alb-5xx-web", "alb-latency-api", "alb-latency-web"],
      ]
        .map((name) => `production-plue-${name}`)
        .sort(),
    );
    for (const alarm of alarms) {
      expect(alarm.alarm_actions).toEqual(["${aws_sns_topic.alerts.arn}"]);
      expect(alarm.ok_actions).toEqual(["${aws_sns_topic.alerts.arn}"]);
    }
    expect(stacks.production.json).toHaveResourceWithProperties(SnsTopic, {
      name: "production-plue-alerts",
    });
  });

  test.each([
    ["db-cpu", "GreaterThanThreshold", 80, 2],
    // The threshold of the adopted state.
    ["db-storage", "LessThanThreshold", 5368709120, 1],
    ["api-cpu", "GreaterThanThreshold", 90, 2],
    ["web-cpu", "GreaterThanThreshold", 90, 2],
  ])("%s", (alarm, comparison_operator, threshold, evaluation_periods) => {
    expect(stacks.production.json).toHaveResourceWithProperties(CloudwatchMetricAlarm, {
      alarm_name: `production-plue-${alarm}`,
      comparison_operator,
      threshold,
      evaluation_periods,
      period: 300,
    });
  });

  test("an outage in which no target is registered triggers an alarm", () => {
    const alarm = stacks.production.resource(
      "aws_cloudwatch_metric_alarm.api_server_healthy_hosts",
    );
    expect(alarm).toMatchObject({
      alarm_name: "production-plue-alb-healthy-api",
      threshold: production.apiServer.minCapacity,
      comparison_operator: "LessThanThreshold",
      treat_missing_data: "breaching",
      metric_query: [
        { expression: "SUM(METRICS())" },
        { metric: { metric_name: "HealthyHostCount" } },
      ],
    });
  });

  test.each(["api_server", "web_app"])(
    "a deployment of %s that raises an alarm goes back",
    (name) => {
      const key = name.slice(0, 3);
      expect(stacks.production.resource(`aws_ecs_service.${name}`).alarms).toEqual({
        enable: true,
        rollback: true,
        // Not the one on slow responses, which one large clone triggers.
        alarm_names: [`\${aws_cloudwatch_metric_alarm.load_balancer_alb_5xx_${key}.alarm_name}`],
      });
      // They must not ring for want of requests, as they would before the first deployment.
      for (const alarm of ["5xx", "latency"]) {
        const address = `aws_cloudwatch_metric_alarm.load_balancer_alb_${alarm}_${key}`;
        expect(stacks.production.resource(address).treat_missing_data).toBe("notBreaching");
      }
      expect(stacks.dev.resource(`aws_ecs_service.${name}`).alarms).toBeUndefined();
    },
  );

  test("a failed deployment and a task that stopped by itself send a notification, ordinary stops do not", () => {
    const pattern = (name: string) =>
      JSON.parse(
        stacks.production.resource(`aws_cloudwatch_event_rule.ecs_events_${name}`)
          .event_pattern as string,
      ) as { detail: Record<string, string[]> };
    expect(pattern("deployment_failed").detail).toEqual({
      eventName: ["SERVICE_DEPLOYMENT_FAILED"],
    });
    const { stopCode, group } = pattern("task_stopped").detail;
    expect(stopCode).not.toContain("ServiceSchedulerInitiated");
    expect(group).toEqual([
      "service:production-plue-api-server",
      "service:production-plue-web-app",
    ]);
  });

  test("the alarm on storage is a share of it, below the share at which RDS enlarges it", () => {
    const storage = (maxAllocatedStorage: number) =>
      synthesize({
        ...local,
        database: { ...local.database, maxAllocatedStorage },
      }).resource("aws_cloudwatch_metric_alarm.alarms_database_storage").threshold as string;
    const ofGibibytes = (percent: number) =>
      `\${floor(aws_db_instance.database_main.allocated_storage * ${(percent / 100) * 1024 ** 3})}`;
    expect(storage(100)).toBe(ofGibibytes(5));
    expect(storage(0)).toBe(ofGibibytes(10));
  });

  test("a task without capacity and an event of the database send a notification", () => {
    const rule = (address: string) =>
      JSON.parse(
        stacks.production.resource(`aws_cloudwatch_event_rule.${address}`).event_pattern as string,
      ) as Block;
    expect(rule("ecs_events_task_not_placed").detail).toEqual({
      eventName: ["SERVICE_TASK_PLACEMENT_FAILURE"],
    });
    const database = rule("database_events_database_event");
    expect(database.resources[0]).toMatch(/:db:production-plue-db$/);
    expect(database.detail.EventCategories).toEqual(
      expect.arrayContaining(["failover", "low storage", "maintenance", "restoration"]),
    );
  });

  test("the topic hears of changes of the parameter group, once it accepts messages of RDS", () => {
    const { production } = stacks;
    const subscription = (subject: string) =>
      production.resource(`aws_db_event_subscription.database_events_${subject}_group`);
    const dependsOn = ["aws_sns_topic_policy.alerts"];
    expect(subscription("parameter")).toMatchObject({
      source_type: "db-parameter-group",
      source_ids: ["${aws_db_parameter_group.database_main.name}"],
      event_categories: ["configuration change"],
      depends_on: dependsOn,
    });
    expect(subscription("security")).toMatchObject({
      source_type: "db-security-group",
      event_categories: ["configuration change", "failure"],
      depends_on: dependsOn,
    });
  });

  test("the topic accepts messages of the environment's alarms, of EventBridge and of RDS", () => {
    const { policy } = stacks.production.resource("aws_sns_topic_policy.alerts");
    const statements = (JSON.parse(policy as string) as { Statement: Block[] }).Statement;
    expect(statements.map(({ Principal }) => (Principal as Block).Service)).toEqual([
      "cloudwatch.amazonaws.com",
      "events.amazonaws.com",
      "events.rds.amazonaws.com",
    ]);
    // EventBridge gives no source: a condition would drop its messages.
    expect(statements[1]!.Condition).toBeUndefined();
  });

  test("the dimensions are those of the published metrics", () => {
    const dimensions = (alarm: string) =>
      stacks.production.resource(`aws_cloudwatch_metric_alarm.alarms_${alarm}`).dimensions as Block;
    expect(dimensions("database_cpu")).toEqual({
      DBInstanceIdentifier: "${aws_db_instance.database_main.identifier}",
    });
    expect(dimensions("ecs_cpu_api")).toEqual({
      ClusterName: "${aws_ecs_cluster.ecs_cluster_main.name}",
      ServiceName: "${aws_ecs_service.api_server.name}",
    });
  });

  test("dev has no topic", () => {
    expect(stacks.dev.json).not.toHaveResource(SnsTopic);
  });
});

test("dev keeps all logs for a shorter time than production", () => {
  const retention = (stack: Synthesized) =>
    Object.entries(stack.resources("aws_cloudwatch_log_group")).map(
      ([name, group]) => [name, group.retention_in_days as number] as const,
    );
  const production = new Map(retention(stacks.production));
  const dev = retention(stacks.dev);
  expect(dev).toHaveLength(6);
  for (const [name, days] of dev) expect(days).toBeLessThan(production.get(name)!);
});

describe("the log group of Container Insights", () => {
  const address = "aws_cloudwatch_log_group.ecs_cluster_container_insights";

  test("is created before the cluster, with a retention", () => {
    const stack = synthesize({ ...local, ecsCluster: { containerInsights: "enhanced" } });
    expect(stack.resource(address)).toMatchObject({
      name: "/aws/ecs/containerinsights/local-plue-cluster/performance",
      retention_in_days: 7,
    });
    expect(stack.resource("aws_ecs_cluster.ecs_cluster_main")).toMatchObject({
      setting: [{ name: "containerInsights", value: "enhanced" }],
      depends_on: [address],
    });
  });

  test("is not created in an adopted environment, where AWS has created it already", () => {
    expect(() => stacks.production.resource(address)).toThrow();
  });
});
