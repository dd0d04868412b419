import { environments } from "../../../src/environments";
import { referred, synthesize, type Block, type Synthesized } from "../../support/stack";

/** "action on resource" for each statement that the role's inline policies allow. */
function allowed(stack: Synthesized, role: string): string[] {
  return Object.values(stack.resources("aws_iam_role_policy"))
    .filter((policy) => referred(policy.role) === `aws_iam_role.${role}`)
    .flatMap((policy) => (JSON.parse(policy.policy) as Block).Statement as Block[])
    .flatMap((statement) => {
      expect(statement.Effect).toBe("Allow");
      return [statement.Action]
        .flat()
        .flatMap((action) =>
          [statement.Resource].flat().map((resource) => `${action} on ${resource}`),
        );
    })
    .sort();
}

const pullAndLog = (repository: string, logGroup: string) => [
  `ecr:BatchCheckLayerAvailability on \${aws_ecr_repository.ecr_${repository}.arn}`,
  `ecr:BatchGetImage on \${aws_ecr_repository.ecr_${repository}.arn}`,
  "ecr:GetAuthorizationToken on *",
  `ecr:GetDownloadUrlForLayer on \${aws_ecr_repository.ecr_${repository}.arn}`,
  `logs:CreateLogStream on \${aws_cloudwatch_log_group.${logGroup}.arn}:*`,
  `logs:PutLogEvents on \${aws_cloudwatch_log_group.${logGroup}.arn}:*`,
];
const readConnectionSecret =
  "secretsmanager:GetSecretValue on ${aws_secretsmanager_secret.database_connection.arn}";

describe.each(environments)("permissions of the roles in $name", (settings) => {
  const stack = synthesize(settings);

  test("ECS pulls each task's own image, writes its own log, and reads its own secret", () => {
    expect(allowed(stack, "api_server_task_execution")).toEqual([
      ...pullAndLog("api_server", "api_server"),
      readConnectionSecret,
    ]);
    expect(allowed(stack, "web_app_task_execution")).toEqual(pullAndLog("web_app", "web_app"));
    expect(allowed(stack, "db_migrate_task_execution")).toEqual([
      ...pullAndLog("db_migrate", "db_migrate"),
      readConnectionSecret,
    ]);
  });

  const shell = (allowed = false) =>
    allowed
      ? [
          "ssmmessages:CreateControlChannel on *",
          "ssmmessages:CreateDataChannel on *",
          "ssmmessages:OpenControlChannel on *",
          "ssmmessages:OpenDataChannel on *",
        ]
      : [];

  test("the API server mounts the git repositories and no other file system", () => {
    expect(allowed(stack, "api_server_task")).toEqual([
      "elasticfilesystem:ClientMount on ${aws_efs_file_system.storage_main.arn}",
      "elasticfilesystem:ClientWrite on ${aws_efs_file_system.storage_main.arn}",
      ...shell(settings.apiServer.executeCommand),
    ]);
    const policy = JSON.parse(
      stack.resource("aws_iam_role_policy.api_server_task_efs").policy as string,
    ) as Block;
    expect(policy.Statement[0].Condition).toEqual({
      StringEquals: {
        "elasticfilesystem:AccessPointArn": "${aws_efs_access_point.storage_git_repos.arn}",
      },
    });
  });

  test("web app and migration may only open a shell, if that is on", () => {
    expect(allowed(stack, "web_app_task")).toEqual(shell(settings.webApp.executeCommand));
    expect(allowed(stack, "db_migrate_task")).toEqual([]);
  });

  test("flow logs may only be written to their own log group", () => {
    expect(allowed(stack, "network_flow_log")).toEqual([
      "logs:CreateLogStream on ${aws_cloudwatch_log_group.network_flow_log.arn}:*",
      "logs:DescribeLogStreams on ${aws_cloudwatch_log_group.network_flow_log.arn}:*",
      "logs:PutLogEvents on ${aws_cloudwatch_log_group.network_flow_log.arn}:*",
    ]);
  });

  test("an AWS service can assume a role for this account only", () => {
    const roles = Object.values(stack.resources("aws_iam_role"));
    expect(roles.length).toBeGreaterThan(0);
    for (const role of roles) {
      const [statement] = (JSON.parse(role.assume_role_policy) as Block).Statement as Block[];
      expect(statement).toMatchObject({
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": "${data.aws_caller_identity.current.account_id}" },
        },
      });
    }
  });

  test("no role has an AWS-managed policy but that of RDS's own monitoring", () => {
    const managed = Object.values(stack.resources("aws_iam_role_policy_attachment"));
    expect(managed.map((attachment) => attachment.policy_arn)).toEqual(
      settings.database.monitoringInterval === 0
        ? []
        : [
            "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
          ],
    );
  });

  test("the file system refuses connections without TLS", () => {
    const policy = stack.resource("aws_efs_file_system_policy.storage_main").policy as string;
    expect(JSON.parse(policy)).toMatchObject({
      Statement: [
        { Effect: "Deny", Action: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
      ],
    });
  });
});
