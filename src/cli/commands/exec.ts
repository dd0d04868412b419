import { ECSClient, ExecuteCommandCommand } from "@aws-sdk/client-ecs";
import { client } from "../../aws/client";
import { openEnvironment } from "../../operations/environment";
import { CliError, NeedsPerson, type AwsError } from "../../process/errors";
import { names, type Component } from "../../names";
import { componentArgument, environmentArgument, type Configure } from "../options";
import { next, say } from "../../terminal/output";
import { capture, handOver } from "../../process/process";
import { describeService, listTasks } from "../../operations/service";
import type { EnvironmentSettings } from "../../environments/settings";

/** Speaks the protocol of the session that ECS opens. */
const PLUGIN = "session-manager-plugin";

/** `plue exec`. */
export const configure: Configure = (command, { projectDir }) => {
  command
    .addArgument(environmentArgument())
    .addArgument(componentArgument())
    .argument("[command...]", "what to run instead of a shell; put -- before it")
    .description("Open a shell in a running task, by ECS Exec. Needs AWS's Session Manager plugin.")
    .option("--task <id>", "which task (default: the first that runs)")
    .action(
      async (
        settings: EnvironmentSettings,
        component: Component,
        words: string[],
        { task }: { task?: string },
      ) => {
        const environment = await openEnvironment(settings, projectDir);
        const { name, region } = environment;
        const { title, key, image } = component;
        const service = await describeService(environment, component);
        if (!service.enableExecuteCommand) {
          const setting = key === "api" ? "apiServer" : "webApp";
          throw new NeedsPerson(
            `ECS Exec is off for the ${title} of ${name}`,
            `Set ${setting}.executeCommand to true in src/environments/${name}.ts,`,
            `then \`plue deploy ${name}\`; tasks that start from then on can be entered.`,
          );
        }
        const serviceName = names.task(name, component);
        const running =
          task ?? (await listTasks(environment, { serviceName }, "RUNNING"))[0]?.taskArn;
        if (!running) {
          throw new CliError(`no task of the ${title} is running`, {
            advice: [`Find out why: \`plue status ${name}\`, \`plue doctor ${name}\`.`],
          });
        }
        await requirePlugin();
        const { session } = await client(ECSClient, environment)
          .send(
            new ExecuteCommandCommand({
              cluster: names.cluster(name),
              task: running,
              container: image,
              command: words.length > 0 ? words.join(" ") : "/bin/sh",
              interactive: true,
            }),
          )
          .catch(explainRefusal);
        say(`In ${running.split("/").at(-1)}, container ${image}; leave with exit.`);
        process.exitCode = await handOver(PLUGIN, [
          JSON.stringify(session),
          region,
          "StartSession",
        ]);
        next(`\`plue status ${name}\` shows how everything is.`);
      },
    );
};

async function requirePlugin(): Promise<void> {
  try {
    await capture(PLUGIN, ["--version"]);
  } catch (error) {
    if (!(error instanceof NeedsPerson)) throw error;
    throw new NeedsPerson(
      error.message,
      "Install AWS's Session Manager plugin: see docs/commands.md.",
    );
  }
}

function explainRefusal(error: AwsError): never {
  if (error.name !== "TargetNotConnectedException") throw error;
  throw new CliError("the task's Exec agent does not answer", {
    advice: [
      "A task that started before ECS Exec was on cannot be entered: `plue restart`.",
      "The agent also needs ssmmessages permissions and a way to the internet.",
    ],
  });
}
