import { readFileSync } from "node:fs";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { checksOf } from "../../../src/embedded-aws/server";
import { publish } from "../../support/alarms";
import { useCiStack } from "../../support/ci-stack";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { perZone, settings, threeZones } from "../../support/live-dev";

const { database } = settings;

describeEmbeddedAws("zones, HTTPS and engine of dev, changed by CI when it is live", () => {
  const ci = useCiStack(threeZones);
  beforeAll(() => ci.stack.apply());

  test("a zone goes after load balancer, services and mount target have left it", async () => {
    const { calls } = await ci.change(perZone);
    // The embedded AWS refuses to delete a subnet that is in use, as AWS does.
    expect(calls.filter((operation) => operation === "DeleteSubnet")).toHaveLength(2);
  });

  test("a zone changes over to the one NAT gateway before its own goes", async () => {
    const { calls } = await ci.change(settings);
    const changedOver = calls.lastIndexOf("ReplaceRouteTableAssociation");
    expect(changedOver).toBeGreaterThan(-1);
    expect(calls.indexOf("DeleteRouteTable")).toBeGreaterThan(changedOver);
    expect(calls.indexOf("DeleteNatGateway")).toBeGreaterThan(changedOver);
  });

  test("another CIDR is refused with words: it would replace all of it", async () => {
    const cidr = "10.1.0.0/16";
    const zones = settings.network.zones.map((zone) => ({
      publicCidr: zone.publicCidr.replace("10.0.", "10.1."),
      privateCidr: zone.privateCidr.replace("10.0.", "10.1."),
    }));
    ci.stack.synthesize({ ...settings, network: { ...settings.network, cidr, zones } });
    const { code, stderr } = await ci.stack.terraform("plan", "-input=false");
    expect(code).toBe(1);
    expect(stderr.replace(/[\s│]+/g, " ")).toContain(
      "network.cidr of dev is not the CIDR of its VPC",
    );
  });

  test("HTTPS is switched on by two variables, and then HTTP is redirected", async () => {
    const https = ["-var=enable_https=true", `-var=certificate_arn=${ci.certificate}`];
    // Its certificate has an alarm where alarms notify.
    const notified = { ...settings, alarms: "notify" as const, alertEmail: "alerts@example.com" };
    await ci.change(notified, ...https);

    const elb = new ElasticLoadBalancingV2Client(ci.aws.client);
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
    expect(await ci.stack.succeed("output", "-raw", "alb_url")).toMatch(/^https:/);

    const days = {
      Namespace: "AWS/CertificateManager",
      MetricName: "DaysToExpiry",
      Dimensions: [{ Name: "CertificateArn", Value: ci.certificate }],
    };
    expect(await publish(ci.aws, days, 29)).toEqual({ "dev-plue-certificate": "ALARM" });
    expect(await publish(ci.aws, days, 395)).toEqual({ "dev-plue-certificate": "OK" });
  });

  test("a rollback finds each earlier revision", () => {
    expect(readFileSync(ci.aws.recording, "utf8")).not.toContain('"DeregisterTaskDefinition"');
  });

  test("nothing was refused to CI's role, or could not be read", async () => {
    expect(await checksOf(ci.aws)).toMatchObject({ refused: 0, unread: 0 });
  });

  test("a major upgrade needs its setting, and replaces only the parameter group", async () => {
    const engineVersion = "17";
    ci.stack.synthesize({ ...settings, database: { ...database, engineVersion } });
    const refused = await ci.stack.terraform("plan", "-refresh=false");
    expect(refused.stderr).toContain("database.engineVersion of dev is 17, and the database has");

    await ci.change({
      ...settings,
      database: { ...database, engineVersion, allowMajorVersionUpgrade: true },
    });

    ci.stack.synthesize({
      ...settings,
      database: { ...database, allowMajorVersionUpgrade: true },
    });
    const downgrade = await ci.stack.terraform("plan", "-refresh=false");
    expect(downgrade.stderr).toContain("RDS cannot downgrade it");
  });

  test("is destroyed", async () => {
    await ci.stack.apply("-destroy");
    expect(await ci.stack.succeed("state", "list")).toBe("");
  });
});
