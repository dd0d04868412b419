import type { Construct } from "constructs";
import { reference } from "./reference";
import type { Database } from "./database";
import { FargateService, type StackServiceProps } from "./fargate-service";
import { API_PORT } from "./load-balancer";
import type { Storage } from "./storage";

/** What the API server needs. */
export interface ApiServerProps extends StackServiceProps {
  /** It reads the connection secret and connects. */
  readonly database: Database;
  /** It keeps git repositories there. */
  readonly storage: Storage;
}

const GIT_REPOS = "git-repos";

/** The API server: HTTP on 8000, PostgreSQL, and the git repositories under /git-repos. */
export class ApiServer extends FargateService {
  /** Makes the service and lets it into database and file system. */
  constructor(scope: Construct, id: string, props: ApiServerProps) {
    const { database, storage } = props;
    super(scope, id, {
      ...props,
      taskName: "plue-api-server",
      securityGroupDescription: "Security group for Plue API server",
      targetGroup: props.loadBalancer.apiServer,
      container: {
        name: "api-server",
        repository: props.repository,
        imageTag: props.imageTag,
        command: ["server"],
        port: API_PORT,
        environment: { PORT: String(API_PORT) },
        secrets: { DATABASE_URL: { secret: database.connectionSecret, jsonKey: "url" } },
        mountPoints: [{ sourceVolume: GIT_REPOS, containerPath: "/git-repos" }],
      },
      volumes: [
        {
          name: GIT_REPOS,
          efsVolumeConfiguration: {
            fileSystemId: storage.fileSystem.id,
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: storage.gitRepos.id, iam: "ENABLED" },
          },
        },
      ],
      taskStatements: { efs: storage.writeStatement },
      peers: [database.egressRule, storage.egressRule],
      waitFor: [database.connectionSecretVersion, ...storage.mountable],
    });
    // The rules name this service's group, and the service does not start before them.
    this.service.dependsOn = [
      ...(this.service.dependsOn ?? []),
      reference(database.allowFrom("api", this.securityGroup)),
      reference(storage.allowFrom("api", this.securityGroup)),
    ];
  }
}
