import type { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { ServiceSettings } from "../environments/settings";
import { ports, web } from "../names";
import type { Connectable } from "./connections";
import { fargateService, type ServiceContext } from "./fargate-service";

/** What the web app needs. */
export interface WebAppProps extends ServiceContext {
  /** Where its image comes from. */
  readonly repository: EcrRepository;
  /** Tag of its image. */
  readonly imageTag: string;
  /** The environment's settings of it. */
  readonly settings: ServiceSettings;
}

/** Where the page finds the API: the load balancer serves both under one name. */
const API_PATH = "/api";

/** The web app: nginx on 80 with the single-page app. */
export class WebApp extends Construct implements Connectable {
  /** Its name among the connections. */
  readonly part = "web-app";
  /** The security group of its tasks. */
  readonly securityGroup: SecurityGroup;
  /** The service. */
  readonly service: EcsService;

  /** Makes the service. */
  constructor(scope: Construct, id: string, props: WebAppProps) {
    super(scope, id);
    const { repository, imageTag, ...context } = props;
    const { securityGroup, service } = fargateService(this, {
      ...context,
      component: web,
      securityGroupDescription: "Security group for Plue web app",
      targetGroup: props.loadBalancer.webApp,
      container: {
        name: web.image,
        repository,
        imageTag,
        port: ports.web,
        environment: { PORT: String(ports.web), API_ENDPOINT: API_PATH },
        mountPoints: [{ sourceVolume: "tmp", containerPath: "/tmp" }],
        readonlyRootFilesystem: true,
      },
      // The one place that nginx writes to.
      volumes: [{ name: "tmp" }],
    });
    this.securityGroup = securityGroup;
    this.service = service;
  }
}
