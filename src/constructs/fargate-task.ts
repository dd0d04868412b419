import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import {
  EcsTaskDefinition,
  type EcsTaskDefinitionVolume,
} from "@cdktf/provider-aws/lib/ecs-task-definition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import {
  SecurityGroup,
  type SecurityGroupEgress,
  type SecurityGroupIngress,
} from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { FargateSize } from "../environments/fargate";
import type { EgressSettings, LogRetentionDays } from "../environments/settings";
import { policyDocument, trustService, type PolicyStatement } from "./iam";
import type { Network } from "./network";
import { tcp } from "./tcp";

/** The one container of a task, as far as tasks differ. */
export interface ContainerProps {
  /** Name of the container. */
  readonly name: string;
  /** Where its image comes from. */
  readonly repository: EcrRepository;
  /** Tag of the image. */
  readonly imageTag: string;
  /** @default the image's own */
  readonly command?: readonly string[];
  /** Plain environment variables: never secrets. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Environment variables out of secrets: the secret and the key in its JSON. @default none */
  readonly secrets?: Readonly<Record<string, { secret: SecretsmanagerSecret; jsonKey: string }>>;
  /** TCP port that it listens on. @default none */
  readonly port?: number;
  /** Path of the container's own health check on that port. @default none */
  readonly healthPath?: string;
  /** Volumes of the task and where they are mounted. @default none */
  readonly mountPoints?: readonly {
    readonly sourceVolume: string;
    readonly containerPath: string;
  }[];
  /** @default false */
  readonly readonlyRootFilesystem?: boolean;
}

/** What a task is made of. */
export interface FargateTaskProps {
  /** Prefix of all names. */
  readonly environment: string;
  /** The account's id, for the roles' trust. */
  readonly accountId: string;
  /** Region of the log group. */
  readonly region: string;
  /** Name of the task definition's family, log group and roles, without the prefix. */
  readonly taskName: string;
  /** Description of the security group. */
  readonly securityGroupDescription: string;
  /** Where the task runs: in the private subnets. */
  readonly network: Network;
  /** CPU and memory of the task. */
  readonly size: FargateSize;
  /** Retention of the task's log, in days. */
  readonly logRetentionDays: LogRetentionDays;
  /** The task's container. */
  readonly container: ContainerProps;
  /** What the application itself may do. @default nothing */
  readonly taskStatements?: Readonly<Record<string, PolicyStatement>>;
  /** Volumes of the task. @default none */
  readonly volumes?: readonly EcsTaskDefinitionVolume[];
  /** Who may connect to the task. @default nobody */
  readonly ingress?: readonly SecurityGroupIngress[];
  /** Parts of Plue that the task connects to. @default none */
  readonly peers?: readonly SecurityGroupEgress[];
  /** Where else it may connect to. @default HTTPS to anywhere */
  readonly egress?: readonly EgressSettings[];
}

/**
 * A task on Fargate with all that is its own: log group, security group, a role with which ECS
 * starts it, a role with which it acts, and the task definition.
 *
 * Resources are named after the construct's id.
 */
export class FargateTask extends Construct {
  /** The log group that the container writes to. */
  readonly logGroup: CloudwatchLogGroup;
  /** The task's security group. */
  readonly securityGroup: SecurityGroup;
  /** The task definition. */
  readonly taskDefinition: EcsTaskDefinition;
  /** A task that starts without these would fail. */
  protected readonly policies: readonly IamRolePolicy[];

  /** Makes the task definition and what it needs. */
  constructor(scope: Construct, id: string, props: FargateTaskProps) {
    super(scope, id);
    const { environment, container } = props;
    const name = `${environment}-${props.taskName}`;

    this.logGroup = new CloudwatchLogGroup(this, `aws_cloudwatch_log_group.${id}`, {
      name: `/ecs/${environment}/${props.taskName}`,
      retentionInDays: props.logRetentionDays,
    });
    this.securityGroup = new SecurityGroup(this, `aws_security_group.${id}`, {
      name: `${name}-sg`,
      description: props.securityGroupDescription,
      vpcId: props.network.vpc.id,
      ingress: [...(props.ingress ?? [])],
      egress: [...(props.egress ?? httpsToAnywhere).map(egressRule), ...(props.peers ?? [])],
      tags: { Name: `${name}-sg` },
    });

    const role = (resource: string) =>
      new IamRole(this, `aws_iam_role.${resource}`, {
        name: `${name}-${resource.replaceAll("_", "-")}`,
        assumeRolePolicy: trustService("ecs-tasks.amazonaws.com", props.accountId),
      });
    const policies: IamRolePolicy[] = [];
    const grant = (
      to: IamRole,
      resource: string,
      suffix: string,
      ...statements: PolicyStatement[]
    ) =>
      policies.push(
        new IamRolePolicy(this, `aws_iam_role_policy.${resource}`, {
          name: `${name}-${suffix}`,
          role: to.id,
          policy: policyDocument(...statements),
        }),
      );
    const executionRole = role("task_execution");
    grant(
      executionRole,
      "task_execution",
      "task-execution",
      { Action: "ecr:GetAuthorizationToken", Resource: "*" },
      {
        Action: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:GetDownloadUrlForLayer",
        ],
        Resource: container.repository.arn,
      },
      {
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${this.logGroup.arn}:*`,
      },
    );
    const secrets = Object.values(container.secrets ?? {});
    if (secrets.length > 0) {
      grant(executionRole, "task_execution_secrets", "secrets", {
        Action: "secretsmanager:GetSecretValue",
        Resource: secrets.map(({ secret }) => secret.arn),
      });
    }
    const taskRole = role("task");
    for (const [suffix, statement] of Object.entries(props.taskStatements ?? {})) {
      grant(taskRole, `task_${suffix}`, suffix, statement);
    }
    this.policies = policies;

    this.taskDefinition = new EcsTaskDefinition(this, `aws_ecs_task_definition.${id}`, {
      family: name,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(props.size.cpu),
      memory: String(props.size.memoryLimitMiB),
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
      volume: props.volumes?.length ? [...props.volumes] : undefined,
      containerDefinitions: JSON.stringify([
        containerDefinition(container, this.logGroup.name, props.region),
      ]),
      // An earlier revision must still be there when a deployment is rolled back to it.
      skipDestroy: true,
    });
  }
}

const httpsToAnywhere: readonly EgressSettings[] = [
  { description: "Image pulls, secrets and logs", port: 443, cidrBlocks: ["0.0.0.0/0"] },
];

function egressRule({ description, port, cidrBlocks }: EgressSettings): SecurityGroupEgress {
  return { ...tcp(port, description), cidrBlocks: [...cidrBlocks] };
}

/** A container in the terms of ECS's API, with what the API would fill in, so that no plan differs. */
function containerDefinition(container: ContainerProps, logGroupName: string, region: string) {
  const { port, healthPath } = container;
  return {
    name: container.name,
    image: `${container.repository.repositoryUrl}:${container.imageTag}`,
    essential: true,
    command: container.command,
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
    readonlyRootFilesystem: container.readonlyRootFilesystem ?? false,
    // Reaps the processes that shells and git leave behind, and passes SIGTERM on.
    linuxParameters: { initProcessEnabled: true },
    // The two minutes that Fargate Spot gives a task are the most that ECS allows.
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
