import { existingAddresses, explainFailure } from "../../../src/terraform/failures";

const error = (message: string, address: string) => `
╷
│ Error: ${message}
│
│   with ${address},
│   on cdk.tf.json line 1144, in resource.${address}:
│ 1144:       },
╵`;
const refused = (operation: string, code: string) =>
  `creating it: operation error ${operation}, https response error StatusCode: 409, RequestID: 1, ${code}: it is there`;

test.each([
  refused("IAM: CreateRole", "EntityAlreadyExists"),
  refused("CloudWatch Logs: CreateLogGroup", "ResourceAlreadyExistsException"),
  refused("RDS: CreateDBInstance", "DBInstanceAlreadyExists"),
  refused("RDS: CreateDBParameterGroup", "api error DBParameterGroupAlreadyExists"),
  refused("RDS: CreateDBSubnetGroup", "DBSubnetGroupAlreadyExistsFault"),
  refused("ECR: CreateRepository", "RepositoryAlreadyExistsException"),
  refused("RDS: CreateEventSubscription", "api error SubscriptionAlreadyExist"),
  refused("EC2: CreateSecurityGroup", "api error InvalidGroup.Duplicate"),
  refused("EFS: CreateFileSystem", "FileSystemAlreadyExists"),
  refused("Secrets Manager: CreateSecret", "ResourceExistsException"),
  "ELBv2 Target Group (dev-plue-api-tg) already exists",
  "authorizing Security Group (sg-1) Rule: operation error EC2: AuthorizeSecurityGroupIngress, https response error StatusCode: 400, api error InvalidPermission.Duplicate: the specified rule already exists",
  refused("EC2: CreateVpcEndpoint", "api error RouteAlreadyExists"),
  refused("SSM: PutParameter", "ParameterAlreadyExists"),
  refused("KMS: CreateAlias", "AlreadyExistsException"),
  refused("WAFV2: CreateWebACL", "WAFDuplicateItemException"),
  refused("S3: CreateBucket", "BucketAlreadyOwnedByYou"),
  refused("Budgets: CreateBudget", "DuplicateRecordException"),
  refused("ElastiCache: CreateUser", "UserAlreadyExists"),
  refused("ELBv2: CreateListener", "DuplicateListener"),
])("an object that exists is found by its address: %s", (message) => {
  expect(existingAddresses(error(message, "aws_some_type.name[0]"))).toEqual([
    "aws_some_type.name[0]",
  ]);
});

test.each([
  "tagging resource: api error InvalidParameterException: Duplicate tag keys found",
  "creating ECS Service (dev-plue-web-app): InvalidParameterException",
])("no other failure counts as one: %s", (message) => {
  expect(existingAddresses(error(message, "aws_some_type.name"))).toEqual([]);
});

test.each([
  refused("Elastic Load Balancing v2: CreateRule", "PriorityInUse"),
  refused("EFS: CreateMountTarget", "MountTargetConflict"),
  refused("EC2: CreateSubnet", "api error InvalidSubnet.Conflict"),
  "creating ECS Service (dev-plue-web-app): InvalidParameterException: Creation of service was not idempotent.",
])("an object in the place of the new one is found by its address: %s", (message) => {
  expect(existingAddresses(error(message, "aws_some_type.name"))).toEqual(["aws_some_type.name"]);
});

test("a state without its checksum is explained with the command that writes the checksum", () => {
  const output = `Error: Error refreshing state: state data in S3 does not have the expected content.

Bucket: states
Key:    plue/dev/terraform.tfstate
Calculated checksum: 54a6
Stored checksum:     2eca
`;
  const { advice } = explainFailure("init", { output }, { name: "dev", stackDir: "out" });
  expect(advice.at(-1)).toContain(
    `--item '{"LockID":{"S":"states/plue/dev/terraform.tfstate-md5"},"Digest":{"S":"54a6"}}'`,
  );
});

test("a state of a later provider is explained with the command that chooses one", () => {
  const output =
    "│ Error: Resource instance managed by newer provider version\n│\n│ The current state of aws_ecs_service.api_server was created by a newer";
  const failure = explainFailure("plan", { output }, { name: "dev", stackDir: "out" });
  expect(failure.advice).toEqual([
    expect.stringContaining("plue providers lock dev --aws VERSION"),
  ]);
});

test("a region that a setting no longer names is explained with the setting", () => {
  const removed = (address: string) =>
    `Error: Provider configuration not present\n\nTo work with ${address} (orphan) its original provider\nconfiguration at provider["registry.terraform.io/hashicorp/aws"].us_west_2 is\nrequired, but it has been removed.`;
  const output = removed("aws_kms_key.a") + removed("aws_kms_alias.b");
  const { message, advice } = explainFailure(
    "plan",
    { output },
    { name: "dev", stackDir: "stack" },
  );
  expect(message).toContain('dev still has resources in "us-west-2"');
  expect(advice).toEqual([expect.stringContaining('`formerRegions: ["us-west-2"]`')]);
});

test("of several failures each is looked at by itself", () => {
  const output = [
    error(refused("IAM: CreateRole", "EntityAlreadyExists"), "aws_iam_role.one"),
    error("creating ECS Service: InvalidParameterException", "aws_ecs_service.two"),
    error("ELBv2 Load Balancer (dev-plue-alb) already exists", "aws_lb.three"),
  ].join("\n");
  expect(existingAddresses(output)).toEqual(["aws_iam_role.one", "aws_lb.three"]);
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
])("explains how to get a provider that the lock file refuses: %#", (output, message, advice) => {
  const failure = explainFailure("init", { output }, { name: "dev", stackDir: "stacks/dev" });
  expect(failure.exitCode).toBe(2);
  expect(failure.message).toMatch(message);
  expect(failure.advice?.join("\n")).toMatch(advice);
});

test.each([
  [
    "Error: failed to read dependency lock file: Argument or block definition required",
    "lock file",
  ],
  ["Error: Failed to load state: invalid syntax: invalid character 'g'", "/.terraform is damaged"],
  ["Error: failed to read module manifest: unexpected end of JSON input", "/.terraform is damaged"],
  [
    "Error: The specified plugin cache dir /nope cannot be opened: stat /nope: no such file or directory",
    "cannot open /nope",
  ],
  ["Error: Missing value\n\n  on dev.tfvars line 3:\n   3: x =", "a file of variables"],
])("%j needs a person", (output, message) => {
  const explained = explainFailure("init", { output }, { name: "dev", stackDir: "/stack" });
  expect(explained.exitCode).toBe(2);
  expect(explained.message).toContain(message);
});
