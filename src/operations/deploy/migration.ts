import type { Task } from "@aws-sdk/client-ecs";
import { describeTask, listTasks, newest, runTask, whyStopped } from "../../aws/ecs";
import { lastLines, newestStream, StreamReader } from "../../aws/logs";
import { migrate, names } from "../../names";
import { ActionRequired, PlueError } from "../../process/errors";
import { onInterrupt } from "../../process/interrupt";
import { data, say } from "../../terminal/output";
import { waitFor } from "../../terminal/wait";
import type { Output } from "../../terraform/terraform";
import type { Environment } from "../environment";

/**
 * Runs the migration task, prints its log to standard output, and waits until it stops.
 * @param outputs outputs of the stack: task definition, subnets, security group
 * @param timeout longest wait, in seconds
 * @returns the container's exit code
 * @throws PlueError if the task did not start, or runs for longer
 */
export async function runMigration(
  environment: Environment,
  outputs: Record<string, Output>,
  timeout: number,
): Promise<number> {
  const { name } = environment;
  const value = <T>(output: string) => {
    if (!(output in outputs)) {
      throw new ActionRequired(
        `${name} is not deployed: its state has no output ${output}`,
        `Deploy first, including the migrations: \`plue deploy ${name} --migrate\`.`,
      );
    }
    return outputs[output]!.value as T;
  };
  const cluster = value<string>("ecs_cluster_name");
  const started = await runTask(environment, {
    cluster,
    taskDefinition: value<string>("migrate_task_definition_arn"),
    subnets: value<string[]>("private_subnet_ids"),
    securityGroups: [value<string>("migrate_security_group_id")],
    startedBy: "plue-migrate",
  });
  if ("refused" in started) {
    throw new PlueError(`ECS did not start the migration task: ${started.refused}`, {
      advice: ["Nothing ran. If AWS has no capacity, run the same command again later."],
    });
  }
  const { arn } = started;
  const id = arn.split("/").at(-1)!;
  const goOn = [
    `Follow the task: \`plue logs ${name} migrate --follow\`.`,
    `Stop it: aws ecs stop-task --region ${environment.region} --cluster ${cluster} --task ${id}`,
  ];
  say(`The migration task ${id} starts.`);
  onInterrupt([`The migration task ${id} continues to run.`, ...goOn].join("\n"));

  const group = names.logGroup(name, migrate);
  const log = new StreamReader(environment, group, names.logStream(migrate, id));
  const passOn = async () => (await log.read()).forEach(data);
  const task = await waitFor<Task>({
    what: "The migration",
    timeout,
    interval: 2,
    advice: [`The task ${id} goes on.`, ...goOn],
    look: async () => {
      const task = await describeTask(environment, cluster, arn);
      await passOn();
      const status = task?.lastStatus ?? "UNKNOWN";
      return status === "STOPPED" ? { done: task! } : { waiting: status };
    },
  });
  await passOn();
  const { exitCode } = task.containers?.find(({ name }) => name === migrate.image) ?? {};
  if (exitCode === undefined) {
    const why = whyStopped(task);
    throw new PlueError(`the migration did not start: ${why}`, {
      advice: remedy(environment, why),
    });
  }
  say(
    exitCode === 0 ? "The migration is done." : `The migration failed with exit code ${exitCode}.`,
  );
  return exitCode;
}

function remedy({ name }: Environment, why: string): string[] {
  if (/CannotPull|pull image/i.test(why)) {
    return [`Push the image: \`plue images ${name} --source PATH\`, then deploy its tag.`];
  }
  if (/secret|ResourceInitialization/i.test(why)) {
    return [`Find the secret, role or route at fault: \`plue doctor ${name}\`.`];
  }
  return [`Look further: \`plue doctor ${name}\`.`];
}

/** Result of the last migration, in one line. ECS forgets stopped tasks after about an hour. */
export async function lastMigration(environment: Environment): Promise<string> {
  const family = names.task(environment.name, migrate);
  const tasks = await Promise.all([
    listTasks(environment, { family }, "RUNNING"),
    listTasks(environment, { family }, "STOPPED"),
  ]);
  const last = newest(tasks.flat());
  if (last && last.lastStatus !== "STOPPED") {
    return `${last.lastStatus === "RUNNING" ? "running" : "starting"} since ${time(last)}`;
  }
  if (last) {
    const { exitCode } = last.containers?.find(({ name }) => name === migrate.image) ?? {};
    if (exitCode === undefined) return `never started: ${whyStopped(last)}`;
    return exitCode === 0
      ? `done ${time(last)}`
      : `failed with exit code ${exitCode} ${time(last)}`;
  }
  const group = names.logGroup(environment.name, migrate);
  const stream = await newestStream(environment, group);
  const [line] = stream === undefined ? [] : await lastLines(environment, group, stream, 1);
  return line ?? "none in ECS or the log";
}

const time = ({ stoppedAt, createdAt }: Task) => (stoppedAt ?? createdAt)?.toISOString() ?? "";
