import { local } from "../../../src/environments/local";
import { production } from "../../../src/environments/production";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { synthesize, type Block } from "../../support/stack";

type DeploymentSettings = NonNullable<EnvironmentSettings["apiServer"]["deployment"]>;

const hook = "arn:aws:lambda:us-east-1:123456789012:function:migrate";
const blueGreen: DeploymentSettings = { strategy: "blue-green", bakeTimeMinutes: 10 };
const canary: DeploymentSettings = {
  strategy: "canary",
  bakeTimeMinutes: 5,
  canaryPercent: 10,
  hooks: [{ lambdaArn: hook, stages: ["PRE_SCALE_UP"] }],
};

const both: EnvironmentSettings = {
  ...local,
  apiServer: { ...local.apiServer, deployment: blueGreen },
  webApp: { ...local.webApp, deployment: canary },
};
const stack = synthesize(both);
const without = synthesize(local);

const groupArn = (name: string) => `\${aws_lb_target_group.load_balancer_${name}.arn}`;

test("each service has a second target group like its own", () => {
  for (const name of ["api_server", "web_app"]) {
    const own = stack.resource(`aws_lb_target_group.load_balancer_${name}`);
    const second = stack.resource(`aws_lb_target_group.load_balancer_${name}_second`);
    expect({ ...second, name: own.name as string, tags: own.tags as Block }).toEqual(own);
    expect(second.name).not.toBe(own.name);
    expect((second.name as string).length).toBe((own.name as string).length);
  }
});

test.each([
  ["api", "api_server", 90, ["/api", "/api/*"]],
  ["web", "web_app", 190, ["/*"]],
])(
  "the rule of %s forwards to both, and Terraform leaves its weights to ECS",
  (key, group, priority, paths) => {
    for (const protocol of ["http", "https"]) {
      const rule = stack.resource(`aws_lb_listener_rule.load_balancer_${key}_weighted_${protocol}`);
      expect(rule).toMatchObject({
        priority,
        condition: [{ path_pattern: { values: paths } }],
        action: [
          {
            type: "forward",
            forward: {
              target_group: [
                { arn: groupArn(group), weight: 100 },
                { arn: groupArn(`${group}_second`), weight: 0 },
              ],
            },
          },
        ],
        lifecycle: { ignore_changes: ["action"] },
      });
    }
  },
);

test("the resources that serve without it do not change: it can be turned on in a live environment", () => {
  for (const type of ["aws_lb_target_group", "aws_lb_listener", "aws_lb_listener_rule"]) {
    expect(stack.resources(type)).toMatchObject(without.resources(type));
  }
});

test("the path is rewritten if that is the load balancer's task", () => {
  const rewriting = synthesize({
    ...both,
    apiServer: { ...both.apiServer, urlRewrite: "load-balancer" },
  });
  const transform = (name: string) =>
    rewriting.resource(`aws_lb_listener_rule.load_balancer_${name}_http`).transform as unknown;
  expect(transform("api_weighted")).toEqual(transform("api"));
  expect(transform("web_weighted")).toBeUndefined();
});

test("blue-green: ECS has the strategy, both groups, the rule, the alarms, and no circuit breaker", () => {
  const service = stack.resource("aws_ecs_service.api_server");
  expect(service).toMatchObject({
    deployment_configuration: { strategy: "BLUE_GREEN", bake_time_in_minutes: "10" },
    deployment_circuit_breaker: { enable: false, rollback: false },
    alarms: {
      enable: true,
      rollback: true,
      alarm_names: [
        "${aws_cloudwatch_metric_alarm.api_server_deployment_errors.alarm_name}",
        "${aws_cloudwatch_metric_alarm.api_server_deployment_errors_2.alarm_name}",
      ],
    },
    load_balancer: [
      {
        target_group_arn: groupArn("api_server"),
        container_name: "api-proxy",
        advanced_configuration: {
          alternate_target_group_arn: groupArn("api_server_second"),
          production_listener_rule:
            "${one(concat(aws_lb_listener_rule.load_balancer_api_weighted_http[*].arn, aws_lb_listener_rule.load_balancer_api_weighted_https[*].arn))}",
          role_arn: "${aws_iam_role.api_server_deployment.arn}",
        },
      },
    ],
  });
  expect(service.deployment_configuration).not.toHaveProperty("canary_configuration");
  expect(service.depends_on).toEqual(
    expect.arrayContaining([
      "aws_lb_listener_rule.load_balancer_api_weighted_http",
      "aws_lb_listener_rule.load_balancer_api_weighted_https",
      "aws_iam_role_policy_attachment.api_server_deployment",
    ]),
  );
});

test("canary: a part of the requests moves first, and ECS calls the function", () => {
  expect(stack.resource("aws_ecs_service.web_app").deployment_configuration).toEqual({
    strategy: "CANARY",
    bake_time_in_minutes: "5",
    canary_configuration: { canary_percent: 10, canary_bake_time_in_minutes: "10" },
    lifecycle_hook: [
      {
        hook_target_arn: hook,
        lifecycle_stages: ["PRE_SCALE_UP"],
        role_arn: "${aws_iam_role.web_app_deployment.arn}",
      },
    ],
  });
});

test("ECS's role changes load balancers, and calls only the named function", () => {
  expect(stack.resource("aws_iam_role_policy_attachment.web_app_deployment").policy_arn).toBe(
    "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
  );
  const trust = stack.resource("aws_iam_role.web_app_deployment").assume_role_policy as string;
  expect(JSON.parse(trust)).toMatchObject({
    Statement: [{ Principal: { Service: "ecs.amazonaws.com" } }],
  });
  const policy = stack.resource("aws_iam_role_policy.web_app_deployment_hooks").policy as string;
  expect(JSON.parse(policy)).toMatchObject({
    Statement: [{ Action: "lambda:InvokeFunction", Resource: [hook] }],
  });
  expect(stack.resources("aws_iam_role_policy")).not.toHaveProperty("api_server_deployment_hooks");
});

test.each([
  ["blue-green", blueGreen, ">= 6.4.0, < 7.0.0"],
  ["canary", canary, ">= 6.21.0, < 7.0.0"],
])("%s requires the provider that supports it", (_, deployment, version) => {
  const { template } = synthesize({ ...local, webApp: { ...local.webApp, deployment } });
  expect((template.terraform as Block).required_providers.aws.version).toBe(version);
});

test("two settings require the later provider of the two", () => {
  const { template } = synthesize({
    ...local,
    apiServer: { ...local.apiServer, urlRewrite: "load-balancer", deployment: canary },
  });
  expect((template.terraform as Block).required_providers.aws.version).toBe(">= 6.21.0, < 7.0.0");
});

test("an adopted environment keeps its target group, and expects none of the new resources in the old state", () => {
  const { template } = synthesize({
    ...production,
    apiServer: { ...production.apiServer, requestsPerTarget: undefined, deployment: blueGreen },
  });
  const moved = JSON.stringify(template.moved);
  expect(moved).toContain("module.load_balancer.aws_lb_target_group.api_server");
  expect(moved).not.toMatch(/second|weighted|deployment/);
});
