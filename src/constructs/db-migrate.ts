import type { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { MigrationSettings } from "../environments/settings";
import { migrate } from "../names";
import type { Connectable } from "./connections";
import type { Database } from "./database";
import { fargateTask, type ImageProps, type TaskContext } from "./fargate-task";
import type { PartProps } from "./context";
import { isNew } from "./legacy";

/** Properties of the migration task. */
export interface DbMigrateProps extends TaskContext, PartProps<MigrationSettings>, ImageProps {
  /** Database to migrate. */
  readonly database: Database;
}

/** The task that migrates the database. It runs once after each deployment. */
export class DbMigrate extends Construct implements Connectable {
  /** Name in `connections` of src/names.ts. */
  readonly part = "db-migrate";
  /** The task's security group. */
  readonly securityGroup: SecurityGroup;
  /** The task definition. */
  readonly taskDefinition: EcsTaskDefinition;

  /** Creates the task. */
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
        user: "1000:1000",
      },
    });
    // In the old project the task had no role or security group of its own.
    isNew(securityGroup, ...roles, ...rolePolicies);
    this.securityGroup = securityGroup;
    this.taskDefinition = taskDefinition;
  }
}
