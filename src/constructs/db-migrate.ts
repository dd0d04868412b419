import type { Construct } from "constructs";
import type { MigrationSettings } from "../environments/settings";
import type { Database } from "./database";
import { FargateTask, type ContainerProps, type FargateTaskProps } from "./fargate-task";

/** What the migration task needs. */
export interface DbMigrateProps
  extends
    Pick<FargateTaskProps, "environment" | "accountId" | "region" | "network">,
    Pick<ContainerProps, "repository" | "imageTag">,
    MigrationSettings {
  /** What it migrates. */
  readonly database: Database;
}

/** The task that migrates the database: run once after each deployment, it is no service. */
export class DbMigrate extends FargateTask {
  /** Makes the task and lets it into the database. */
  constructor(scope: Construct, id: string, props: DbMigrateProps) {
    const { database } = props;
    super(scope, id, {
      ...props,
      taskName: "plue-db-migrate",
      securityGroupDescription: "Security group for Plue database migrations",
      container: {
        name: "db-migrate",
        repository: props.repository,
        imageTag: props.imageTag,
        secrets: { DATABASE_URL: { secret: database.connectionSecret, jsonKey: "url" } },
        readonlyRootFilesystem: true,
      },
      peers: [database.egressRule],
    });
    database.allowFrom("migrate", this.securityGroup);
  }
}
