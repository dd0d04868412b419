import semver from "semver";
import { executeCommand, listTasks, newest } from "../../aws/ecs";
import type { AwsError } from "../../aws/errors";
import { names, type Component } from "../../names";
import { ActionRequired, PlueError } from "../../process/errors";
import { capture, handOver } from "../../process/run";
import { say } from "../../terminal/output";
import { requireTasks, type Environment } from "../environment";
import { requireService } from "../service";

/** Program that implements the protocol of the session that ECS opens. */
const PLUGIN = "session-manager-plugin";

/**
 * Environment variable from which the plugin reads the session. The session's token is a secret, and every user of a
 * machine can read the arguments of its programs.
 */
const SESSION = "AWS_SSM_START_SESSION_RESPONSE";

/** Last version that reads the session from an argument only. Source: the AWS CLI, which checks the same version. */
const TOO_OLD = "1.2.497";

/** Options of a session. */
export interface ExecOptions {
  /** Words of the command. @default a shell */
  readonly words: readonly string[];
  /** Task id. @default the newest running task */
  readonly task?: string;
}

/**
 * Opens a session in a running task and connects it to the terminal.
 * @returns the session's exit code
 */
export async function exec(
  environment: Environment,
  component: Component,
  { words, task: named }: ExecOptions,
): Promise<number> {
  const { name, region } = environment;
  const { title, setting, image: container } = component;
  const service = await requireService(environment, component);
  if (!service.enableExecuteCommand) {
    throw new ActionRequired(
      `ECS Exec is off for the ${title} of ${name}`,
      `Set ${setting}.executeCommand to true in src/environments/${name}.ts,`,
      `then \`plue deploy ${name}\`; only tasks that start after that support it.`,
    );
  }
  requireTasks(environment);
  const serviceName = names.task(name, component);
  const running = (await listTasks(environment, { serviceName }, "RUNNING")).filter(
    ({ lastStatus }) => lastStatus === "RUNNING",
  );
  const task = named ?? newest(running)?.taskArn;
  if (!task) {
    throw new PlueError(`no task of the ${title} is running`, {
      advice: [`Find out why: \`plue status ${name}\`, \`plue doctor ${name}\`.`],
    });
  }
  const command = words.length > 0 ? words.map(quoted).join(" ") : "/bin/sh";
  if (!environment.embedded?.engine) await requirePlugin();
  const session = await executeCommand(environment, { task, container, command }).catch(
    explainRefusal,
  );
  say(`Task ${task.split("/").at(-1)}, container ${container}. Type exit to leave.`);
  const local = /^docker:\/\/(\w+)$/.exec(session?.streamUrl ?? "")?.[1];
  if (local !== undefined) {
    const terminal = process.stdin.isTTY ? ["--tty"] : [];
    return handOver("docker", ["exec", "--interactive", ...terminal, local, "sh", "-c", command]);
  }
  return handOver(PLUGIN, [SESSION, region, "StartSession"], {
    [SESSION]: JSON.stringify(session),
  });
}

/** Quotes a word for a shell: the agent in the task splits the command as a shell does. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function requirePlugin(): Promise<void> {
  const install = "Install AWS's Session Manager plugin: see docs/commands.md.";
  const { stdout } = await capture(PLUGIN, ["--version"]).catch((error: unknown) => {
    if (!(error instanceof ActionRequired)) throw error;
    throw new ActionRequired(error.message, install);
  });
  const version = semver.coerce(stdout);
  if (version === null || semver.gt(version, TOO_OLD)) return;
  throw new ActionRequired(
    `${PLUGIN} ${stdout.trim()} takes the session's token as an argument, which others can read`,
    `${install} Any version after ${TOO_OLD} works.`,
  );
}

function explainRefusal(error: AwsError): never {
  if (error.name !== "TargetNotConnectedException") throw error;
  throw new PlueError("the task's Exec agent does not answer", {
    advice: [
      "A task that started before ECS Exec was on does not support it: run `plue restart`.",
      "The agent also needs ssmmessages permissions and a connection to the internet.",
    ],
  });
}
