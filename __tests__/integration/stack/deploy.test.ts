import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { checksOf } from "../../../src/embedded-aws/server";
import { production } from "../../../src/environments/production";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { costOf, planCostOf } from "../../../src/operations/inspect/cost";
import { valuesIn, type PlanJson } from "../../../src/terraform/plan";
import { readStack } from "../../../src/terraform/stack";
import { ownProvider } from "../../support/aws-provider";
import { assume } from "../../support/ci-role";
import { useCiStack } from "../../support/ci-stack";
import { describeEmbeddedAws, region, terraform } from "../../support/embedded-aws";
import { project } from "../../support/plue";

const { database } = production;
const settings: EnvironmentSettings = {
  ...production,
  permissionsBoundary: true,
  // No plan and no state may contain the password.
  database: { ...database, masterPassword: { mode: "write-only", version: 1 } },
  alertEmail: "alerts@example.com",
};

describeEmbeddedAws("production, from nothing to nothing, deployed by CI", () => {
  const ci = useCiStack(settings);

  describe("before anything is made, the plan refuses", () => {
    /** The refusal of a plan with these variables; it reads nothing. */
    const refusal = async (...variables: string[]) => {
      const values = variables.map((variable) => `-var=${variable}`);
      const options = ["-input=false", "-lock=false", "-refresh=false"];
      const { code, stderr } = await ci.stack.terraform("plan", ...options, ...values);
      expect(code).toBe(1);
      return stderr.replace(/[\s│]+/g, " ");
    };

    test("each value that is wrong by itself", async () => {
      const wrong = {
        "environment=dev": "This is the stack of production",
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
      ["certificate_arn=", "enable_https needs a certificate"],
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
    await ci.stack.apply(`-target=${half}`);
    const password = await ci.secret("password");
    expect(password).toMatch(/^[^/@" ]{32}$/);
    await ci.stack.apply();
    expect(await ci.secret("password")).toBe(password);
    expect(ci.databasePassword()).toBe(password);
  });

  test("a second plan, as CI's role that plans, is empty", async () => {
    const role = await assume(ci.aws.client, { kind: "plan", environment: "production" });
    // A provider of its own, which has these credentials.
    const env = ownProvider({ ...ci.aws.env, ...role });
    const certificate = `-var=certificate_arn=${ci.certificate}`;
    for (const args of [["init"], ["plan", "-lock=false", "-detailed-exitcode", certificate]]) {
      const { code, stdout, stderr } = await terraform(ci.stack.folder, args, env);
      expect([code, code ? stdout + stderr : ""]).toEqual([0, ""]);
    }
  });

  test("an empty value, which CI gives for one that is not set, stands for the default", async () => {
    const stack = JSON.parse(readFileSync(join(ci.stack.folder, "cdk.tf.json"), "utf8")) as {
      variable: Record<string, { default?: unknown }>;
    };
    const optional = Object.entries(stack.variable).filter(([, one]) => one.default !== undefined);
    expect(optional.length).toBeGreaterThan(8);
    const empty = optional.map(([name]) => `-var=${name}=`);
    // HTTPS needs a certificate.
    const certificate = `-var=certificate_arn=${ci.certificate}`;
    expect(await ci.stack.pending(...empty, certificate)).toEqual([]);
  });

  test("the connection secret opens the database", async () => {
    const password = await ci.secret("password");
    const connection = JSON.parse(await ci.secret("connection")) as Record<string, string | number>;
    const { DBInstances } = await new RDSClient(ci.aws.client).send(
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

  test("neither plan nor state holds the password, and plan and cost agree on one price", async () => {
    const password = await ci.secret("password");
    await ci.stack.succeed("plan", "-out=everything.tfplan");
    const shown = await ci.stack.succeed("show", "-json", "everything.tfplan");
    const state = await ci.stack.succeed("state", "pull");
    for (const text of [shown, state]) {
      expect(text).toContain("database_password");
      expect(text).not.toContain(JSON.stringify(password).slice(1, -1));
      expect(text).not.toContain(encodeURIComponent(password));
    }
    const plan = JSON.parse(shown) as PlanJson;
    const priced = { settings, region, projectDir: project };
    const stack = readStack(ci.stack.folder).withValues(valuesIn(plan));
    const { cost } = planCostOf(stack, priced, plan);
    const { cost: bill } = await costOf({ ...settings, region }, project);
    expect([cost.before.lines, cost.after.lines]).toEqual([bill.lines, bill.lines]);
  });

  test("a rotation that stops after the secret goes on with the new password", async () => {
    const before = await ci.secret("password");
    const masterPassword = { mode: "write-only", version: 2 } as const;
    ci.stack.synthesize({ ...settings, database: { ...settings.database, masterPassword } });
    const half = "aws_secretsmanager_secret_version.database_password";
    await ci.stack.apply(`-target=${half}`);
    const rotated = await ci.secret("password");
    expect(rotated).not.toBe(before);
    expect(ci.databasePassword()).toBe(before);

    await ci.stack.apply();
    expect(await ci.secret("password")).toBe(rotated);
    expect(ci.databasePassword()).toBe(rotated);
    expect(JSON.parse(await ci.secret("connection"))).toMatchObject({ password: rotated });
    expect(await ci.stack.pending()).toEqual([]);
  });

  test("addresses in the state read as in the code", async () => {
    const addresses = (await ci.stack.succeed("state", "list")).split("\n");
    expect(addresses).toEqual(
      expect.arrayContaining([
        "aws_db_instance.database_main",
        "aws_subnet.network_private_1",
        "aws_lb_listener_rule.load_balancer_api_https[0]",
        "aws_ecs_service.api_server",
      ]),
    );
  });

  test("a destroy that the database refuses has removed nothing that holds data", async () => {
    const { code, stdout, stderr } = await ci.stack.terraform("destroy", "-auto-approve");
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/[Dd]eletion protection/);

    const { FileSystems } = await new EFSClient(ci.aws.client).send(
      new DescribeFileSystemsCommand({}),
    );
    expect(FileSystems!.map(({ CreationToken }) => CreationToken)).toEqual(["production-plue-efs"]);
    const { repositories } = await new ECRClient(ci.aws.client).send(
      new DescribeRepositoriesCommand({}),
    );
    expect(repositories).toHaveLength(3);
    expect(await ci.secret("password")).toBe(ci.databasePassword());
  });

  test("with the protections switched off everything goes, after a final snapshot", async () => {
    const off = ["-var=database_deletion_protection=false", "-var=alb_deletion_protection=false"];
    const protectedOnes = [
      "-target=aws_db_instance.database_main",
      "-target=aws_lb.load_balancer_main",
    ];
    await ci.stack.apply(...off, ...protectedOnes);
    await ci.stack.apply("-destroy", ...off);
    expect(await ci.stack.succeed("state", "list")).toBe("");
  });

  test("nothing was refused to CI's role, or could not be read", async () => {
    // One refusal: the load balancer is protected from its deletion.
    expect(await checksOf(ci.aws)).toMatchObject({ refused: 1, unread: 0 });
  });
});
