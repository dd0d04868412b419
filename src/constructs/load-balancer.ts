import type {
  CloudwatchMetricAlarm,
  CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import {
  LbListenerRule,
  type LbListenerRuleAction,
} from "@cdktf/provider-aws/lib/lb-listener-rule";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
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
import { securityGroupOf, type Connectable } from "./connections";
import type { Context } from "./context";
import { isNew } from "./legacy";
import { metricAlarm } from "./metric-alarm";
import type { Network } from "./network";
import { addCheck, allowFromInternet, redirectToHttps, rewritePath } from "./raw-terraform";
import { reference } from "./reference";

/** Properties of the load balancer. */
export interface LoadBalancerProps extends Context {
  /** The load balancer is in its public subnets, and connects to the private ones. */
  readonly network: Network;
  /** Flag: the load balancer serves HTTPS. */
  readonly enableHttps: TerraformLocal;
  /** ARN of the certificate, or empty. */
  readonly certificateArn: TerraformVariable;
  /** Flag: AWS refuses to delete the load balancer. */
  readonly deletionProtection: TerraformLocal;
  /** Domain name for users. @default the load balancer's own DNS name */
  readonly domain?: DomainSettings;
  /** Flag: the DNS record is taken from another environment, which has it now. @default false */
  readonly replacesRecord?: boolean;
  /** Flag: the load balancer removes `/api` from the paths of the requests to the API server. */
  readonly rewritesApiPath: boolean;
  /** Seconds after which a silent connection is closed. @default AWS's own, 60 */
  readonly idleTimeoutSeconds?: number;
}

/** A listener, which forwards requests if its count is one. */
interface Serving {
  readonly protocol: "http" | "https";
  readonly listener: LbListener;
  readonly arn: string;
  readonly count: TerraformCount;
}

/** The target group in which ECS starts new tasks, and the rules that send requests to it. */
export interface SecondTargets {
  /** The second target group. */
  readonly targetGroup: LbTargetGroup;
  /** The rules with the weights of both groups: one for each listener, of which one exists. */
  readonly rules: readonly LbListenerRule[];
  /** ARN of the rule that exists. */
  readonly ruleArn: string;
}

/**
 * The only part that the internet reaches. It forwards /api and all paths below to the API server, the
 * rest to the web app.
 *
 * Cost (us-east-1): about $16 a month and $0.008 for each LCU-hour.
 */
export class LoadBalancer extends Construct implements Connectable {
  /** Name in `connections` of src/names.ts. */
  readonly part = "alb";
  /** The load balancer. */
  readonly lb: Lb;
  /** Security group of the load balancer, the only one that the services accept requests from. */
  readonly securityGroup: SecurityGroup;
  /** CIDRs of the private subnets: the services' groups refer to this group already. */
  readonly egressCidrs: readonly string[];
  /** Target group of the API server. */
  readonly apiServer: LbTargetGroup;
  /** Target group of the web app. */
  readonly webApp: LbTargetGroup;
  /** Listeners and rules. ECS refuses a service whose target group has no listener: services wait for them. */
  readonly listeners: readonly TerraformResource[];
  private readonly serving: readonly Serving[];
  private readonly responseAlarms = new Map<LbTargetGroup, readonly string[]>();
  /** URL for users, without a trailing slash. */
  readonly url: string;

  /** Creates the load balancer and its parts. */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: LoadBalancerProps,
  ) {
    super(scope, id);
    const { environment, network, domain, enableHttps } = props;
    const https = ref(reference(enableHttps));

    this.egressCidrs = network.privateCidrs;
    this.securityGroup = securityGroupOf(this, "alb", props, this.part, {
      description: "Security group for Plue Application Load Balancer",
      egress: [],
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
      idleTimeout: props.idleTimeoutSeconds,
      enableDeletionProtection: props.deletionProtection.asBoolean,
      tags: { Name: names.loadBalancer(environment) },
      // AWS refuses an internet-facing load balancer in a VPC without an internet gateway. The load
      // balancer must leave a zone before the zone's route is deleted.
      dependsOn: [network.internetGateway, ...network.publicRoutes],
    });
    this.apiServer = this.targetGroup(api);
    this.webApp = this.targetGroup(web);
    this.serving = this.listen();
    this.listeners = [
      ...this.serving.map(({ listener }) => listener),
      ...this.forward(api, "api", 100, [{ type: "forward", targetGroupArn: this.apiServer.arn }]),
    ];
    this.alarmOnUnhealthy(api, this.apiServer);
    this.alarmOnUnhealthy(web, this.webApp);
    if (props.alarmTopicArn) this.alarmOnResponses();
    // ACM renews a certificate that the stack requests.
    if (props.alarmTopicArn && !domain?.hostedZoneId) this.alarmOnCertificate();

    if (domain?.hostedZoneId) {
      const record = new Route53Record(this, "aws_route53_record.main", {
        zoneId: domain.hostedZoneId,
        name: domain.name,
        type: "A",
        alias: { name: this.lb.dnsName, zoneId: this.lb.zoneId, evaluateTargetHealth: true },
        ...(props.replacesRecord && { allowOverwrite: true }),
      });
      isNew(record);
    }
    if (!domain) {
      addCheck(
        this,
        "alb_url",
        Token.asString(Op.not(https)),
        `With HTTPS, alb_url is the load balancer's own name, which no certificate matches. Set domain in src/environments/${environment}.ts.`,
      );
    }
    // A local value: the quotes of a plain expression would be escaped in a JSON document.
    this.url = new TerraformLocal(
      this,
      "url",
      `${Token.asString(conditional(https, "https", "http"))}://${domain?.name ?? this.lb.dnsName}`,
    ).asString;
  }

  /**
   * Creates a second target group for a service's tasks, and a rule with weights that ECS changes. The rule
   * comes before the service's first rule, which does not change: the option can be turned on and off
   * in a live environment.
   * @param first target group that receives all requests until ECS changes the weights
   */
  secondTargets(component: Component, first: LbTargetGroup): SecondTargets {
    const targetGroup = this.targetGroup(component, "second");
    const weighted = [
      { arn: first.arn, weight: 100 },
      { arn: targetGroup.arn, weight: 0 },
    ];
    const { key } = component;
    const rules = this.forward(component, `${key}_weighted`, component === api ? 90 : 190, [
      { type: "forward", forward: { targetGroup: weighted } },
    ]);
    for (const rule of rules) {
      // The next plan would reset the weights, and cut off the tasks that serve.
      rule.lifecycle = { ignoreChanges: ["action"] };
    }
    const alarm = this.alarmOnUnhealthy(component, targetGroup, "second");
    isNew(targetGroup, alarm, ...rules);
    const arns = rules.map((rule) => `${reference(rule)}[*].arn`);
    return { targetGroup, rules, ruleArn: `\${one(concat(${arns.join(", ")}))}` };
  }

  private targetGroup(component: Component, which?: "second"): LbTargetGroup {
    const { environment, network } = this.props;
    const name = which
      ? names.secondTargetGroup(environment, component)
      : names.targetGroup(environment, component);
    const resource = which ? `${component.module}_second` : component.module;
    return new LbTargetGroup(this, `aws_lb_target_group.${resource}`, {
      name,
      vpcId: network.vpc.id,
      targetType: "ip",
      protocol: "HTTP",
      port: component === api ? ports.api : ports.web,
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

  /** The HTTP listener forwards requests, or redirects to the HTTPS listener, which forwards them. */
  private listen(): readonly Serving[] {
    const { props } = this;
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
    return [
      { protocol: "http", listener: httpListener, arn: httpListener.arn, count: onlyWithoutHttps },
      { protocol: "https", listener: httpsListener, arn: httpsListenerArn, count: onlyWithHttps },
    ];
  }

  /** A rule for a component's requests for each listener; one of the two exists. */
  private forward(
    component: Component,
    resource: string,
    priority: number,
    action: LbListenerRuleAction[],
  ): LbListenerRule[] {
    return this.serving.map(({ protocol, arn: listenerArn, count }) => {
      const rule = new LbListenerRule(this, `aws_lb_listener_rule.${resource}_${protocol}[0]`, {
        count,
        listenerArn,
        priority,
        condition: [{ pathPattern: { values: component === api ? ["/api", "/api/*"] : ["/*"] } }],
        action,
      });
      if (component === api && this.props.rewritesApiPath) {
        rewritePath(rule, "^/api/?(.*)$", "/$1");
      }
      return rule;
    });
  }

  /**
   * Names of the alarms on a target group's errors. ECS rolls back a deployment that triggers one.
   * @returns none if no topic is notified
   */
  responseAlarmsOf(targets: LbTargetGroup): readonly string[] {
    return this.responseAlarms.get(targets) ?? [];
  }

  private alarmOnUnhealthy(
    { key }: Component,
    targets: LbTargetGroup,
    which?: "second",
  ): CloudwatchMetricAlarm {
    const resource = `alb_unhealthy_hosts_${key}${which ? "_2" : ""}`;
    return metricAlarm(this, resource, `alb-unhealthy-${key}${which ? "-2" : ""}`, this.props, {
      alarmDescription: `A target of the load balancer's ${which ? `second ${key}` : key} group is unhealthy`,
      namespace: "AWS/ApplicationELB",
      metricName: "UnHealthyHostCount",
      // An average over the load balancer's nodes would hide a single node that does not reach a target.
      statistic: "Maximum",
      period: 60,
      evaluationPeriods: 2,
      threshold: 0,
      dimensions: { LoadBalancer: this.lb.arnSuffix, TargetGroup: targets.arnSuffix },
    });
  }

  /**
   * Alarm on a certificate that somebody imported, which ACM cannot renew. ACM publishes the metric twice a day, until
   * the certificate expires.
   */
  private alarmOnCertificate(): void {
    const { count } = this.serving.find(({ protocol }) => protocol === "https")!;
    const expiring = metricAlarm(this, "certificate_expiry", "certificate", this.props, {
      count,
      alarmDescription: "The certificate of the load balancer expires in less than 30 days",
      namespace: "AWS/CertificateManager",
      metricName: "DaysToExpiry",
      statistic: "Minimum",
      period: 86_400,
      evaluationPeriods: 1,
      comparisonOperator: "LessThanThreshold",
      threshold: 30,
      treatMissingData: "ignore",
      dimensions: { CertificateArn: this.props.certificateArn.stringValue },
    });
    isNew(expiring);
  }

  /** Alarms on what users notice: errors and slow responses. */
  private alarmOnResponses(): void {
    const alarm = (resource: string, name: string, config: ResponseAlarm) => {
      const made = metricAlarm(this, resource, name, this.props, {
        namespace: "AWS/ApplicationELB",
        period: 60,
        evaluationPeriods: 3,
        datapointsToAlarm: 3,
        // Without requests there is no data.
        treatMissingData: "notBreaching",
        ...config,
      });
      isNew(made);
      return made;
    };
    alarm("alb_5xx", "alb-5xx", {
      alarmDescription: `The load balancer itself answered more than ${MOST_ERRORS} requests a minute with an error: no target took them`,
      metricName: "HTTPCode_ELB_5XX_Count",
      statistic: "Sum",
      threshold: MOST_ERRORS,
      dimensions: { LoadBalancer: this.lb.arnSuffix },
    });
    for (const [{ key, title }, targets] of [
      [api, this.apiServer],
      [web, this.webApp],
    ] as const) {
      const dimensions = { LoadBalancer: this.lb.arnSuffix, TargetGroup: targets.arnSuffix };
      const errors = alarm(`alb_5xx_${key}`, `alb-5xx-${key}`, {
        alarmDescription: `The ${title} answered more than ${MOST_ERRORS} requests a minute with an error`,
        metricName: "HTTPCode_Target_5XX_Count",
        statistic: "Sum",
        threshold: MOST_ERRORS,
        dimensions,
      });
      alarm(`alb_latency_${key}`, `alb-latency-${key}`, {
        alarmDescription: `One of a hundred requests waits more than ${SLOWEST_SECONDS} seconds for the ${title}`,
        metricName: "TargetResponseTime",
        extendedStatistic: "p99",
        threshold: SLOWEST_SECONDS,
        // With few requests the slowest means little: a push of a large repository takes a while.
        evaluateLowSampleCountPercentiles: "ignore",
        dimensions,
      });
      // Not the alarm on slow responses: a single clone of a large repository triggers it.
      this.responseAlarms.set(targets, [errors.alarmName]);
    }
  }
}

/** The settings in which the alarms on responses differ. */
type ResponseAlarm = Pick<
  CloudwatchMetricAlarmConfig,
  | "alarmDescription"
  | "metricName"
  | "statistic"
  | "extendedStatistic"
  | "threshold"
  | "dimensions"
  | "evaluateLowSampleCountPercentiles"
>;

/** Alarm threshold: 5xx responses per minute, for three consecutive minutes. */
const MOST_ERRORS = 10;

/** Alarm threshold: seconds until the first byte of a response. */
const SLOWEST_SECONDS = 5;
