import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { checksOf } from "../../../src/embedded-aws/server";
import { local as unprotected } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { useLocalStack } from "../../support/local-stack";

// A destroy that something refuses must leave what holds data.
const settings: EnvironmentSettings = {
  ...unprotected,
  database: { ...unprotected.database, deletionProtection: true },
};

describeEmbeddedAws("a whole environment, from nothing to nothing", () => {
  const local = useLocalStack(settings);

  describe("before anything is made, the plan refuses", () => {
    /** What a plan with these variables refuses; it reads nothing. */
    const refusal = async (...variables: string[]) => {
      const values = variables.map((variable) => `-var=${variable}`);
      const options = ["-input=false", "-lock=false", "-refresh=false"];
      const { code, stderr } = await local.stack.terraform("plan", ...options, ...values);
      expect(code).toBe(1);
      return stderr.replace(/[\s│]+/g, " ");
    };

    test("each value that is wrong by itself", async () => {
      const wrong = {
        "environment=dev": "This is the stack of local",
        "aws_region=Virginia": "aws_region must be the code of an AWS region",
        "api_image_tag=a b": "api_image_tag must be an image tag",
        "web_image_tag=.latest": "web_image_tag must be an image tag",
        "migrate_image_tag=-1": "migrate_image_tag must be an image tag",
        "enable_https=yes": "enable_https must be true or false",
        "certificate_arn=mine": "certificate_arn must look like",
        "sns_alert_email=nobody": "sns_alert_email must be an e-mail address",
      };
      const message = await refusal(...Object.keys(wrong));
      for (const words of Object.values(wrong)) expect(message).toContain(words);
    });

    test.each([
      ["enable_https=true", "enable_https needs a certificate"],
      [
        "certificate_arn=arn:aws:acm:eu-west-1:123456789012:certificate/abc",
        "certificate_arn names a certificate in another region",
      ],
    ])("%s", async (variable, message) => {
      expect(await refusal(variable)).toContain(message);
    });
  });

  test("an apply that stops after the password is made goes on with that password", async () => {
    const half = "aws_secretsmanager_secret_version.database_password";
    await local.stack.apply(`-target=${half}`);
    const password = await local.secret("password");
    expect(password).toMatch(/^[^/@" ]{32}$/);
    await local.stack.apply();
    expect(await local.secret("password")).toBe(password);
    expect(local.databasePassword()).toBe(password);
  });

  test("a second plan is empty", async () => {
    expect(await local.stack.pending()).toEqual([]);
  });

  test("an empty value, which CI gives for one that is not set, stands for the default", async () => {
    const stack = JSON.parse(readFileSync(join(local.stack.folder, "cdk.tf.json"), "utf8")) as {
      variable: Record<string, { default?: unknown }>;
    };
    const optional = Object.entries(stack.variable).filter(([, one]) => one.default !== undefined);
    expect(optional.length).toBeGreaterThan(8);
    expect(await local.stack.pending(...optional.map(([name]) => `-var=${name}=`))).toEqual([]);
  });

  test("the connection secret opens the database", async () => {
    const password = await local.secret("password");
    const connection = JSON.parse(await local.secret("connection")) as Record<
      string,
      string | number
    >;
    const { DBInstances } = await new RDSClient(local.aws.client).send(
      new DescribeDBInstancesCommand({}),
    );
    const host = DBInstances![0]!.Endpoint!.Address!;
    expect(connection).toEqual({
      engine: "postgres",
      host,
      port: 5432,
      dbname: "plue",
      username: "plue",
      password,
      url: expect.any(String),
    });
    const url = new URL(connection.url as string);
    expect(decodeURIComponent(url.password)).toBe(password);
    expect([url.protocol, url.username, url.host, url.pathname, url.search]).toEqual([
      "postgresql:",
      "plue",
      `${host}:5432`,
      "/plue",
      "?sslmode=verify-full",
    ]);
  });

  test("neither plan nor state holds the password", async () => {
    const password = await local.secret("password");
    await local.stack.succeed("plan", "-out=everything.tfplan");
    const shown = await local.stack.succeed("show", "-json", "everything.tfplan");
    const state = await local.stack.succeed("state", "pull");
    for (const text of [shown, state]) {
      expect(text).toContain("database_password");
      expect(text).not.toContain(JSON.stringify(password).slice(1, -1));
      expect(text).not.toContain(encodeURIComponent(password));
    }
  });

  test("addresses in the state read as in the code", async () => {
    const addresses = (await local.stack.succeed("state", "list")).split("\n");
    expect(addresses).toEqual(
      expect.arrayContaining([
        "aws_db_instance.database_main",
        "aws_subnet.network_private_1",
        "aws_lb_listener_rule.load_balancer_api_http[0]",
        "aws_ecs_service.api_server",
      ]),
    );
  });

  test("a destroy that the database refuses has removed nothing that holds data", async () => {
    const { code, stdout, stderr } = await local.stack.terraform("destroy", "-auto-approve");
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/[Dd]eletion protection/);

    const { FileSystems } = await new EFSClient(local.aws.client).send(
      new DescribeFileSystemsCommand({}),
    );
    expect(FileSystems!.map(({ CreationToken }) => CreationToken)).toEqual(["local-plue-efs"]);
    const { repositories } = await new ECRClient(local.aws.client).send(
      new DescribeRepositoriesCommand({}),
    );
    expect(repositories).toHaveLength(3);
    expect(await local.secret("password")).toBe(local.databasePassword());
  });

  test("with the protection switched off everything goes", async () => {
    const off = "-var=database_deletion_protection=false";
    await local.stack.apply(off, "-target=aws_db_instance.database_main");
    await local.stack.apply("-destroy", off);
    expect(await local.stack.succeed("state", "list")).toBe("");
  });

  test("CI's policies allow every call that was made", () => {
    expect(local.notAllowed()).toEqual([]);
  });

  test("nothing was refused, or could not be read", async () => {
    expect(await checksOf({ endpoint: local.aws.endpoint })).toMatchObject({
      refused: 0,
      unread: 0,
    });
  });
});
