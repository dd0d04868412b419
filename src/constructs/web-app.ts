import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { ServiceSettings } from "../environments/settings";
import { ports, web } from "../names";
import type { Connectable } from "./connections";
import type { PartProps } from "./context";
import type { ImageProps } from "./fargate-task";
import { fargateService, type ServiceContext } from "./fargate-service";

/** Properties of the web app. */
export type WebAppProps = ServiceContext & PartProps<ServiceSettings> & ImageProps;

/** Path of the API: the load balancer serves page and API under one name. */
const API_PATH = "/api";

/** The web app: nginx on 80 with the single-page app. */
export class WebApp extends Construct implements Connectable {
  /** Name in `connections` of src/names.ts. */
  readonly part = "web-app";
  /** The security group of its tasks. */
  readonly securityGroup: SecurityGroup;
  /** The service. */
  readonly service: EcsService;

  /** Creates the service. */
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
        user: "101:101",
        // It listens on port 80.
        capabilities: ["NET_BIND_SERVICE"],
      },
      // nginx writes to this directory only.
      volumes: [{ name: "tmp" }],
    });
    this.securityGroup = securityGroup;
    this.service = service;
  }
}
