import type { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { ServiceSettings } from "../environments/settings";
import { api, ports } from "../names";
import type { Connectable } from "./connections";
import type { Database } from "./database";
import { fargateService, type ServiceContext } from "./fargate-service";
import type { Storage } from "./storage";

/** What the API server needs. */
export interface ApiServerProps extends ServiceContext {
  /** It reads the connection secret and connects. */
  readonly database: Database;
  /** It keeps git repositories there. */
  readonly storage: Storage;
  /** Where its image comes from. */
  readonly repository: EcrRepository;
  /** Tag of its image. */
  readonly imageTag: string;
  /** The environment's settings of it. */
  readonly settings: ServiceSettings;
}

const GIT_REPOS = "git-repos";

/** The API server: HTTP on 8000, PostgreSQL, and the git repositories under /git-repos. */
export class ApiServer extends Construct implements Connectable {
  /** Its name among the connections. */
  readonly part = "api-server";
  /** The security group of its tasks. */
  readonly securityGroup: SecurityGroup;
  /** The service. */
  readonly service: EcsService;

  /** Makes the service. */
  constructor(scope: Construct, id: string, props: ApiServerProps) {
    super(scope, id);
    const { database, storage, repository, imageTag, ...context } = props;
    const { securityGroup, service } = fargateService(this, {
      ...context,
      component: api,
      securityGroupDescription: "Security group for Plue API server",
      targetGroup: props.loadBalancer.apiServer,
      container: {
        name: api.image,
        repository,
        imageTag,
        command: ["server"],
        port: ports.api,
        environment: { PORT: String(ports.api) },
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
      waitFor: [database.connectionSecretVersion, ...storage.neededToMount],
    });
    this.securityGroup = securityGroup;
    this.service = service;
  }
}
