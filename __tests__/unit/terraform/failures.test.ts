import { existingAddresses, explainFailure } from "../../../src/terraform/failures";

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

// Terraform 1.11.4's own words.
test.each([
  [
    `
╷
│ Error: Failed to query available provider packages
│
│ Could not retrieve the list of available versions for provider hashicorp/aws:
│ the previously-selected version 6.1.0 is no longer available
╵`,
    /names hashicorp\/aws 6\.1\.0, which is not offered/,
    /plue providers upgrade dev/,
  ],
  [
    `
Error: Failed to query available provider packages

Could not retrieve the list of available versions for provider hashicorp/aws:
locked provider registry.terraform.io/hashicorp/aws 4.67.0 does not match
configured version constraint >= 5.100.0, < 7.0.0; must use terraform init
-upgrade to allow selection of new versions
`,
    /version that the code no longer accepts/,
    /plue providers upgrade dev/,
  ],
  [
    `
Error: Failed to install provider

Error while installing hashicorp/aws v5.100.0: the local package for
registry.terraform.io/hashicorp/aws 5.100.0 doesn't match any of the
checksums previously recorded in the dependency lock file (this might be
because the available checksums are for packages targeting different
platforms); for more information:
`,
    /not the one whose checksum is in the lock file of dev/,
    /plue providers lock dev/,
  ],
])("says how to get a provider that the lock file refuses: %#", (output, message, advice) => {
  const failure = explainFailure("init", { output }, { name: "dev", stackDir: "stacks/dev" });
  expect(failure.exitCode).toBe(2);
  expect(failure.message).toMatch(message);
  expect(failure.advice?.join("\n")).toMatch(advice);
});
