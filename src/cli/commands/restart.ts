import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { client } from "../../aws/client";
import { openEnvironment } from "../../operations/environment";
import { names, type Component } from "../../names";
import { componentArgument, environmentArgument, timeoutOption, type Configure } from "../options";
import { next, say } from "../../terminal/output";
import { describeService, waitUntilStable } from "../../operations/service";
import type { EnvironmentSettings } from "../../environments/settings";

/** `plue restart`. */
export const configure: Configure = (command, { projectDir }) => {
  command
    .addArgument(environmentArgument())
    .addArgument(componentArgument())
    .description(
      "Force a new deployment of a service: new tasks of the same revision take the place of the old ones, without an interruption. Waits until it is stable.",
    )
    .addOption(timeoutOption(1200))
    .action(
      async (
        settings: EnvironmentSettings,
        component: Component,
        { timeout }: { timeout: number },
      ) => {
        const environment = await openEnvironment(settings, projectDir);
        const { name } = environment;
        await describeService(environment, component);
        await client(ECSClient, environment).send(
          new UpdateServiceCommand({
            cluster: names.cluster(name),
            service: names.task(name, component),
            forceNewDeployment: true,
          }),
        );
        say(`A new deployment of the ${component.title} has started.`);
        await waitUntilStable(environment, component, timeout);
        next(`\`plue status ${name}\` shows how everything is.`);
      },
    );
};
