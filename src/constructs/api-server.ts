import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import { Annotations } from "../cdktf";
import { hasProxy, type ApiServerSettings } from "../environments/settings";
import { api, ports } from "../names";
import type { Cache } from "./cache";
import type { Connectable } from "./connections";
import type { Database } from "./database";
import { fargateService, type ServiceContext } from "./fargate-service";
import type { PartProps } from "./context";
import type { ImageProps } from "./fargate-task";
import type { Storage } from "./storage";

/** Properties of the API server. */
export interface ApiServerProps extends ServiceContext, PartProps<ApiServerSettings>, ImageProps {
  /** Database; the API server reads its connection secret. */
  readonly database: Database;
  /** File system of the git repositories. */
  readonly storage: Storage;
  /** Cache, at `REDIS_URL`. @default none */
  readonly cache?: Cache;
}

const GIT_REPOS = "git-repos";
const TMP = "tmp";
/** The user of the image, and the owner that the access point gives every file. */
const USER = "1000:1000";

/**
 * The API server: HTTP on 8000, PostgreSQL, and the git repositories under /git-repos. If it rewrites
 * URLs itself, nginx on 8080 runs in front of it, in the same task and from the same image.
 */
export class ApiServer extends Construct implements Connectable {
  /** Name in `connections` of src/names.ts. */
  readonly part = "api-server";
  /** The security group of its tasks. */
  readonly securityGroup: SecurityGroup;
  /** The service. */
  readonly service: EcsService;
  /** Flag: nginx runs in front of it. */
  readonly proxied: boolean;

  /** Creates the service. */
  constructor(scope: Construct, id: string, props: ApiServerProps) {
    super(scope, id);
    const { database, storage, cache, repository, imageTag, ...context } = props;
    this.proxied = hasProxy(props.settings);
    if (!this.proxied) {
      Annotations.of(this).addWarning(
        `apiServer.urlRewrite is "${props.settings.urlRewrite}": Plue closes a kept connection after 5 seconds, the load balancer later, and a request between the two gets a 502. "proxy" avoids it.`,
      );
    }
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
        user: USER,
        mountPoints: [
          { sourceVolume: GIT_REPOS, containerPath: "/git-repos" },
          { sourceVolume: TMP, containerPath: "/tmp" },
        ],
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
            user: USER,
            startsAfter: api.image,
          }
        : undefined,
      volumes: [
        // Besides the repositories, the programs write to this directory only.
        { name: TMP },
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
