import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTaskDefinitionCommand, ECSClient, type TaskDefinition } from "@aws-sdk/client-ecs";
import { IAMClient, SimulatePrincipalPolicyCommand, type ContextEntry } from "@aws-sdk/client-iam";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { client } from "../../aws/client";
import { describeDatabase } from "../../aws/rds";
import type { Environment } from "../environment";
import { explain, isDenied, isNotServed, NeedsPerson, type AwsError } from "../../process/errors";
import { describeFileSystem } from "../../aws/efs";
import { imageExists, tagOf } from "../images";
import { components, names, services, type Component } from "../../names";
import { blockedBy, pairs, readGroups } from "./reachability";
import { deploymentState, describeService } from "../service";
import { targetHealth } from "../../aws/elbv2";

/** What a check found. */
export interface Check {
  /** What was checked. */
  readonly check: string;
  /** `unknown` where AWS does not let us see, or has no answer. */
  readonly result: "ok" | "failed" | "unknown";
  /** What it saw. */
  readonly saw: string;
  /** What to do; none where all is well. */
  readonly fix?: string;
}

/** Runs every check, in the order in which one failure explains the next. */
export async function runChecks(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  const definitions = new Map<Component, TaskDefinition>();
  for (const component of components) {
    const found = await taskDefinition(environment, component);
    if (found) definitions.set(component, found);
  }
  if (definitions.size === 0) {
    throw new NeedsPerson(
      `${name} is not deployed in ${environment.region}: there is no task definition`,
      `Deploy it: \`plue deploy ${name}\`.`,
    );
  }
  const groups: [what: string, checks: () => Promise<Check[]>][] = [
    ["images", () => images(environment, definitions)],
    ["log groups", () => logGroups(environment)],
    ["security groups", () => securityGroups(environment)],
    ["roles", () => roles(environment, definitions)],
    ["connection secret", () => secret(environment)],
    ["database", () => database(environment)],
    ["file system", () => fileSystem(environment)],
    ["services", () => running(environment)],
    ["targets", () => targets(environment)],
  ];
  const results = await Promise.all(
    groups.map(([what, checks]) =>
      // One that cannot be made does not hide the others.
      checks().catch((error: unknown): Check[] => [
        { check: what, result: "unknown", saw: explain(error).message },
      ]),
    ),
  );
  return results.flat();
}

async function taskDefinition(
  environment: Environment,
  component: Component,
): Promise<TaskDefinition | undefined> {
  try {
    const { taskDefinition: found } = await client(ECSClient, environment).send(
      new DescribeTaskDefinitionCommand({
        taskDefinition: names.task(environment.name, component),
      }),
    );
    return found;
  } catch (error) {
    if (/^ClientException|NotFound/.test((error as AwsError).name)) return undefined;
    throw error;
  }
}

function images(
  environment: Environment,
  definitions: ReadonlyMap<Component, TaskDefinition>,
): Promise<Check[]> {
  return Promise.all(
    [...definitions].map(async ([component, { containerDefinitions = [] }]): Promise<Check> => {
      const tag = tagOf(containerDefinitions[0]?.image ?? "");
      const image = `${names.repository(environment.name, component)}:${tag}`;
      const check = `image of the ${component.title}`;
      return (await imageExists(environment, component, tag))
        ? { check, result: "ok", saw: image }
        : {
            check,
            result: "failed",
            saw: `${image} is not in ECR`,
            fix: `plue images ${environment.name} --source PATH, then deploy its tag`,
          };
    }),
  );
}

function logGroups(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  const logs = client(CloudWatchLogsClient, environment);
  const wanted = [
    ...components.map((component) => names.logGroup(name, component)),
    names.databaseLogGroup(name),
  ];
  return Promise.all(
    wanted.map(async (logGroupNamePrefix): Promise<Check> => {
      const { logGroups: found = [] } = await logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix }),
      );
      const there = found.some(({ logGroupName }) => logGroupName === logGroupNamePrefix);
      const check = `log group ${logGroupNamePrefix}`;
      return there
        ? { check, result: "ok", saw: "it is there" }
        : { check, result: "failed", saw: "it is missing", fix: `plue deploy ${name}` };
    }),
  );
}

async function securityGroups(environment: Environment): Promise<Check[]> {
  const groups = await readGroups(environment);
  return pairs.map(({ from, to, port, purpose }): Check => {
    const check = `${from} may reach ${to}`;
    const [source, target] = [groups.get(from), groups.get(to)];
    const missing = [from, to].filter((part) => !groups.has(part));
    const blocked =
      source && target
        ? blockedBy(source, target, port)
        : `there is no ${missing.map((part) => names.securityGroup(environment.name, part)).join(", no ")}`;
    return blocked
      ? {
          check,
          result: "failed",
          saw: blocked,
          fix: `a rule was changed by hand: plue deploy ${environment.name} puts it back`,
        }
      : { check, result: "ok", saw: `port ${port}, ${purpose}` };
  });
}

/** What a role must be allowed to do, with the conditions under which it does it. */
interface Need {
  readonly role: string | undefined;
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: readonly ContextEntry[];
}

async function roles(
  environment: Environment,
  definitions: ReadonlyMap<Component, TaskDefinition>,
): Promise<Check[]> {
  const needs = [...definitions].flatMap(([component, definition]) =>
    needsOf(environment, component, definition),
  );
  const iam = client(IAMClient, environment);
  return Promise.all(
    needs.map(async ({ role, who, action, resource, context = [] }): Promise<Check> => {
      const check = `${who} may ${action}`;
      try {
        const { EvaluationResults = [] } = await iam.send(
          new SimulatePrincipalPolicyCommand({
            PolicySourceArn: role,
            ActionNames: [action],
            ResourceArns: [resource],
            ContextEntries: [...context],
          }),
        );
        const decision = EvaluationResults[0]?.EvalDecision;
        return decision === "allowed"
          ? { check, result: "ok", saw: `on ${resource}` }
          : {
              check,
              result: "failed",
              saw: `${decision} on ${resource}`,
              fix: `plue deploy ${environment.name} puts the role's policies back`,
            };
      } catch (error) {
        if (
          (error as AwsError).name === "NoSuchEntity" ||
          (error as AwsError).name === "NoSuchEntityException"
        ) {
          return {
            check,
            result: "failed",
            saw: `there is no role ${role}`,
            fix: `plue deploy ${environment.name}`,
          };
        }
        if (isDenied(error) || isNotServed(error)) {
          return { check, result: "unknown", saw: "IAM's simulator does not answer" };
        }
        throw error;
      }
    }),
  );
}

function needsOf(
  { name, region, accountId }: Environment,
  component: Component,
  { executionRoleArn, taskRoleArn, containerDefinitions = [], volumes = [] }: TaskDefinition,
): Need[] {
  const partition = executionRoleArn?.split(":")[1] ?? "aws";
  const arn = (service: string, rest: string) =>
    `arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  const execution = (action: string, resource: string): Need => ({
    role: executionRoleArn,
    who: `ECS, for the ${component.title},`,
    action,
    resource,
  });
  const secrets = containerDefinitions[0]?.secrets ?? [];
  return [
    execution("ecr:BatchGetImage", arn("ecr", `repository/${names.repository(name, component)}`)),
    execution(
      "logs:PutLogEvents",
      arn("logs", `log-group:${names.logGroup(name, component)}:log-stream:ecs`),
    ),
    ...secrets.map(({ valueFrom = "" }) =>
      // Behind the secret's ARN, seven parts, stand the key in its JSON and its version.
      execution("secretsmanager:GetSecretValue", valueFrom.split(":").slice(0, 7).join(":")),
    ),
    ...volumes.flatMap(({ efsVolumeConfiguration: efs }) =>
      efs
        ? ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"].map((action) => ({
            role: taskRoleArn,
            who: `the ${component.title}`,
            action,
            resource: arn("elasticfilesystem", `file-system/${efs.fileSystemId}`),
            context: [
              {
                ContextKeyName: "elasticfilesystem:AccessPointArn",
                ContextKeyType: "string" as const,
                ContextKeyValues: [
                  arn(
                    "elasticfilesystem",
                    `access-point/${efs.authorizationConfig?.accessPointId}`,
                  ),
                ],
              },
            ],
          }))
        : [],
    ),
  ];
}

async function secret(environment: Environment): Promise<Check[]> {
  const SecretId = names.connectionSecret(environment.name);
  const check = `secret ${SecretId}`;
  const fix = `plue deploy ${environment.name} writes it`;
  try {
    const { SecretString = "" } = await client(SecretsManagerClient, environment).send(
      new GetSecretValueCommand({ SecretId }),
    );
    // Nothing of the value itself may be shown.
    const url = urlIn(SecretString);
    return [
      url
        ? { check, result: "ok", saw: `its url leads to ${url.host}` }
        : { check, result: "failed", saw: "it holds no JSON with a usable url", fix },
    ];
  } catch (error) {
    const { name, message } = error as AwsError;
    if (isDenied(error)) return [{ check, result: "unknown", saw: "you may not read it" }];
    if (name === "ResourceNotFoundException" || name === "InvalidRequestException") {
      return [{ check, result: "failed", saw: message, fix }];
    }
    throw error;
  }
}

function urlIn(text: string): URL | undefined {
  try {
    return new URL((JSON.parse(text) as { url: string }).url);
  } catch {
    return undefined;
  }
}

async function database(environment: Environment): Promise<Check[]> {
  const found = await describeDatabase(environment);
  const state = found?.DBInstanceStatus ?? "missing";
  const check = "database is available";
  return [
    state === "available"
      ? { check, result: "ok", saw: `${found?.Engine} ${found?.EngineVersion}` }
      : {
          check,
          result: "failed",
          saw: state,
          fix: found
            ? `wait if it is at work; plue logs ${environment.name} database`
            : `plue deploy ${environment.name}`,
        },
  ];
}

async function fileSystem(environment: Environment): Promise<Check[]> {
  const found = await describeFileSystem(environment);
  const wanted = environment.settings.network.zones.length;
  const ready = found?.mountTargets.filter((state) => state === "available").length ?? 0;
  const check = "file system can be mounted";
  return [
    found?.state === "available" && ready === wanted
      ? { check, result: "ok", saw: `${ready} mount targets` }
      : {
          check,
          result: "failed",
          saw: found ? `${found.state}, ${ready} of ${wanted} mount targets available` : "missing",
          fix: `plue deploy ${environment.name}`,
        },
  ];
}

function running(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  return Promise.all(
    services.map(async (component): Promise<Check> => {
      const service = await describeService(environment, component);
      const { deployments = [], runningCount, desiredCount, events = [] } = service;
      const check = `${component.title} runs`;
      const saw = deploymentState(service);
      if (runningCount === desiredCount && deployments.length === 1) {
        return { check, result: "ok", saw };
      }
      const event = events[0]?.message;
      return {
        check,
        result: "failed",
        saw: event ? `${saw}: ${event}` : saw,
        fix: `plue logs ${name} ${component.key}; plue rollback ${name} ${component.key}`,
      };
    }),
  );
}

/** Source: DescribeTargetHealth's reason codes in the Elastic Load Balancing API reference. */
const REASONS: Readonly<Record<string, string>> = {
  "Target.ResponseCodeMismatch": "GET /health must answer 200",
  "Target.Timeout": "the container answers too late, or a security group is in the way",
  "Target.FailedHealthChecks": "nothing listens on the port: see the service's log",
  "Elb.InitialHealthChecking": "just started: look again in a minute",
  "Elb.RegistrationInProgress": "just started: look again in a minute",
  "Target.DeregistrationInProgress": "it is leaving: look again in a minute",
};

function targets(environment: Environment): Promise<Check[]> {
  return Promise.all(
    services.map(async (component): Promise<Check> => {
      const check = `${component.title} is healthy behind the load balancer`;
      const health = await targetHealth(environment, component);
      if (!health?.length) {
        return {
          check,
          result: "failed",
          saw: health ? "no target is registered" : "there is no target group",
          fix: health ? "no task runs: see above" : `plue deploy ${environment.name}`,
        };
      }
      const saw = health
        .map(({ state, reason, count }) => `${count} ${state}${reason ? ` (${reason})` : ""}`)
        .join(", ");
      const bad = health.find(({ state }) => state !== "healthy");
      if (!bad) return { check, result: "ok", saw };
      const fix = REASONS[bad.reason ?? ""] ?? `plue logs ${environment.name} ${component.key}`;
      return { check, result: "failed", saw, fix };
    }),
  );
}
