import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { Construct } from "constructs";
import { names, services } from "../names";
import type { Context } from "./context";
import { isNew } from "./legacy";

/** Properties of the notifications. */
export interface EcsEventsProps extends Context {
  /** ARN of the topic that is notified; its policy must let EventBridge publish. */
  readonly alarmTopicArn: string;
}

/**
 * Notifies the topic of events that no metric shows: a failed deployment, and a task of a service that
 * stopped by itself, with the reason. Events of AWS's own services are free of charge.
 */
export class EcsEvents extends Construct {
  /** Creates the rules. */
  constructor(scope: Construct, id: string, props: EcsEventsProps) {
    super(scope, id);
    isNew(this);
    const { environment, accountId, partition, region } = props;
    const ecs = `arn:${partition}:ecs:${region}:${accountId}`;
    const cluster = names.cluster(environment);

    this.notify(props, "deployment_failed", "deployment-failed", {
      description: "ECS gave a deployment up",
      pattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        resources: [{ prefix: `${ecs}:service/${cluster}/` }],
        detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
      },
      fields: { service: "$.resources[0]", reason: "$.detail.reason" },
      text: "A deployment failed: <service>. Reason: <reason>",
    });
    this.notify(props, "task_stopped", "task-stopped", {
      description: "A task of a service ended by itself, or did not start",
      pattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        detail: {
          clusterArn: [`${ecs}:cluster/${cluster}`],
          lastStatus: ["STOPPED"],
          // Not the migration task, which stops when it is done.
          group: services.map((component) => `service:${names.task(environment, component)}`),
          // Tasks that deployments and scaling stop have another code.
          stopCode: ["EssentialContainerExited", "TaskFailedToStart"],
        },
      },
      fields: {
        group: "$.detail.group",
        task: "$.detail.taskArn",
        code: "$.detail.stopCode",
        reason: "$.detail.stoppedReason",
      },
      text: "A task of <group> stopped (<code>). Reason: <reason>. Task: <task>",
    });
  }

  private notify(
    { environment, alarmTopicArn }: EcsEventsProps,
    resource: string,
    name: string,
    event: {
      readonly description: string;
      readonly pattern: object;
      /** Fields of the text, with their paths in the event. */
      readonly fields: Readonly<Record<string, string>>;
      readonly text: string;
    },
  ): void {
    const rule = new CloudwatchEventRule(this, `aws_cloudwatch_event_rule.${resource}`, {
      name: `${names.alarmPrefix(environment)}${name}`,
      description: event.description,
      eventPattern: JSON.stringify(event.pattern),
    });
    new CloudwatchEventTarget(this, `aws_cloudwatch_event_target.${resource}`, {
      rule: rule.name,
      targetId: "alerts",
      arn: alarmTopicArn,
      inputTransformer: {
        inputPaths: { ...event.fields },
        inputTemplate: JSON.stringify(event.text),
      },
    });
  }
}
