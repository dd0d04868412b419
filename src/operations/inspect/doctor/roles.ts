import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { simulate, type Permission } from "../../../aws/iam";
import { names, originOf, type Component } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, unknown, type Check, type Definitions } from "./check";

/** Permissions that a role needs. */
interface Need extends Permission {
  readonly role: string | undefined;
  readonly who: string;
}

/** Checks with IAM's simulator that each role has the permissions that its tasks need. */
export function checkRoles(environment: Environment, definitions: Definitions): Promise<Check[]> {
  const { name } = environment;
  const needs = [...definitions].flatMap(([component, definition]) =>
    needsOf(environment, component, definition),
  );
  return Promise.all(
    needs.map(async ({ role, who, ...permission }) => {
      const check = `${who} may ${permission.action}`;
      const decision = await simulate(environment, role, permission);
      switch (decision) {
        case "allowed":
          return ok(check, `on ${permission.resource}`);
        case "unknown":
          return unknown(check, "IAM's simulator does not answer");
        case "no such role":
          return failed(check, `there is no role ${role}`, `plue deploy ${name}`);
        default:
          return failed(
            check,
            `${decision} on ${permission.resource}`,
            `plue deploy ${name} restores the role's policies`,
          );
      }
    }),
  );
}

function needsOf(
  environment: Environment,
  component: Component,
  { executionRoleArn, taskRoleArn, containerDefinitions = [], volumes = [] }: TaskDefinition,
): Need[] {
  const { name, region, accountId } = environment;
  const repository = names.repository(originOf(environment), component);
  const partition = executionRoleArn?.split(":")[1] ?? "aws";
  const arn = (service: string, rest: string) =>
    `arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  const execution = (action: string, resource: string): Need => ({
    role: executionRoleArn,
    who: `ECS, for the ${component.title},`,
    action,
    resource,
  });
  const secrets = containerDefinitions.flatMap((container) => container.secrets ?? []);
  return [
    execution("ecr:BatchGetImage", arn("ecr", `repository/${repository}`)),
    execution(
      "logs:PutLogEvents",
      arn("logs", `log-group:${names.logGroup(name, component)}:log-stream:ecs`),
    ),
    ...secrets.map(({ valueFrom = "" }) =>
      // After the seven parts of the secret's ARN come the key in its JSON and the version.
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
