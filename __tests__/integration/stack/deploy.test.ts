import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { checksOf } from "../../../src/embedded-aws/server";
import { local } from "../../../src/environments/local";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import {
  describeEmbeddedAws,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { deployment, type Deployment } from "../../support/deployment";
import { lacking } from "../../support/policies";

// A destroy that something refuses must leave what holds data.
const protectedLocal: EnvironmentSettings = {
  ...local,
  database: { ...local.database, deletionProtection: true },
};

describeEmbeddedAws("a whole environment, from nothing to nothing", () => {
  let aws: EmbeddedAws;
  let stack: Deployment;
  let calls: string;

  beforeAll(async () => {
    const launcher = join(__dirname, "../../fixtures/embedded-aws/telling_aws.py");
    calls = mkdtempSync(join(tmpdir(), "plue-calls-"));
    aws = await startEmbeddedAws({ launcher, recording: join(calls, "calls.jsonl") });
    stack = await deployment(aws, protectedLocal);
  });
  afterAll(async () => {
    stack?.remove();
    await aws?.stop();
    rmSync(calls, { recursive: true, force: true });
  });

  const secret = async (name: string) => {
    const client = new SecretsManagerClient(aws.client);
    const { SecretString } = await client.send(
      new GetSecretValueCommand({ SecretId: `local-plue-db-${name}` }),
    );
    return SecretString!;
  };
  /** What RDS was told last. */
  const databasePassword = () => readFileSync(join(aws.home, "database-password"), "utf8");

  describe("before anything is made, the plan refuses", () => {
    test.each([
      ["environment=dev", "This is the stack of local"],
      ["aws_region=Virginia", "aws_region must be the code of an AWS region"],
      ["api_image_tag=a b", "api_image_tag must be an image tag"],
      ["web_image_tag=.latest", "web_image_tag must be an image tag"],
      ["migrate_image_tag=", "migrate_image_tag must be an image tag"],
      ["certificate_arn=mine", "certificate_arn must look like"],
      ["sns_alert_email=nobody", "sns_alert_email must be an e-mail address"],
      ["enable_https=true", "enable_https needs a certificate"],
      [
        "certificate_arn=arn:aws:acm:eu-west-1:123456789012:certificate/abc",
        "certificate_arn names a certificate of another region than the load balancer's",
      ],
    ])("%s", async (variable, message) => {
      const { code, stderr } = await stack.terraform(
        "plan",
        "-input=false",
        "-lock=false",
        "-refresh=false",
        `-var=${variable}`,
      );
      expect(code).toBe(1);
      expect(stderr.replace(/[\s│]+/g, " ")).toContain(message);
    });
  });

  test("an apply that stops after the password is made goes on with that password", async () => {
    const half = "aws_secretsmanager_secret_version.database_password";
    await stack.succeed("apply", "-auto-approve", `-target=${half}`);
    const password = await secret("password");
    expect(password).toMatch(/^[^/@" ]{32}$/);
    await stack.succeed("apply", "-auto-approve");
    expect(await secret("password")).toBe(password);
    expect(databasePassword()).toBe(password);
  });

  test("a second plan is empty", async () => {
    expect(await stack.pending()).toEqual([]);
  });

  test("the connection secret opens the database", async () => {
    const password = await secret("password");
    const connection = JSON.parse(await secret("connection")) as Record<string, string | number>;
    const { DBInstances } = await new RDSClient(aws.client).send(
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
    const password = await secret("password");
    await stack.succeed("plan", "-out=everything.tfplan");
    const shown = await stack.succeed("show", "-json", "everything.tfplan");
    const state = await stack.succeed("state", "pull");
    for (const text of [shown, state]) {
      expect(text).toContain("database_password");
      expect(text).not.toContain(JSON.stringify(password).slice(1, -1));
      expect(text).not.toContain(encodeURIComponent(password));
    }
  });

  test("addresses in the state read as in the code", async () => {
    const addresses = (await stack.succeed("state", "list")).split("\n");
    expect(addresses).toEqual(
      expect.arrayContaining([
        "aws_db_instance.database_main",
        "aws_subnet.network_private_1",
        "aws_lb_listener_rule.load_balancer_api_http[0]",
        "aws_ecs_service.api_server",
      ]),
    );
  });

  test("a rotation that stops after the secret goes on with the new password", async () => {
    const before = await secret("password");
    stack.synthesize({
      ...protectedLocal,
      database: { ...protectedLocal.database, masterPassword: { mode: "write-only", version: 2 } },
    });
    const half = "aws_secretsmanager_secret_version.database_password";
    await stack.succeed("apply", "-auto-approve", `-target=${half}`);
    const rotated = await secret("password");
    expect(rotated).not.toBe(before);
    expect(databasePassword()).toBe(before);

    await stack.succeed("apply", "-auto-approve");
    expect(await secret("password")).toBe(rotated);
    expect(databasePassword()).toBe(rotated);
    expect((JSON.parse(await secret("connection")) as { password: string }).password).toBe(rotated);
    expect(await stack.pending()).toEqual([]);
  });

  test("HTTPS is switched on by two variables, and then HTTP is redirected", async () => {
    const { CertificateArn } = await new ACMClient(aws.client).send(
      new RequestCertificateCommand({ DomainName: "plue.example.com" }),
    );
    const https = ["-var=enable_https=true", `-var=certificate_arn=${CertificateArn}`];
    await stack.succeed("apply", "-auto-approve", ...https);
    expect(await stack.pending(...https)).toEqual([]);

    const elb = new ElasticLoadBalancingV2Client(aws.client);
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
    const { Listeners } = await elb.send(
      new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn }),
    );
    const listener = (port: number) => Listeners!.find(({ Port }) => Port === port)!;
    expect(listener(80).DefaultActions![0]).toMatchObject({
      Type: "redirect",
      RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" },
    });
    expect(listener(443).SslPolicy).toBe("ELBSecurityPolicy-TLS13-1-2-2021-06");
    expect(await stack.succeed("output", "-raw", "alb_url")).toMatch(/^https:/);
  });

  test("a destroy that the database refuses has removed nothing that holds data", async () => {
    const { code, stdout, stderr } = await stack.terraform("destroy", "-auto-approve");
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/[Dd]eletion protection/);

    const { FileSystems } = await new EFSClient(aws.client).send(
      new DescribeFileSystemsCommand({}),
    );
    expect(FileSystems!.map(({ CreationToken }) => CreationToken)).toEqual(["local-plue-efs"]);
    const { repositories } = await new ECRClient(aws.client).send(
      new DescribeRepositoriesCommand({}),
    );
    expect(repositories).toHaveLength(3);
    expect(await secret("password")).toBe(databasePassword());
  });

  test("with the protection switched off everything goes", async () => {
    const off = "-var=database_deletion_protection=false";
    await stack.succeed("apply", "-auto-approve", off, "-target=aws_db_instance.database_main");
    await stack.succeed("destroy", "-auto-approve", off);
    expect(await stack.succeed("state", "list")).toBe("");
  });

  test("CI's policies allow every call that was made", async () => {
    expect(await lacking(join(calls, "calls.jsonl"))).toEqual([]);
  });

  test("nothing was refused, or could not be read", async () => {
    expect(await checksOf({ endpoint: aws.endpoint })).toMatchObject({ refused: 0, unread: 0 });
  });
});
