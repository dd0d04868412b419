import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import {
  Fn,
  Op,
  TerraformCount,
  TerraformLocal,
  Token,
  conditional,
  propertyAccess,
  ref,
  type TerraformResource,
  type TerraformVariable,
} from "../cdktf";
import type { DomainSettings } from "../environments/settings";
import { api, healthPath, names, ports, web, type Component } from "../names";
import { certificate, certificatePreconditions } from "./certificate";
import type { Connectable } from "./connections";
import { isNew } from "./legacy";
import type { Network } from "./network";
import { addCheck, allowFromInternet, redirectToHttps, rewritePath } from "./raw-terraform";
import { reference } from "./reference";

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
  /** Whether it takes `/api` off the paths of the requests that it forwards to the API server. */
  readonly rewritesApiPath: boolean;
  /** ARN of the topic that hears of unhealthy targets. @default nobody does */
  readonly alarmTopicArn?: string;
}

/**
 * The only part that the internet reaches: /api and what is below goes to the API server, the rest
 * to the web app.
 *
 * Cost (us-east-1): about $16 a month and $0.008 for each LCU-hour.
 */
export class LoadBalancer extends Construct implements Connectable {
  /** Its name among the connections. */
  readonly part = "alb";
  /** The load balancer. */
  readonly lb: Lb;
  /** The load balancer's group: the services accept it and nothing else. */
  readonly securityGroup: SecurityGroup;
  /** Its egress rules name the private subnets: the services' groups name this one already. */
  readonly egressCidrs: readonly string[];
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
    const { environment, network, domain, enableHttps } = props;
    const https = ref(reference(enableHttps));

    this.egressCidrs = network.privateCidrs;
    const groupName = names.securityGroup(environment, this.part);
    this.securityGroup = new SecurityGroup(this, "aws_security_group.alb", {
      name: groupName,
      description: "Security group for Plue Application Load Balancer",
      vpcId: network.vpc.id,
      egress: [],
      tags: { Name: groupName },
    });
    allowFromInternet(this.securityGroup, enableHttps);

    this.lb = new Lb(this, "aws_lb.main", {
      name: names.loadBalancer(environment),
      internal: false,
      loadBalancerType: "application",
      securityGroups: [this.securityGroup.id],
      subnets: network.publicSubnets.map((subnet) => subnet.id),
      enableHttp2: true,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: props.deletionProtection.booleanValue,
      tags: { Name: names.loadBalancer(environment) },
      // AWS refuses an internet-facing one in a VPC without it.
      dependsOn: [network.internetGateway],
    });
    this.apiServer = this.targetGroup(props, api, ports.api);
    this.webApp = this.targetGroup(props, web, ports.web);
    this.listeners = this.listen(props);
    this.alarmOnUnhealthy(props, api, this.apiServer);
    this.alarmOnUnhealthy(props, web, this.webApp);

    if (domain?.hostedZoneId) {
      const record = new Route53Record(this, "aws_route53_record.main", {
        zoneId: domain.hostedZoneId,
        name: domain.name,
        type: "A",
        alias: { name: this.lb.dnsName, zoneId: this.lb.zoneId, evaluateTargetHealth: true },
      });
      isNew(record);
    }
    if (!domain) {
      addCheck(
        this,
        "alb_url",
        Token.asString(Op.not(https)),
        `With HTTPS, alb_url names the load balancer itself, which no certificate matches: set domain in src/environments/${environment}.ts.`,
      );
    }
    // A local, since the quotes of a plain expression would be escaped within a JSON document.
    this.url = new TerraformLocal(
      this,
      "url",
      `${Token.asString(conditional(https, "https", "http"))}://${domain?.name ?? this.lb.dnsName}`,
    ).asString;
  }

  private targetGroup(
    { environment, network }: LoadBalancerProps,
    component: Component,
    port: number,
  ): LbTargetGroup {
    const name = names.targetGroup(environment, component);
    return new LbTargetGroup(this, `aws_lb_target_group.${component.module}`, {
      name,
      vpcId: network.vpc.id,
      targetType: "ip",
      protocol: "HTTP",
      port,
      deregistrationDelay: "30",
      healthCheck: {
        path: healthPath,
        matcher: "200",
        interval: 30,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      tags: { Name: name },
    });
  }

  /** HTTP serves, or redirects to HTTPS, which then serves. */
  private listen(props: LoadBalancerProps): readonly TerraformResource[] {
    const https = ref(reference(props.enableHttps));
    const onlyWithHttps = TerraformCount.of(Token.asNumber(conditional(https, 1, 0)));
    const onlyWithoutHttps = TerraformCount.of(Token.asNumber(conditional(https, 0, 1)));

    const httpListener = new LbListener(this, "aws_lb_listener.http", {
      loadBalancerArn: this.lb.arn,
      port: ports.http,
      protocol: "HTTP",
      defaultAction: [
        {
          type: Token.asString(conditional(https, "redirect", "forward")),
          targetGroupArn: Token.asString(conditional(https, ref("null"), this.webApp.arn)),
        },
      ],
      lifecycle: { precondition: certificatePreconditions(props) },
    });
    redirectToHttps(httpListener, props.enableHttps);
    const httpsListener = new LbListener(this, "aws_lb_listener.https[0]", {
      count: onlyWithHttps,
      loadBalancerArn: this.lb.arn,
      port: ports.https,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn: certificate(this, props),
      defaultAction: [{ type: "forward", targetGroupArn: this.webApp.arn }],
    });
    const httpsListenerArn = Token.asString(
      Fn.one(propertyAccess(ref(reference(httpsListener)), ["*", "arn"])),
    );

    const toApi = (resource: string, listenerArn: string, count: TerraformCount) => {
      const rule = new LbListenerRule(this, `aws_lb_listener_rule.${resource}[0]`, {
        count,
        listenerArn,
        priority: 100,
        condition: [{ pathPattern: { values: ["/api", "/api/*"] } }],
        action: [{ type: "forward", targetGroupArn: this.apiServer.arn }],
      });
      if (props.rewritesApiPath) rewritePath(rule, "^/api/?(.*)$", "/$1");
      return rule;
    };
    return [
      httpListener,
      httpsListener,
      toApi("api_http", httpListener.arn, onlyWithoutHttps),
      toApi("api_https", httpsListenerArn, onlyWithHttps),
    ];
  }

  private alarmOnUnhealthy(
    { environment, alarmTopicArn }: LoadBalancerProps,
    { key }: Component,
    targets: LbTargetGroup,
  ): void {
    new CloudwatchMetricAlarm(this, `aws_cloudwatch_metric_alarm.alb_unhealthy_hosts_${key}`, {
      alarmName: `${names.alarmPrefix(environment)}alb-unhealthy-${key}`,
      alarmDescription: `A target of the load balancer's ${key} group is unhealthy`,
      namespace: "AWS/ApplicationELB",
      metricName: "UnHealthyHostCount",
      statistic: "Average",
      period: 60,
      evaluationPeriods: 2,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      dimensions: { LoadBalancer: this.lb.arnSuffix, TargetGroup: targets.arnSuffix },
      ...(alarmTopicArn ? { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] } : {}),
    });
  }
}
