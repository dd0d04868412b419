import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import {
  TerraformCount,
  TerraformLocal,
  TerraformStack,
  Token,
  type TerraformResource,
  type TerraformVariable,
} from "../cdktf";
import { reference } from "./reference";
import type { DomainSettings } from "../environments/settings";
import type { Network } from "./network";
import { tcp } from "./tcp";

/** What the load balancer is made of. */
export interface LoadBalancerProps {
  /** Prefix of all names. */
  readonly environment: string;
  /** Stands in the public subnets, talks to the private ones. */
  readonly network: Network;
  /** Variable: whether to serve HTTPS. */
  readonly enableHttps: TerraformVariable;
  /** Variable: ARN of the certificate, or empty. */
  readonly certificateArn: TerraformVariable;
  /** Variable: whether AWS refuses to delete the load balancer. */
  readonly deletionProtection: TerraformVariable;
  /** The name under which users reach Plue. @default the load balancer's own DNS name */
  readonly domain?: DomainSettings;
  /** ARN of the topic that hears of unhealthy targets. @default nobody does */
  readonly alarmTopicArn?: string;
}

/** Port of the API server's containers. */
export const API_PORT = 8000;
/** Port of the web app's containers. */
export const WEB_PORT = 80;
/** Path at which both services answer 200 when they are well. */
export const HEALTH_PATH = "/health";

/**
 * The only part that the internet reaches: /api and what is below goes to the API server, the rest
 * to the web app.
 *
 * Cost (us-east-1): about $16 a month and $0.008 for each LCU-hour.
 */
export class LoadBalancer extends Construct {
  /** The load balancer. */
  readonly lb: Lb;
  /** The load balancer's group: the services accept it and nothing else. */
  readonly securityGroup: SecurityGroup;
  /** The API server's tasks. */
  readonly apiServer: LbTargetGroup;
  /** The web app's tasks. */
  readonly webApp: LbTargetGroup;
  /** ECS refuses a service whose target group has no listener yet: services wait for these. */
  readonly listeners: readonly TerraformResource[];
  /** Where users reach Plue, without a slash at its end. */
  readonly url: string;

  /** Makes the load balancer with all of its parts. */
  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { environment, network, domain } = props;
    const https = reference(props.enableHttps);
    const onlyWithHttps = TerraformCount.of(Token.asNumber(`\${${https} ? 1 : 0}`));
    const onlyWithoutHttps = TerraformCount.of(Token.asNumber(`\${${https} ? 0 : 1}`));

    this.securityGroup = new SecurityGroup(this, "aws_security_group.alb", {
      name: `${environment}-plue-alb-sg`,
      description: "Security group for Plue Application Load Balancer",
      vpcId: network.vpc.id,
      // By CIDR: naming the services' groups, which name this one, would be a dependency cycle.
      egress: [API_PORT, WEB_PORT].map((port) => ({
        ...tcp(port, "Targets and their health checks"),
        cidrBlocks: [...network.privateCidrs],
      })),
      tags: { Name: `${environment}-plue-alb-sg` },
    });
    // Inline, so that a rule added by hand does not stay, and by the plan, for it knows enable_https.
    this.securityGroup.addOverride("ingress", publicIngress(https));

    this.lb = new Lb(this, "aws_lb.main", {
      name: `${environment}-plue-alb`,
      internal: false,
      loadBalancerType: "application",
      securityGroups: [this.securityGroup.id],
      subnets: network.publicSubnets.map((subnet) => subnet.id),
      enableHttp2: true,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: props.deletionProtection.booleanValue,
      tags: { Name: `${environment}-plue-alb` },
    });

    const targetGroup = (resource: string, name: string, port: number) =>
      new LbTargetGroup(this, `aws_lb_target_group.${resource}`, {
        name: `${environment}-plue-${name}-tg`,
        vpcId: network.vpc.id,
        targetType: "ip",
        protocol: "HTTP",
        port,
        deregistrationDelay: "30",
        healthCheck: {
          path: HEALTH_PATH,
          matcher: "200",
          interval: 30,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags: { Name: `${environment}-plue-${name}-tg` },
      });
    this.apiServer = targetGroup("api_server", "api", API_PORT);
    this.webApp = targetGroup("web_app", "web", WEB_PORT);

    const httpListener = new LbListener(this, "aws_lb_listener.http", {
      loadBalancerArn: this.lb.arn,
      port: 80,
      protocol: "HTTP",
      defaultAction: [
        {
          type: `\${${https} ? "redirect" : "forward"}`,
          targetGroupArn: `\${${https} ? null : ${reference(this.webApp)}.arn}`,
        },
      ],
      lifecycle: { precondition: certificatePreconditions(props) },
    });
    httpListener.addOverride("default_action.0.dynamic.redirect", {
      for_each: `\${${https} ? [1] : []}`,
      content: { protocol: "HTTPS", port: "443", status_code: "HTTP_301" },
    });
    const httpsListener = new LbListener(this, "aws_lb_listener.https[0]", {
      count: onlyWithHttps,
      loadBalancerArn: this.lb.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn: this.certificate(props, https),
      defaultAction: [{ type: "forward", targetGroupArn: this.webApp.arn }],
    });

    const toApi = (resource: string, listenerArn: string, count: TerraformCount) =>
      new LbListenerRule(this, `aws_lb_listener_rule.${resource}[0]`, {
        count,
        listenerArn,
        priority: 100,
        condition: [{ pathPattern: { values: ["/api", "/api/*"] } }],
        action: [{ type: "forward", targetGroupArn: this.apiServer.arn }],
      });
    const first = (resource: TerraformResource, attribute: string) =>
      `\${one(${reference(resource)}[*].${attribute})}`;
    this.listeners = [
      httpListener,
      httpsListener,
      toApi("api_http", httpListener.arn, onlyWithoutHttps),
      toApi("api_https", first(httpsListener, "arn"), onlyWithHttps),
    ];

    const alarm = (resource: string, name: string, targets: LbTargetGroup) =>
      new CloudwatchMetricAlarm(this, `aws_cloudwatch_metric_alarm.${resource}`, {
        alarmName: `${environment}-plue-alb-unhealthy-${name}`,
        alarmDescription: `A target of the load balancer's ${name} group is unhealthy`,
        namespace: "AWS/ApplicationELB",
        metricName: "UnHealthyHostCount",
        statistic: "Average",
        period: 60,
        evaluationPeriods: 2,
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        dimensions: { LoadBalancer: this.lb.arnSuffix, TargetGroup: targets.arnSuffix },
        ...(props.alarmTopicArn
          ? { alarmActions: [props.alarmTopicArn], okActions: [props.alarmTopicArn] }
          : {}),
      });
    alarm("alb_unhealthy_hosts_api", "api", this.apiServer);
    alarm("alb_unhealthy_hosts_web", "web", this.webApp);

    if (domain?.hostedZoneId) {
      new Route53Record(this, "aws_route53_record.main", {
        zoneId: domain.hostedZoneId,
        name: domain.name,
        type: "A",
        alias: { name: this.lb.dnsName, zoneId: this.lb.zoneId, evaluateTargetHealth: true },
      });
    }
    if (!domain) {
      TerraformStack.of(this).addOverride("check.alb_url", {
        assert: {
          condition: `\${!${https}}`,
          error_message: `With HTTPS, alb_url names the load balancer itself, which no certificate matches: set domain in src/environments/${environment}.ts.`,
        },
      });
    }
    // A local, since the quotes of a plain expression would be escaped within a JSON document.
    this.url = new TerraformLocal(
      this,
      "url",
      `\${${https} ? "https" : "http"}://${domain?.name ?? this.lb.dnsName}`,
    ).asString;
  }

  /** The certificate's ARN: the variable's, or else that of a certificate made for the domain. */
  private certificate({ environment, domain, certificateArn }: LoadBalancerProps, https: string) {
    if (!domain?.hostedZoneId) return certificateArn.stringValue;
    const given = reference(certificateArn);
    const count = TerraformCount.of(Token.asNumber(`\${${https} && ${given} == "" ? 1 : 0}`));
    const certificate = new AcmCertificate(this, "aws_acm_certificate.main[0]", {
      count,
      domainName: domain.name,
      validationMethod: "DNS",
      tags: { Name: `${environment}-plue` },
      lifecycle: { createBeforeDestroy: true },
    });
    const option = (attribute: string) =>
      `\${one(${reference(certificate)}[0].domain_validation_options).${attribute}}`;
    const record = new Route53Record(this, "aws_route53_record.validation[0]", {
      count,
      zoneId: domain.hostedZoneId,
      name: option("resource_record_name"),
      type: option("resource_record_type"),
      records: [option("resource_record_value")],
      ttl: 300,
      allowOverwrite: true,
    });
    const validation = new AcmCertificateValidation(
      this,
      "aws_acm_certificate_validation.main[0]",
      {
        count,
        certificateArn: `\${${reference(certificate)}[0].arn}`,
        validationRecordFqdns: [`\${${reference(record)}[0].fqdn}`],
      },
    );
    return `\${${given} != "" ? ${given} : one(${reference(validation)}[*].certificate_arn)}`;
  }
}

/** 80, and 443 with HTTPS, from anywhere, with every attribute that an inline rule has. */
function publicIngress(https: string): string {
  const rule = [
    'description = port == 80 ? "HTTP" : "HTTPS"',
    "from_port = port",
    "to_port = port",
    'protocol = "tcp"',
    'cidr_blocks = ["0.0.0.0/0"]',
    "ipv6_cidr_blocks = []",
    "prefix_list_ids = []",
    "security_groups = []",
    "self = false",
  ].join(", ");
  return `\${[for port in ${https} ? [80, 443] : [80] : { ${rule} }]}`;
}

function certificatePreconditions({ enableHttps, certificateArn, domain }: LoadBalancerProps) {
  const https = reference(enableHttps);
  const arn = reference(certificateArn);
  const region = {
    condition: `\${${arn} == "" || can(regex("^[^:]+:[^:]+:acm:\${var.aws_region}:", ${arn}))}`,
    errorMessage: `certificate_arn names a certificate of another region than the load balancer's, \${var.aws_region}.`,
  };
  if (domain?.hostedZoneId) return [region];
  return [
    {
      condition: `\${!${https} || ${arn} != ""}`,
      errorMessage:
        "enable_https needs a certificate: set certificate_arn, or give the environment's domain a hosted zone, or set enable_https to false.",
    },
    region,
  ];
}
