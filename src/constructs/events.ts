import { DbEventSubscription } from "@cdktf/provider-aws/lib/db-event-subscription";
import { Construct } from "constructs";
import { names, services } from "../names";
import type { Alerts } from "./alerts";
import type { Context } from "./context";
import type { Database } from "./database";
import { notifyOf } from "./event-notification";
import { isNew } from "./legacy";

/**
 * Notifies the topic of ECS events that no metric shows: a failed deployment, a task that has no place to run,
 * and a task of a service that stopped by itself, with the reason.
 */
export class EcsEvents extends Construct {
  /** Creates the rules. */
  constructor(scope: Construct, id: string, context: Context) {
    super(scope, id);
    isNew(this);
    const { environment, accountId, partition, region } = context;
    const ecs = `arn:${partition}:ecs:${region}:${accountId}`;
    const cluster = names.cluster(environment);
    const ofServices = [{ prefix: `${ecs}:service/${cluster}/` }];

    notifyOf(this, context, {
      name: "deployment-failed",
      description: "ECS gave a deployment up",
      pattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        resources: ofServices,
        detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
      },
      fields: { service: "$.resources[0]", reason: "$.detail.reason" },
      text: "A deployment failed: <service>. Reason: <reason>",
    });
    // Source: "Amazon ECS service action events", Amazon ECS developer guide.
    notifyOf(this, context, {
      name: "task-not-placed",
      description: "AWS has no capacity for a task of a service",
      pattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Service Action"],
        resources: ofServices,
        detail: { eventName: ["SERVICE_TASK_PLACEMENT_FAILURE"] },
      },
      fields: { service: "$.resources[0]", reason: "$.detail.reason" },
      text: "A task could not be placed: <service>. Reason: <reason>",
    });
    notifyOf(this, context, {
      name: "task-stopped",
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
}

/** Properties of the notifications of events of the database. */
export interface DatabaseEventsProps extends Context {
  /** The topic. */
  readonly alerts: Alerts;
  /** The database. */
  readonly database: Database;
}

/** Notifies the topic of events of the database that no metric shows. */
export class DatabaseEvents extends Construct {
  /** Creates the rule and the subscriptions. */
  constructor(scope: Construct, id: string, props: DatabaseEventsProps) {
    super(scope, id);
    const { alerts, database, ...context } = props;
    const { environment, accountId, partition, region } = context;
    notifyOf(this, context, {
      name: "database-event",
      description: "A failover, a failure, low storage, maintenance or a recovery of the database",
      // Source: "Amazon RDS event categories and event messages", Amazon RDS user guide.
      pattern: {
        source: ["aws.rds"],
        "detail-type": ["RDS DB Instance Event"],
        resources: [
          `arn:${partition}:rds:${region}:${accountId}:db:${names.database(environment)}`,
        ],
        detail: {
          EventCategories: [
            ...["failover", "failure", "low storage", "maintenance", "recovery", "restoration"],
          ],
        },
      },
      fields: { database: "$.resources[0]", message: "$.detail.Message" },
      text: "The database reports: <message> Database: <database>",
    });
    // AWS's reviews look for a subscription, not for a rule of EventBridge.
    const subscribe = (subject: string, sourceIds?: string[], ...also: string[]) =>
      new DbEventSubscription(this, `aws_db_event_subscription.${subject}_group`, {
        name: `${names.alarmPrefix(environment)}${subject}-group`,
        snsTopic: alerts.topic.arn,
        sourceType: `db-${subject}-group`,
        sourceIds,
        eventCategories: ["configuration change", ...also],
        dependsOn: [alerts.policy],
      });
    subscribe("parameter", [database.parameterGroup.name]);
    subscribe("security", undefined, "failure");
    isNew(this);
  }
}
