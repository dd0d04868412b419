import { existingAddresses } from "../../../src/terraform/failures";

test("finds the addresses of what exists already, and of no other failure", () => {
  const output = `
╷
│ Error: creating IAM Role (dev-plue-db-migrate-task): operation error IAM: CreateRole, https response error StatusCode: 409, EntityAlreadyExists: Role with name dev-plue-db-migrate-task already exists.
│
│   with aws_iam_role.db_migrate_task,
│   on cdk.tf.json line 1144, in resource.aws_iam_role.db_migrate_task:
│ 1144:       },
╵
╷
│ Error: creating ECS Service (dev-plue-web-app): InvalidParameterException
│
│   with aws_ecs_service.web_app,
╵
Error: ELBv2 Target Group (dev-plue-api-tg) already exists

  with aws_lb_target_group.api[0],
`;
  expect(existingAddresses(output)).toEqual([
    "aws_iam_role.db_migrate_task",
    "aws_lb_target_group.api[0]",
  ]);
});
