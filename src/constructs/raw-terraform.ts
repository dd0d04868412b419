import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import type { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import type { Construct } from "constructs";
import { ports } from "../names";
import { TerraformStack, type TerraformLocal } from "../cdktf";
import { reference } from "./reference";

// Everything that cdktf has no types for, as Terraform text.

/**
 * Adds an `ephemeral` block to the stack.
 * @returns the address of the ephemeral resource
 */
export function addEphemeral(
  scope: Construct,
  type: string,
  name: string,
  body: Readonly<Record<string, unknown>>,
): string {
  TerraformStack.of(scope).addOverride(`ephemeral.${type}.${name}`, body);
  return `ephemeral.${type}.${name}`;
}

/** Adds a `check` block to the stack: a plan warns if the condition is false. */
export function addCheck(
  scope: Construct,
  name: string,
  condition: string,
  errorMessage: string,
): void {
  TerraformStack.of(scope).addOverride(`check.${name}`, {
    assert: { condition, error_message: errorMessage },
  });
}

/**
 * Allows connections from the internet to a security group: HTTP, and HTTPS if the variable is true. The
 * rules are inline, so that Terraform removes one that was added by hand. They are an expression, because
 * only the plan knows the variable; an expression must set every attribute.
 */
export function allowFromInternet(group: SecurityGroup, https: TerraformLocal): void {
  const rule = [
    `description = port == ${ports.http} ? "HTTP" : "HTTPS"`,
    "from_port = port",
    "to_port = port",
    'protocol = "tcp"',
    'cidr_blocks = ["0.0.0.0/0"]',
    "ipv6_cidr_blocks = []",
    "prefix_list_ids = []",
    "security_groups = []",
    "self = false",
  ].join(", ");
  const open = `${reference(https)} ? [${ports.http}, ${ports.https}] : [${ports.http}]`;
  group.addOverride("ingress", `\${[for port in ${open} : { ${rule} }]}`);
}

/** Adds a redirect to HTTPS to the listener's default action, if the variable is true. */
export function redirectToHttps(listener: LbListener, https: TerraformLocal): void {
  listener.addOverride("default_action.0.dynamic.redirect", {
    for_each: `\${${reference(https)} ? [1] : []}`,
    content: { protocol: "HTTPS", port: String(ports.https), status_code: "HTTP_301" },
  });
}

/**
 * Lets the load balancer rewrite the path of each request that a rule forwards.
 * Source: `transform` of `aws_lb_listener_rule` in the AWS provider 6.19.0 and later.
 */
export function rewritePath(rule: LbListenerRule, regex: string, replace: string): void {
  rule.addOverride("transform", [
    { type: "url-rewrite", url_rewrite_config: [{ rewrite: [{ regex, replace }] }] },
  ]);
}

/** Settings with which ECS moves requests from one target group to another. */
export interface DeploymentStrategy {
  /** Name of the strategy in ECS's API. */
  readonly strategy: "BLUE_GREEN" | "CANARY";
  /** Minutes for which the old tasks keep running afterwards. */
  readonly bakeTimeMinutes: number;
  /** First step of a canary deployment. @default all requests move at once */
  readonly canary?: {
    /** Percent of the requests that move first. */
    readonly percent: number;
    /** Minutes until the remaining requests move. */
    readonly bakeTimeMinutes: number;
  };
  /** Lambda functions that ECS calls during a deployment. */
  readonly hooks: readonly {
    readonly lambdaArn: string;
    readonly stages: readonly string[];
  }[];
  /** ARN of the second target group. */
  readonly secondTargetGroupArn: string;
  /** ARN of the listener rule whose weights ECS changes. */
  readonly ruleArn: string;
  /** ARN of the role that ECS uses for the rule and the functions. */
  readonly roleArn: string;
}

/**
 * Sets a deployment strategy other than rolling.
 * Source: `deployment_configuration` and `load_balancer.advanced_configuration` of `aws_ecs_service` in
 * the AWS provider 6.4.0 and later, `canary_configuration` in 6.21.0 and later.
 */
export function setDeploymentStrategy(service: EcsService, to: DeploymentStrategy): void {
  const { canary, hooks, roleArn } = to;
  service.addOverride("deployment_configuration", {
    strategy: to.strategy,
    // The provider expects minutes as text.
    bake_time_in_minutes: String(to.bakeTimeMinutes),
    ...(canary && {
      canary_configuration: {
        canary_percent: canary.percent,
        canary_bake_time_in_minutes: String(canary.bakeTimeMinutes),
      },
    }),
    ...(hooks.length > 0 && {
      lifecycle_hook: hooks.map(({ lambdaArn, stages }) => ({
        hook_target_arn: lambdaArn,
        lifecycle_stages: stages,
        role_arn: roleArn,
      })),
    }),
  });
  service.addOverride("load_balancer.0.advanced_configuration", {
    alternate_target_group_arn: to.secondTargetGroupArn,
    production_listener_rule: to.ruleArn,
    role_arn: roleArn,
  });
}
