import type { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import { hasProxy, type ApiServerSettings } from "../environments/settings";
import { api, ports } from "../names";
import type { Cache } from "./cache";
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
  /** It connects, by REDIS_URL. @default none */
  readonly cache?: Cache;
  /** Where its image comes from. */
  readonly repository: EcrRepository;
  /** Tag of its image. */
  readonly imageTag: string;
  /** The environment's settings of it. */
  readonly settings: ApiServerSettings;
}

const GIT_REPOS = "git-repos";
const TMP = "tmp";

/**
 * The API server: HTTP on 8000, PostgreSQL, and the git repositories under /git-repos. Before it, in
 * the same task and of the same image, nginx on 8080, unless another part or none rewrites URLs.
 */
export class ApiServer extends Construct implements Connectable {
  /** Its name among the connections. */
  readonly part = "api-server";
  /** The security group of its tasks. */
  readonly securityGroup: SecurityGroup;
  /** The service. */
  readonly service: EcsService;
  /** Whether nginx stands before it. */
  readonly proxied: boolean;

  /** Makes the service. */
  constructor(scope: Construct, id: string, props: ApiServerProps) {
    super(scope, id);
    const { database, storage, cache, repository, imageTag, ...context } = props;
    this.proxied = hasProxy(props.settings);
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
        environment: { PORT: String(ports.api), ...(cache ? { REDIS_URL: cache.url } : {}) },
        secrets: { DATABASE_URL: { secret: database.connectionSecret, jsonKey: "url" } },
        mountPoints: [{ sourceVolume: GIT_REPOS, containerPath: "/git-repos" }],
      },
      proxy: this.proxied
        ? {
            name: "api-proxy",
            repository,
            imageTag,
            command: ["proxy"],
            port: ports.apiProxy,
            environment: { PORT: String(ports.apiProxy) },
            mountPoints: [{ sourceVolume: TMP, containerPath: "/tmp" }],
            readonlyRootFilesystem: true,
            startsAfter: api.image,
          }
        : undefined,
      volumes: [
        // The one place that nginx writes to.
        ...(this.proxied ? [{ name: TMP }] : []),
        {
          name: GIT_REPOS,
          efsVolumeConfiguration: {
            fileSystemId: storage.fileSystem.id,
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: storage.gitRepos.id, iam: "ENABLED" },
          },
        },
      ],
      taskStatements: {
        efs: storage.writeStatement,
        ...(cache ? { cache: cache.connectStatement } : {}),
      },
      waitFor: [database.connectionSecretVersion, ...storage.neededToMount],
    });
    this.securityGroup = securityGroup;
    this.service = service;
  }
}
