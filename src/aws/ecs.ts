import {
  ECS,
  paginateListTasks,
  type RunTaskCommandInput,
  type Service,
  type ServiceDeployment,
  type Session,
  type Task,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { names, type Component } from "../names";
import { client, type AwsEnvironment } from "./client";
import { isNotServed, unlessMissing } from "./errors";
import { retryWhile } from "./retry";

/** A service as ECS describes it; undefined if there is none that is active. */
export async function describeService(
  environment: AwsEnvironment,
  component: Component,
): Promise<Service | undefined> {
  const { name } = environment;
  const found = await unlessMissing(() =>
    client(ECS, environment).describeServices({
      cluster: names.cluster(name),
      services: [names.task(name, component)],
    }),
  );
  return found?.services?.find(({ status }) => status === "ACTIVE");
}

/** Takes the alarms off a service's deployments; does nothing where there is no service. */
export async function withoutAlarms(
  environment: AwsEnvironment,
  component: Component,
): Promise<void> {
  const service = await describeService(environment, component);
  if (!service?.deploymentConfiguration?.alarms?.alarmNames?.length) return;
  await client(ECS, environment).updateService({
    cluster: service.clusterArn,
    service: service.serviceName,
    deploymentConfiguration: {
      ...service.deploymentConfiguration,
      alarms: { alarmNames: [], enable: false, rollback: false },
    },
  });
}

/** Replaces all tasks of a service, with the same task definition. */
export async function forceNewDeployment(
  environment: AwsEnvironment,
  component: Component,
): Promise<void> {
  const { name } = environment;
  await client(ECS, environment).updateService({
    cluster: names.cluster(name),
    service: names.task(name, component),
    forceNewDeployment: true,
  });
}

/** The deployment that a service is to have: the one started last. */
export function primaryDeployment({ deployments = [] }: Service) {
  return deployments.find(({ status }) => status === "PRIMARY");
}

/**
 * The deployment of a service that was started last, as ECS keeps its history; undefined if there is
 * none. It has what `deployments` of the service does not: the stage, and a rollback.
 */
export async function newestServiceDeployment(
  environment: AwsEnvironment,
  component: Component,
): Promise<ServiceDeployment | undefined> {
  const ecs = client(ECS, environment);
  const { serviceDeployments: listed = [] } = await ecs.listServiceDeployments({
    cluster: names.cluster(environment.name),
    service: names.task(environment.name, component),
  });
  const time = ({ createdAt }: { createdAt?: Date }) => createdAt?.getTime() ?? 0;
  const arn = listed.toSorted((one, other) => time(other) - time(one))[0]?.serviceDeploymentArn;
  if (arn === undefined) return undefined;
  const { serviceDeployments = [] } = await ecs.describeServiceDeployments({
    serviceDeploymentArns: [arn],
  });
  return serviceDeployments[0];
}

/** A task definition, by its ARN or family; undefined if there is none. */
export async function describeTaskDefinition(
  environment: AwsEnvironment,
  taskDefinition: string,
): Promise<TaskDefinition | undefined> {
  const found = await unlessMissing(
    () => client(ECS, environment).describeTaskDefinition({ taskDefinition }),
    /^ClientException|NotFound/,
  );
  return found?.taskDefinition;
}

/** The image tag in a task definition. */
export function tagOfTaskDefinition(definition: TaskDefinition | undefined): string {
  return tagOf(definition?.containerDefinitions?.[0]?.image ?? "");
}

/** The tag in an image's reference: `latest` where it names none. */
export function tagOf(image: string): string {
  return /:([^:/@]+)$/.exec(image)?.[1] ?? "latest";
}

/** The tasks of a service, or of a family that is no service. */
export async function listTasks(
  environment: AwsEnvironment,
  of: { readonly serviceName: string } | { readonly family: string },
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<Task[]> {
  const ecs = client(ECS, environment);
  const cluster = names.cluster(environment.name);
  const found: Task[] = [];
  // A page has at most 100 tasks, which is what DescribeTasks takes.
  for await (const { taskArns: tasks = [] } of paginateListTasks(
    { client: ecs },
    { cluster, desiredStatus, ...of },
  )) {
    if (tasks.length === 0) continue;
    found.push(...((await ecs.describeTasks({ cluster, tasks })).tasks ?? []));
  }
  return found;
}

/** The task that was made last; ECS lists tasks in no order. */
export function newest(tasks: readonly Task[]): Task | undefined {
  return byAge(tasks)[0];
}

/** Tasks, the one that was made last first. */
export function byAge(tasks: readonly Task[]): Task[] {
  const time = ({ createdAt }: Task) => createdAt?.getTime() ?? 0;
  return tasks.toSorted((one, other) => time(other) - time(one));
}

/** The state of a service's deployment, in one line. */
export function deploymentState({ deployments = [], runningCount, desiredCount }: Service): string {
  const old = deployments.length - 1;
  const leaving = old > 0 ? `, ${old} older deployment${old > 1 ? "s" : ""} still there` : "";
  return `${runningCount} of ${desiredCount} running${leaving}`;
}

/** Why a task stopped: ECS's reason, and each container's exit code or reason. */
export function whyStopped({ stoppedReason, containers = [] }: Task): string {
  const details = containers.flatMap(({ name, exitCode, reason }) =>
    reason || exitCode
      ? [`${name}: ${[reason, exitCode && `exit code ${exitCode}`].filter(Boolean).join(", ")}`]
      : [],
  );
  return [stoppedReason || "ECS gives no reason", ...details].join("; ");
}

/** A task to run once. */
export interface TaskToRun {
  /** ARN or family. */
  readonly taskDefinition: string;
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /**
   * The name of the starter, which the task keeps: letters, digits, `-` and `_`, at most 128.
   * Source: startedBy of RunTask in the ECS API reference.
   */
  readonly startedBy: string;
}

/** Starts a task in private subnets; returns its ARN, or why ECS did not start it. */
export async function runTask(
  environment: AwsEnvironment,
  { taskDefinition, cluster, subnets, securityGroups, startedBy }: TaskToRun,
): Promise<{ readonly arn: string } | { readonly refused: string }> {
  const task: RunTaskCommandInput = {
    cluster,
    taskDefinition,
    launchType: "FARGATE",
    startedBy,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...subnets],
        securityGroups: [...securityGroups],
        assignPublicIp: "DISABLED",
      },
    },
  };
  // A role that was just made cannot be assumed for some seconds.
  const { tasks = [], failures = [] } = await retryWhile(
    ({ name, message }) => name === "ClientException" && /unable to assume/.test(message),
    () => client(ECS, environment).runTask(task),
  );
  const arn = tasks[0]?.taskArn;
  if (arn) return { arn };
  const reasons = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(" "));
  return { refused: reasons.join("; ") || "ECS gives no reason" };
}

/** A task by its ARN. */
export async function describeTask(
  environment: AwsEnvironment,
  cluster: string,
  arn: string,
): Promise<Task | undefined> {
  const { tasks = [] } = await client(ECS, environment).describeTasks({ cluster, tasks: [arn] });
  return tasks[0];
}

/** Opens a session in a container, for the Session Manager plugin. */
export async function executeCommand(
  environment: AwsEnvironment,
  { task, container, command }: { task: string; container: string; command: string },
): Promise<Session | undefined> {
  const { session } = await client(ECS, environment).executeCommand({
    cluster: names.cluster(environment.name),
    task,
    container,
    command,
    interactive: true,
  });
  return session;
}

/**
 * Task definitions of a service's earlier deployments that succeeded, newest first. Where ECS has no
 * history of deployments, every earlier revision counts as good.
 * @param limit how many are looked at
 */
export async function successfulTaskDefinitions(
  environment: AwsEnvironment,
  component: Component,
  limit: number,
): Promise<string[]> {
  const ecs = client(ECS, environment);
  const service = names.task(environment.name, component);
  const cluster = names.cluster(environment.name);
  try {
    const { serviceDeployments = [] } = await ecs.listServiceDeployments({
      cluster,
      service,
      status: ["SUCCESSFUL"],
      maxResults: limit,
    });
    const arns = serviceDeployments.flatMap(({ targetServiceRevisionArn: arn }) => arn ?? []);
    if (arns.length === 0) return [];
    const { serviceRevisions = [] } = await ecs.describeServiceRevisions({
      serviceRevisionArns: arns,
    });
    return arns.flatMap(
      (arn) =>
        serviceRevisions.find(({ serviceRevisionArn }) => serviceRevisionArn === arn)
          ?.taskDefinition ?? [],
    );
  } catch (error) {
    if (!isNotServed(error)) throw error;
    const { taskDefinitionArns = [] } = await ecs.listTaskDefinitions({
      familyPrefix: service,
      sort: "DESC",
      maxResults: limit,
    });
    return taskDefinitionArns;
  }
}
