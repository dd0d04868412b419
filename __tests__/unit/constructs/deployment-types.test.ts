import { existsSync } from "node:fs";
import { join } from "node:path";
import { Testing } from "cdktf";
import { local } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { describeWith } from "../../support/machine";
import { project } from "../../support/plue";
import { synthesize, type Block } from "../../support/stack";

// Where `npm run versions` installs the bindings that were generated from a provider that knows it.
const bindings = join(
  project,
  ".cache/versions/bindings-for-AWS-provider-6/node_modules/@cdktf/provider-aws/lib/ecs-service",
);
const installed = existsSync(bindings)
  ? { path: bindings }
  : { missing: "the bindings for AWS provider 6 are not installed (npm run versions)" };

const hook = "arn:aws:lambda:us-east-1:123456789012:function:migrate";
const deployment: EnvironmentSettings["apiServer"]["deployment"] = {
  strategy: "canary",
  bakeTimeMinutes: 10,
  canaryPercent: 2.5,
  canaryBakeTimeMinutes: 15,
  hooks: [{ lambdaArn: hook, stages: ["PRE_SCALE_UP"] }],
};

describeWith([installed])("Terraform text that cdktf has no types for", () => {
  test("equals the output of the bindings for AWS provider 6", () => {
    const service = synthesize({
      ...local,
      apiServer: { ...local.apiServer, deployment },
    }).resource("aws_ecs_service.api_server");
    const [loadBalancer] = service.load_balancer as [Block];
    const advanced = loadBalancer.advanced_configuration as Block;

    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { EcsService } = require(bindings) as { EcsService: new (...args: unknown[]) => unknown };
    const made = Testing.synthScope((scope) => {
      new EcsService(scope, "service", {
        name: "service",
        deploymentConfiguration: {
          strategy: "CANARY",
          bakeTimeInMinutes: "10",
          canaryConfiguration: { canaryPercent: 2.5, canaryBakeTimeInMinutes: "15" },
          lifecycleHook: [
            {
              hookTargetArn: hook,
              lifecycleStages: ["PRE_SCALE_UP"],
              roleArn: advanced.role_arn as string,
            },
          ],
        },
        loadBalancer: [
          {
            containerName: loadBalancer.container_name as string,
            containerPort: loadBalancer.container_port as number,
            targetGroupArn: loadBalancer.target_group_arn as string,
            advancedConfiguration: {
              alternateTargetGroupArn: advanced.alternate_target_group_arn as string,
              productionListenerRule: advanced.production_listener_rule as string,
              roleArn: advanced.role_arn as string,
            },
          },
        ],
      });
    });
    const typed = (JSON.parse(made) as Block).resource.aws_ecs_service.service as Block;
    expect(service.deployment_configuration).toEqual(typed.deployment_configuration);
    expect(service.load_balancer).toEqual(typed.load_balancer);
  });
});
