import type { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import {
  EcsTaskDefinition,
  type EcsTaskDefinitionVolume,
} from "@cdktf/provider-aws/lib/ecs-task-definition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import type { SecurityGroup, SecurityGroupEgress } from "@cdktf/provider-aws/lib/security-group";
import type { Construct } from "constructs";
import type {
  CompleteSettings,
  EgressSettings,
  FargateSize,
  LogRetentionDays,
} from "../environments/settings";
import { names, type Component } from "../names";
import { securityGroupOf, tcp } from "./connections";
import type { Context } from "./context";
import { policyDocument, trustService, type PolicyStatement } from "./iam";
import { logGroup } from "./log-group";
import { isNew } from "./legacy";
import type { Network } from "./network";

/** The image of a container. */
export interface ImageProps {
  /** Repository of the image. */
  readonly repository: EcrRepository;
  /** Tag of the image. */
  readonly imageTag: string;
}

/** The settings in which containers differ. */
export interface ContainerProps extends ImageProps {
  /** Name of the container. */
  readonly name: string;
  /** @default the image's own */
  readonly command?: readonly string[];
  /** Environment variables, without secrets. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Environment variables from secrets: the secret, and the key in its JSON. @default none */
  readonly secrets?: Readonly<Record<string, { secret: SecretsmanagerSecret; jsonKey: string }>>;
  /** TCP port that it listens on. @default none */
  readonly port?: number;
  /** Path of the container's own health check on that port. @default none */
  readonly healthPath?: string;
  /** Mount points of the volumes of the task. @default none */
  readonly mountPoints?: readonly {
    readonly sourceVolume: string;
    readonly containerPath: string;
  }[];
  /** User and group that the program runs as, the same as in the image; never root. */
  readonly user: string;
  /** Capabilities of Linux that the program needs. @default none */
  readonly capabilities?: readonly string[];
  /** Flag: the root file system is read-only, and the capabilities are dropped. @default true */
  readonly hardened?: boolean;
  /** Name of the container that starts before this one and stops after it. @default none */
  readonly startsAfter?: string;
}

/** Properties that all tasks share. */
export interface TaskContext extends Context {
  /** The task runs in its private subnets. */
  readonly network: Network;
  /** Flag: GuardDuty adds its agent to the task. @default false */
  readonly guardDutyAgent?: boolean;
  /** Processors of the task. @default "X86_64", as ECS has it without a platform */
  readonly cpuArchitecture?: CompleteSettings["cpuArchitecture"];
}

/** Properties of a task. */
export interface FargateTaskProps extends TaskContext {
  /** Component, which names task definition, log group, roles and security group. */
  readonly component: Component;
  /** Description of the security group. */
  readonly securityGroupDescription: string;
  /** CPU and memory of the task. */
  readonly size: FargateSize;
  /** Retention of the task's log, in days. */
  readonly logRetentionDays: LogRetentionDays;
  /** The task's container. */
  readonly container: ContainerProps;
  /** Second container, which receives the requests; it has the same repository. @default none */
  readonly proxy?: ContainerProps;
  /** Policy statements of the task role, by name. @default none */
  readonly taskStatements?: Readonly<Record<string, PolicyStatement>>;
  /** Volumes of the task. @default none */
  readonly volumes?: readonly EcsTaskDefinitionVolume[];
  /** Allowed connections to the outside. @default HTTPS to anywhere */
  readonly egress?: readonly EgressSettings[];
}

/** A task on Fargate, with its own resources. */
export interface FargateTask {
  /** The task's security group. It allows no connections until `connect` adds them. */
  readonly securityGroup: SecurityGroup;
  /** The task definition. */
  readonly taskDefinition: EcsTaskDefinition;
  /** The task execution role and the task role. */
  readonly roles: readonly IamRole[];
  /** Policies of the roles. A task that starts without them fails. */
  readonly rolePolicies: readonly IamRolePolicy[];
}

/**
 * Creates a task definition with its own log group, security group, task execution role and task role.
 *
 * @param scope construct of the task; its id is the prefix of the resources' names
 */
export function fargateTask(scope: Construct, props: FargateTaskProps): FargateTask {
  const { environment, component, container } = props;
  const { id } = scope.node;
  const family = names.task(environment, component);

  const log = logGroup(
    scope,
    id,
    props,
    names.logGroup(environment, component),
    props.logRetentionDays,
  );
  const securityGroup = securityGroupOf(scope, id, props, component.image, {
    description: props.securityGroupDescription,
    ingress: [],
    egress: (props.egress ?? httpsToAnywhere).map(egressRule),
  });

  const role = (resource: string) =>
    new IamRole(scope, `aws_iam_role.${resource}`, {
      name: `${family}-${resource.replaceAll("_", "-")}`,
      assumeRolePolicy: trustService("ecs-tasks.amazonaws.com", props.accountId),
    });
  const grant = (to: IamRole, resource: string, suffix: string, ...statements: PolicyStatement[]) =>
    new IamRolePolicy(scope, `aws_iam_role_policy.${resource}`, {
      name: `${family}-${suffix}`,
      role: to.id,
      policy: policyDocument(...statements),
    });
  const executionRole = role("task_execution");
  const secrets = Object.values(container.secrets ?? {});
  const executionPolicy = grant(
    executionRole,
    "task_execution",
    "task-execution",
    { Action: "ecr:GetAuthorizationToken", Resource: "*" },
    { Action: pullActions, Resource: container.repository.arn },
    // The agent's image is in an account of AWS, which differs by region.
    // Source: "Prerequisites for Fargate (Amazon ECS only)", GuardDuty user guide.
    ...(props.guardDutyAgent
      ? [
          {
            Action: pullActions,
            Resource: `arn:${props.partition}:ecr:${props.region}:*:repository/aws-guardduty-agent-fargate`,
          },
        ]
      : []),
    {
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${log.arn}:*`,
    },
  );
  // The old project attached AWS's managed policy instead.
  isNew(executionPolicy);
  const secretsPolicies =
    secrets.length > 0
      ? [
          grant(executionRole, "task_execution_secrets", "secrets", {
            Action: "secretsmanager:GetSecretValue",
            Resource: secrets.map(({ secret }) => secret.arn),
          }),
          ...(props.encryptionKeyArn
            ? [
                grant(executionRole, "task_execution_key", "key", {
                  Action: "kms:Decrypt",
                  Resource: props.encryptionKeyArn,
                  Condition: {
                    StringEquals: {
                      "kms:ViaService": `secretsmanager.${props.region}.amazonaws.com`,
                    },
                  },
                }),
              ]
            : []),
        ]
      : [];
  const taskRole = role("task");
  const taskPolicies = Object.entries(props.taskStatements ?? {}).map(([suffix, statement]) => {
    const policy = grant(taskRole, `task_${suffix}`, suffix, statement);
    // The old project had a policy for the file system only.
    if (suffix !== "efs") isNew(policy);
    return policy;
  });

  const taskDefinition = new EcsTaskDefinition(scope, `aws_ecs_task_definition.${id}`, {
    family,
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: String(props.size.cpu),
    memory: String(props.size.memoryLimitMiB),
    executionRoleArn: executionRole.arn,
    taskRoleArn: taskRole.arn,
    runtimePlatform:
      props.cpuArchitecture === "ARM64"
        ? { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" }
        : undefined,
    volume: props.volumes?.length ? [...props.volumes] : undefined,
    containerDefinitions: JSON.stringify(
      [container, ...(props.proxy ? [props.proxy] : [])].map((each) =>
        containerDefinition(each, log.name, props.region),
      ),
    ),
    // A rollback needs the earlier revision.
    skipDestroy: true,
  });
  return {
    securityGroup,
    taskDefinition,
    roles: [executionRole, taskRole],
    rolePolicies: [executionPolicy, ...secretsPolicies, ...taskPolicies],
  };
}

/**
 * The capabilities that a container has by default. Fargate adds none, so one that a program needs cannot be
 * dropped with all others and added again.
 * Source: "KernelCapabilities" in the Amazon ECS API reference.
 */
const defaultCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

/** The capabilities to drop so that only the needed ones are left. */
const dropped = (needed: readonly string[] = []) =>
  needed.length === 0
    ? ["ALL"]
    : defaultCapabilities.filter((capability) => !needed.includes(capability));

const pullActions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
];

const httpsToAnywhere: readonly EgressSettings[] = [
  { description: "Image pulls, secrets and logs", port: 443, cidrBlocks: ["0.0.0.0/0"] },
];

function egressRule({ description, port, cidrBlocks }: EgressSettings): SecurityGroupEgress {
  return { ...tcp(port, description), cidrBlocks: [...cidrBlocks] };
}

/** A container definition for ECS's API, with the API's defaults, so that no plan shows a difference. */
function containerDefinition(container: ContainerProps, logGroupName: string, region: string) {
  const { port, healthPath, hardened = true } = container;
  return {
    name: container.name,
    image: `${container.repository.repositoryUrl}:${container.imageTag}`,
    essential: true,
    command: container.command,
    dependsOn: container.startsAfter
      ? [{ containerName: container.startsAfter, condition: "START" }]
      : undefined,
    portMappings: port ? [{ containerPort: port, hostPort: port, protocol: "tcp" }] : [],
    environment: Object.entries(container.environment ?? {}).map(([name, value]) => ({
      name,
      value,
    })),
    secrets: Object.entries(container.secrets ?? {}).map(([name, { secret, jsonKey }]) => ({
      name,
      valueFrom: `${secret.arn}:${jsonKey}::`,
    })),
    mountPoints: (container.mountPoints ?? []).map((mountPoint) => ({
      ...mountPoint,
      readOnly: false,
    })),
    user: container.user,
    readonlyRootFilesystem: hardened,
    linuxParameters: {
      // The init process reaps the zombies of shells and git, and forwards SIGTERM.
      initProcessEnabled: true,
      capabilities: hardened ? { drop: dropped(container.capabilities) } : undefined,
    },
    // Two minutes: the notice that Fargate Spot gives, and the maximum that ECS allows.
    stopTimeout: 120,
    healthCheck:
      port && healthPath
        ? {
            command: [
              "CMD-SHELL",
              `wget -q -O /dev/null http://127.0.0.1:${port}${healthPath} || exit 1`,
            ],
            interval: 30,
            timeout: 5,
            retries: 3,
            startPeriod: 60,
          }
        : undefined,
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroupName,
        "awslogs-region": region,
        "awslogs-stream-prefix": "ecs",
      },
    },
    systemControls: [],
    volumesFrom: [],
  };
}
