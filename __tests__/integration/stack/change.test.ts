import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { checksOf } from "../../../src/embedded-aws/server";
import { local as settings } from "../../../src/environments/local";
import { costOf, planCostOf } from "../../../src/operations/inspect/cost";
import { valuesIn, type PlanJson } from "../../../src/terraform/plan";
import { readStack } from "../../../src/terraform/stack";
import { project } from "../../support/plue";
import { publish } from "../../support/alarms";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { useLocalStack } from "../../support/local-stack";

describeEmbeddedAws("a whole environment that changes", () => {
  const local = useLocalStack(settings);

  beforeAll(() => local.stack.apply());

  test("plan and cost agree on one price", async () => {
    await local.stack.succeed("plan", "-out=priced.tfplan");
    const plan = JSON.parse(
      await local.stack.succeed("show", "-json", "priced.tfplan"),
    ) as PlanJson;
    const stack = readStack(local.stack.folder);
    const region = "us-east-1";
    const priced = { settings, region, projectDir: project };
    const { cost } = planCostOf(stack.withValues(valuesIn(plan)), priced, plan);
    const { cost: bill } = await costOf({ ...settings, region }, project);
    expect([cost.before.lines, cost.after.lines]).toEqual([bill.lines, bill.lines]);
  });

  test("a rotation that stops after the secret goes on with the new password", async () => {
    const before = await local.secret("password");
    local.stack.synthesize({
      ...settings,
      database: { ...settings.database, masterPassword: { mode: "write-only", version: 2 } },
    });
    const half = "aws_secretsmanager_secret_version.database_password";
    await local.stack.apply(`-target=${half}`);
    const rotated = await local.secret("password");
    expect(rotated).not.toBe(before);
    expect(local.databasePassword()).toBe(before);

    await local.stack.apply();
    expect(await local.secret("password")).toBe(rotated);
    expect(local.databasePassword()).toBe(rotated);
    expect((JSON.parse(await local.secret("connection")) as { password: string }).password).toBe(
      rotated,
    );
    expect(await local.stack.pending()).toEqual([]);
  });

  test("HTTPS is switched on by two variables, and then HTTP is redirected", async () => {
    const { CertificateArn } = await new ACMClient(local.aws.client).send(
      new RequestCertificateCommand({ DomainName: "plue.example.com" }),
    );
    const https = ["-var=enable_https=true", `-var=certificate_arn=${CertificateArn}`];
    await local.stack.apply(...https);
    expect(await local.stack.pending(...https)).toEqual([]);

    const elb = new ElasticLoadBalancingV2Client(local.aws.client);
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
    expect(await local.stack.succeed("output", "-raw", "alb_url")).toMatch(/^https:/);

    const days = {
      Namespace: "AWS/CertificateManager",
      MetricName: "DaysToExpiry",
      Dimensions: [{ Name: "CertificateArn", Value: CertificateArn }],
    };
    expect(await publish(local.aws, days, 29)).toEqual({ "local-plue-certificate": "ALARM" });
    expect(await publish(local.aws, days, 395)).toEqual({ "local-plue-certificate": "OK" });
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
