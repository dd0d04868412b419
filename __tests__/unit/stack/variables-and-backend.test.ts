import { stacks, type Block } from "../../support/stack";

const variables = (name: keyof typeof stacks) => stacks[name].template.variable as Block;

const common = {
  aws_region: "us-east-1",
  api_image_tag: "latest",
  web_image_tag: "latest",
  migrate_image_tag: "latest",
};
const required = undefined;

test.each([
  [
    "dev",
    {
      ...common,
      environment: "dev",
      enable_https: false,
      certificate_arn: "",
      database_deletion_protection: false,
      alb_deletion_protection: false,
    },
  ],
  [
    "production",
    {
      ...common,
      environment: "production",
      enable_https: true,
      certificate_arn: required,
      database_deletion_protection: true,
      alb_deletion_protection: true,
      sns_alert_email: required,
    },
  ],
] as const)("%s declares the old variables with the old defaults", (name, expected) => {
  const declared = variables(name);
  expect(
    Object.fromEntries(
      Object.entries(declared).map(([key, variable]) => [key, (variable as Block).default]),
    ),
  ).toEqual(expected);
  for (const variable of Object.values(declared)) {
    expect((variable as Block).description).toBeTruthy();
    expect(["string", "bool"]).toContain((variable as Block).type);
  }
});

test.each(["dev", "production"] as const)("%s has the old outputs", (name) => {
  expect(Object.keys(stacks[name].template.output as Block)).toEqual(
    expect.arrayContaining([
      "alb_dns_name",
      "alb_url",
      "api_url",
      "ecr_api_repository_url",
      "ecr_web_repository_url",
      "ecs_cluster_name",
      "database_endpoint",
      "database_secret_arn",
      "vpc_id",
      "migrate_task_definition_arn",
      ...(name === "production" ? ["sns_topic_arn"] : []),
    ]),
  );
});

test.each(["dev", "production"] as const)("%s keeps the location of its state", (name) => {
  expect(stacks[name].template.terraform.backend.s3).toEqual({
    bucket: "plue-terraform-state",
    key: `plue/${name}/terraform.tfstate`,
    region: "us-east-1",
    dynamodb_table: "terraform-state-lock",
    encrypt: true,
  });
});

test("no ARN contains a fixed partition: some regions have another one", () => {
  for (const { template } of Object.values(stacks)) {
    expect(JSON.stringify({ ...template, variable: undefined })).not.toMatch(/arn:aws[a-z-]*:/);
  }
});

describe("the state backend", () => {
  const environment = process.env;
  afterEach(() => {
    process.env = environment;
  });

  test("follows environment variables before the project's settings", async () => {
    process.env = {
      ...environment,
      PLUE_STATE_BUCKET: "other-bucket",
      PLUE_STATE_LOCK_TABLE: "other-table",
      PLUE_STATE_REGION: "eu-west-1",
      PLUE_STATE_LOCK_FILE: "true",
    };
    await jest.isolateModulesAsync(async () => {
      const { stacks: others } = await import("../../support/stack");
      expect(others.dev.template.terraform.backend.s3).toEqual({
        bucket: "other-bucket",
        key: "plue/dev/terraform.tfstate",
        region: "eu-west-1",
        dynamodb_table: "other-table",
        encrypt: true,
        use_lockfile: true,
      });
    });
  });
});

test("every resource has tags, including the environment's own", () => {
  expect(stacks.production.template.provider.aws[0].default_tags).toEqual([
    { tags: { Environment: "production", Project: "plue", ManagedBy: "terraform" } },
  ]);
});

test("dev and production support the team's Terraform version", () => {
  expect(stacks.dev.template.terraform.required_version).toBe(">= 1.5.0");
  expect(stacks.production.template.terraform.required_version).toBe(">= 1.5.0");
});
