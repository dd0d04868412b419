import type { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import type { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { MigrationSettings } from "../environments/settings";
import { migrate } from "../names";
import type { Connectable } from "./connections";
import type { Database } from "./database";
import { fargateTask, type TaskContext } from "./fargate-task";
import { isNew } from "./legacy";

/** What the migration task needs. */
export interface DbMigrateProps extends TaskContext {
  /** What it migrates. */
  readonly database: Database;
  /** Where its image comes from. */
  readonly repository: EcrRepository;
  /** Tag of its image. */
  readonly imageTag: string;
  /** The environment's settings of it. */
  readonly settings: MigrationSettings;
}

/** The task that migrates the database: run once after each deployment, it is no service. */
export class DbMigrate extends Construct implements Connectable {
  /** Its name among the connections. */
  readonly part = "db-migrate";
  /** The task's security group. */
  readonly securityGroup: SecurityGroup;
  /** The task definition. */
  readonly taskDefinition: EcsTaskDefinition;

  /** Makes the task. */
  constructor(scope: Construct, id: string, props: DbMigrateProps) {
    super(scope, id);
    const { database, repository, imageTag, settings, ...context } = props;
    const { securityGroup, taskDefinition, roles, rolePolicies } = fargateTask(this, {
      ...context,
      ...settings,
      component: migrate,
      securityGroupDescription: "Security group for Plue database migrations",
      container: {
        name: migrate.image,
        repository,
        imageTag,
        secrets: { DATABASE_URL: { secret: database.connectionSecret, jsonKey: "url" } },
        readonlyRootFilesystem: true,
      },
    });
    // The old project's task had no role or security group of its own.
    isNew(securityGroup, ...roles, ...rolePolicies);
    this.securityGroup = securityGroup;
    this.taskDefinition = taskDefinition;
  }
}
