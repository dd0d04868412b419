import type { Construct } from "constructs";
import { FargateService, type StackServiceProps } from "./fargate-service";
import { WEB_PORT } from "./load-balancer";

/** What the web app needs. */
export interface WebAppProps extends StackServiceProps {
  /** Where the page finds the API. */
  readonly apiUrl: string;
}

/** The web app: nginx on 80 with the single-page app. */
export class WebApp extends FargateService {
  /** Makes the service. */
  constructor(scope: Construct, id: string, props: WebAppProps) {
    super(scope, id, {
      ...props,
      taskName: "plue-web-app",
      securityGroupDescription: "Security group for Plue web app",
      targetGroup: props.loadBalancer.webApp,
      container: {
        name: "web-app",
        repository: props.repository,
        imageTag: props.imageTag,
        port: WEB_PORT,
        environment: { PORT: String(WEB_PORT), API_ENDPOINT: props.apiUrl },
        mountPoints: [{ sourceVolume: "tmp", containerPath: "/tmp" }],
        readonlyRootFilesystem: true,
      },
      // The one place that nginx writes to.
      volumes: [{ name: "tmp" }],
    });
  }
}
