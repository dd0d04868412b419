import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import type { Construct } from "constructs";
import type { DeploymentSettings } from "../environments/options";
import { names, type Component } from "../names";
import type { PartProps } from "./context";
import { policyDocument, trustService } from "./iam";
import { isNew } from "./legacy";
import type { LoadBalancer } from "./load-balancer";
import { metricAlarm } from "./metric-alarm";
import { setDeploymentStrategy } from "./raw-terraform";
import { reference } from "./reference";

/** Properties of the blue/green or canary deployment. */
export interface TrafficShiftProps extends PartProps<DeploymentSettings> {
  /** Component, which names the service. */
  readonly component: Component;
  /** The service. */
  readonly service: EcsService;
  /** The load balancer whose rule ECS changes. */
  readonly loadBalancer: LoadBalancer;
  /** The service's target group, which serves until the first deployment. */
  readonly targetGroup: LbTargetGroup;
}

/**
 * Lets ECS start new tasks in a second target group, and move the requests to them by the weights of a
 * listener rule. An alarm on the errors of either group triggers a rollback.
 *
 * Cost: the service's tasks twice, during a deployment; $0.10 a month for each of three alarms.
 * @param scope construct of the service; its id is the prefix of the resources' names
 * @returns the second target group
 */
export function shiftTraffic(scope: Construct, props: TrafficShiftProps): LbTargetGroup {
  const { environment, component, service, loadBalancer, targetGroup, settings } = props;
  const { id } = scope.node;
  const second = loadBalancer.secondTargets(component, targetGroup);
  const hooks = settings.hooks ?? [];

  const name = `${names.task(environment, component)}-deployment`;
  const role = new IamRole(scope, `aws_iam_role.${id}_deployment`, {
    name,
    assumeRolePolicy: trustService("ecs.amazonaws.com", props.accountId),
  });
  const policies = [
    new IamRolePolicyAttachment(scope, `aws_iam_role_policy_attachment.${id}_deployment`, {
      role: role.name,
      policyArn: `arn:${props.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers`,
    }),
    ...(hooks.length > 0
      ? [
          new IamRolePolicy(scope, `aws_iam_role_policy.${id}_deployment_hooks`, {
            name: `${name}-hooks`,
            role: role.id,
            policy: policyDocument({
              Action: "lambda:InvokeFunction",
              Resource: [...new Set(hooks.map(({ lambdaArn }) => lambdaArn))],
            }),
          }),
        ]
      : []),
  ];

  const percent = settings.rollbackErrorPercent;
  const alarms = (
    [
      ["", targetGroup],
      ["_2", second.targetGroup],
    ] as const
  ).map(([suffix, group]) => {
    const metric = (metricName: string) => ({
      namespace: "AWS/ApplicationELB",
      metricName,
      stat: "Sum",
      period: 60,
      dimensions: {
        LoadBalancer: loadBalancer.lb.arnSuffix,
        TargetGroup: group.arnSuffix,
      },
    });
    const resource = `${id}_deployment_errors${suffix}`;
    return metricAlarm(scope, resource, names.deploymentAlarm(component, suffix !== ""), props, {
      alarmDescription: `More than ${percent} % of the ${component.title}'s answers are errors (5xx): a deployment turns back`,
      threshold: percent,
      evaluationPeriods: 1,
      // Without errors there is no data.
      treatMissingData: "notBreaching",
      metricQuery: [
        { id: "errors", metric: metric("HTTPCode_Target_5XX_Count") },
        { id: "requests", metric: metric("RequestCount") },
        {
          id: "percent",
          expression: "100 * errors / requests",
          label: "answers that are errors, in percent",
          returnData: true,
        },
      ],
    });
  });
  isNew(role, ...policies, ...alarms);

  service.putAlarms({
    enable: true,
    rollback: true,
    alarmNames: alarms.map(({ alarmName }) => alarmName),
  });
  // The strategy supports no circuit breaker, and an omitted argument would keep the old value.
  service.putDeploymentCircuitBreaker({ enable: false, rollback: false });
  setDeploymentStrategy(service, {
    strategy: settings.strategy === "canary" ? "CANARY" : "BLUE_GREEN",
    bakeTimeMinutes: settings.bakeTimeMinutes,
    canary:
      settings.strategy === "canary"
        ? {
            percent: settings.canaryPercent,
            bakeTimeMinutes: settings.canaryBakeTimeMinutes,
          }
        : undefined,
    hooks,
    secondTargetGroupArn: second.targetGroup.arn,
    ruleArn: second.ruleArn,
    roleArn: role.arn,
  });
  service.dependsOn = [
    ...(service.dependsOn ?? []),
    ...[...second.rules, ...policies].map((resource) => reference(resource)),
  ];
  return second.targetGroup;
}
