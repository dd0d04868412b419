import { environments } from "../../../src/environments";
import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { domainWithZone } from "../../../examples/domain-with-zone";
import { production } from "../../../src/environments/production";
import { referred, stacks, synthesize } from "../../support/stack";

describe.each(environments)("the load balancer of $name", (settings) => {
  const { name } = settings;
  const stack = synthesize(settings);

  test("is in the public subnets and drops invalid headers", () => {
    expect(stack.json).toHaveResourceWithProperties(Lb, {
      name: `${name}-plue-alb`,
      internal: false,
      load_balancer_type: "application",
      enable_http2: true,
      drop_invalid_header_fields: true,
      enable_deletion_protection: "${local.alb_deletion_protection}",
    });
    for (const subnet of stack.resource("aws_lb.load_balancer_main").subnets) {
      expect(stack.resource(referred(subnet)).tags.Type).toBe("public");
    }
  });

  test.each([
    ["api", 8000],
    ["web", 80],
  ])("checks the health of the %s's tasks", (target, port) => {
    expect(stack.json).toHaveResourceWithProperties(LbTargetGroup, {
      name: `${name}-plue-${target}-tg`,
      port,
      protocol: "HTTP",
      target_type: "ip",
      deregistration_delay: "30",
      health_check: expect.objectContaining({ path: "/health", matcher: "200" }),
    });
  });

  test("is created after the routes to the internet, and destroyed before them", () => {
    expect(stack.resource("aws_lb.load_balancer_main").depends_on).toEqual([
      "aws_internet_gateway.network_main",
      "aws_route_table_association.network_public_0",
      "aws_route_table_association.network_public_1",
    ]);
  });

  test("serves HTTPS with TLS 1.2 and 1.3 if the variable is true", () => {
    expect(stack.json).toHaveResourceWithProperties(LbListener, {
      count: "${local.enable_https ? 1 : 0}",
      port: 443,
      protocol: "HTTPS",
      ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    });
  });

  test("forwards /api and all paths below to the API, on the listener that serves", () => {
    const rules = stack.resources("aws_lb_listener_rule");
    expect(stack.json).toHaveResourceWithProperties(LbListenerRule, { priority: 100 });
    expect(Object.values(rules).map((rule) => [rule.count, referred(rule.listener_arn)])).toEqual([
      ["${local.enable_https ? 0 : 1}", "aws_lb_listener.load_balancer_http"],
      ["${local.enable_https ? 1 : 0}", "aws_lb_listener.load_balancer_https"],
    ]);
    for (const rule of Object.values(rules)) {
      expect(rule.condition).toEqual([
        expect.objectContaining({
          path_pattern: expect.objectContaining({ values: ["/api", "/api/*"] }),
        }),
      ]);
      expect(referred(rule.action[0].target_group_arn)).toBe(
        "aws_lb_target_group.load_balancer_api_server",
      );
    }
  });

  test.each(["api", "web"])(
    "unhealthy %s targets ring, and are heard where alarms are",
    (target) => {
      const alarm = stack.resource(
        `aws_cloudwatch_metric_alarm.load_balancer_alb_unhealthy_hosts_${target}`,
      );
      expect(alarm).toMatchObject({
        alarm_name: `${name}-plue-alb-unhealthy-${target}`,
        metric_name: "UnHealthyHostCount",
        dimensions: {
          LoadBalancer: "${aws_lb.load_balancer_main.arn_suffix}",
          TargetGroup: `\${aws_lb_target_group.load_balancer_${target === "api" ? "api_server" : "web_app"}.arn_suffix}`,
        },
      });
      const heard = settings.alarms === "notify" ? ["${aws_sns_topic.alerts.arn}"] : undefined;
      expect([alarm.alarm_actions, alarm.ok_actions]).toEqual([heard, heard]);
    },
  );
});

describe("the URL for users", () => {
  const url = (stack: ReturnType<typeof synthesize>) => {
    expect(stack.template.output.alb_url.value).toBe("${local.load_balancer_url}");
    expect(stack.template.output.api_url.value).toBe("${local.load_balancer_url}/api");
    return stack.template.locals.load_balancer_url as string;
  };

  test("is the load balancer's own name without a domain", () => {
    expect(url(stacks.dev)).toBe(
      '${local.enable_https ? "https" : "http"}://${aws_lb.load_balancer_main.dns_name}',
    );
  });

  test("causes a warning in every plan with HTTPS and no domain", () => {
    expect(stacks.production.template.check.alb_url.assert).toMatchObject({
      condition: "${!local.enable_https}",
      error_message: expect.stringContaining("src/environments/production.ts"),
    });
  });

  test("is the domain, whose certificate you bring", () => {
    const stack = synthesize({ ...production, domain: { name: "plue.example.com" } });
    expect(url(stack)).toBe('${local.enable_https ? "https" : "http"}://plue.example.com');
    expect(stack.json).not.toHaveResource(Route53Record);
    expect(stack.template).not.toHaveProperty("check");
    expect(stack.template.variable.certificate_arn).not.toHaveProperty("default");
  });

  test("is the domain, whose record and certificate are created in its zone", () => {
    const stack = synthesize(domainWithZone);
    expect(url(stack)).toBe('${local.enable_https ? "https" : "http"}://plue.example.com');
    expect(stack.json).toHaveResourceWithProperties(Route53Record, {
      type: "A",
      name: "plue.example.com",
      zone_id: "Z0123456789",
    });
    expect(stack.json).toHaveResourceWithProperties(AcmCertificate, {
      domain_name: "plue.example.com",
      validation_method: "DNS",
    });
    expect(stack.template.variable.certificate_arn.default).toBe("");
    expect(stack.resource("aws_lb_listener.load_balancer_https").certificate_arn).toContain(
      "aws_acm_certificate_validation.load_balancer_main[*].certificate_arn",
    );
  });
});
