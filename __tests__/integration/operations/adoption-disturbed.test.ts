import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAM } from "@aws-sdk/client-iam";
import { RDS } from "@aws-sdk/client-rds";
import { rmSync } from "node:fs";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import { onCopy, startLane } from "../../support/copies";
import { describeEmbeddedAws, fork, type EmbeddedAws, type Fork } from "../../support/embedded-aws";
import { adoptingProject, adoptionOf, type Place } from "../../support/old-project";
import { killTree } from "../../support/plue";

/**
 * ADOPTION_KILLS=. tries what a kill after each call that writes leaves, which takes an hour; the pattern limits it to
 * some calls, as PUT does. Without it there is one kill: it comes when most objects exist, and those that were created
 * last are not in the state.
 */
const { ADOPTION_KILLS: kills, ADOPTION_OF: environments = "dev" } = process.env;

/** Attempts at once: most of their time is the provider's waiting. */
const LANES = 3;

for (const settings of [dev, production]) {
  if (environments.split(",").includes(settings.name)) {
    describeEmbeddedAws(`adopting ${settings.name}, disturbed`, () => {
      disturbances(settings);
    });
  }
}

/** The calls that change something. */
const writes = (operation: string) =>
  !/^(Describe|List|Get|Head|BatchGet|GET|HEAD|AssumeRole|Simulate)/.test(operation);

function disturbances({ name }: EnvironmentSettings): void {
  const adoption = adoptionOf(name);
  const { start, startAdopting, unlock } = adoption;

  /** Does what the messages say until the adoption has ended and the plan is empty; returns how often it ran. */
  async function goOn(place?: Place): Promise<number> {
    let reported = "";
    for (let runs = 1; ; runs++) {
      const { code, stderr } = await startAdopting(place).result;
      if (code === 0) {
        const plan = await start(["plan", name], place).result;
        expect(plan).toMatchObject({ code: 0, stderr: expect.stringContaining("No changes.") });
        return runs;
      }
      reported += `\n--- run ${runs}:\n${stderr.slice(-1000)}`;
      if (runs === 4) throw new Error(reported);
      await unlock(stderr, place);
    }
  }

  /** Adopts to the end; returns what a kill after each call that writes would have left. */
  async function adoptAndCopy(): Promise<{ readonly killed: string; readonly copy: Fork }[]> {
    const left: { readonly killed: string; readonly copy: Fork }[] = [];
    const { proxy } = adoption.old.aws;
    let calls = 0;
    proxy!.after = async (operation) => {
      if (!writes(operation)) return;
      const killed = `killed after call ${++calls}, ${operation}`;
      if (new RegExp(kills!).test(operation))
        left.push({ killed, copy: await fork(proxy!.target) });
    };
    const { code, stderr } = await startAdopting().result;
    proxy!.after = undefined;
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    return left;
  }

  (kills ? test.skip : test)("goes on by the same command after a kill, to an empty plan", () =>
    onCopy(adoption.old.aws, async () => {
      const adopting = startAdopting();
      adoption.old.aws.proxy!.rule = (operation) => {
        if (operation === "CreateVpcEndpoint") killTree(adopting.child.pid!);
        return undefined;
      };
      const { code } = await adopting.result;
      adoption.old.aws.proxy!.rule = undefined;
      expect(code).toBe(null);
      await goOn();
    }),
  );

  (kills ? test : test.skip)(
    "goes on by the same command, whichever call was the last",
    async () => {
      const stuck: string[] = [];
      await onCopy(adoption.old.aws, async () => {
        const spread = ([index]: readonly [number, unknown]) => (index * 0.618034) % 1;
        // A run that is stopped early has tried kills of the whole adoption.
        const left = [...(await adoptAndCopy()).entries()].sort((a, b) => spread(a) - spread(b));
        console.log(`${left.length} calls that write`);
        const attempt = async () => {
          const lane = await startLane(adoption.old.aws);
          const place = { env: lane.env, project: adoptingProject(name, adoption.old) };
          for (let next = left.shift(); next; next = left.shift()) {
            const [, { killed, copy }] = next;
            lane.proxy.target = copy.endpoint;
            try {
              console.log(`${killed}: ${await goOn(place)} more runs`);
            } catch (error) {
              stuck.push(`${killed}: ${String(error)}`);
              console.log(stuck.at(-1));
            }
            copy.end();
          }
          rmSync(place.project, { recursive: true });
          await lane.stop();
        };
        await Promise.all(Array.from({ length: LANES }, attempt));
      });
      expect(stuck).toEqual([]);
    },
    12 * 60 * 60 * 1000,
  );

  test("names every object that differs from the old code, and what will happen to it", async () => {
    const { code, stdout, stderr } = await onCopy(adoption.old.aws, async (client) => {
      await drift(client, name);
      return start(["adopt", name, "--json"]).result;
    });
    expect([code, code === 2 ? "" : stderr]).toEqual([2, ""]);
    const verdict = JSON.parse(stdout) as Record<
      "changed" | "created" | "replaced" | "destroyed",
      readonly { address: string; attributes: string[]; reason?: string; note?: string }[]
    >;
    const undecided = (["changed", "created", "replaced", "destroyed"] as const).flatMap((what) =>
      verdict[what]
        .filter(({ reason }) => !reason)
        .map(({ address, attributes }) => [address, what, ...attributes].join(" ")),
    );
    const database = ["backup_retention_period"].concat(
      adoption.old.random ? [] : ["password", "password_wo_version"],
    );
    expect(undecided.sort()).toEqual([
      "aws_cloudwatch_log_group.api_server changed retention_in_days",
      "aws_cloudwatch_log_group.web_app created",
      "aws_cloudwatch_metric_alarm.load_balancer_alb_unhealthy_hosts_web created",
      ...database.map((attribute) => `aws_db_instance.database_main changed ${attribute}`),
      "aws_default_security_group.network_main created",
      "aws_ecr_lifecycle_policy.ecr_web_app created",
      "aws_ecr_repository.ecr_db_migrate created",
      "aws_ecr_repository.ecr_web_app created",
      "aws_iam_role_policy.api_server_task_efs created",
      "aws_lb.load_balancer_main changed idle_timeout",
      "aws_lb_target_group.load_balancer_api_server changed health_check",
      "aws_security_group.api_server changed ingress",
      "aws_security_group.web_app changed ingress",
      "aws_vpc.network_main changed tags",
      "aws_vpc.network_main changed tags_all",
    ]);
  });
}

/** Changes an adopted environment by hand as people do: deletes, changes and adds objects. */
async function drift(client: EmbeddedAws["client"], name: string): Promise<void> {
  const logs = new CloudWatchLogs(client);
  const ec2 = new EC2(client);
  const ecr = new ECR(client);
  const elb = new ElasticLoadBalancingV2(client);
  const rds = new RDS(client);
  const iam = new IAM(client);
  const cloudwatch = new CloudWatch(client);
  const { Vpcs } = await ec2.describeVpcs({
    Filters: [{ Name: "tag:Environment", Values: [name] }],
  });
  const vpc = Vpcs![0]!.VpcId!;
  const { Subnets } = await ec2.describeSubnets({ Filters: [{ Name: "vpc-id", Values: [vpc] }] });
  const group = async (component: string) => {
    const { SecurityGroups } = await ec2.describeSecurityGroups({
      Filters: [{ Name: "group-name", Values: [`${name}-plue-${component}-sg`] }],
    });
    return SecurityGroups![0]!.GroupId!;
  };
  const { LoadBalancers } = await elb.describeLoadBalancers({ Names: [`${name}-plue-alb`] });
  const { TargetGroups } = await elb.describeTargetGroups({ Names: [`${name}-plue-api-tg`] });
  await ecr.deleteRepository({ repositoryName: `${name}-plue-web-app`, force: true });
  await logs.deleteLogGroup({ logGroupName: `/ecs/${name}/plue-web-app` });
  await cloudwatch.deleteAlarms({ AlarmNames: [`${name}-plue-alb-unhealthy-web`] });
  await iam.deleteRolePolicy({
    RoleName: `${name}-plue-api-server-task`,
    PolicyName: `${name}-plue-api-server-efs`,
  });

  await logs.putRetentionPolicy({
    logGroupName: `/ecs/${name}/plue-api-server`,
    retentionInDays: 90,
  });
  await ec2.createTags({ Resources: [vpc], Tags: [{ Key: "Team", Value: "git" }] });
  const open = { FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await ec2.revokeSecurityGroupIngress({
    GroupId: await group("web-app"),
    IpPermissions: [{ IpProtocol: "tcp", ...open }],
  });
  await ec2.authorizeSecurityGroupIngress({
    GroupId: await group("api-server"),
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "203.0.113.7/32" }] },
    ],
  });
  await rds.modifyDBInstance({
    DBInstanceIdentifier: `${name}-plue-db`,
    BackupRetentionPeriod: 21,
    ApplyImmediately: true,
  });
  await elb.modifyTargetGroup({
    TargetGroupArn: TargetGroups![0]!.TargetGroupArn,
    HealthCheckPath: "/elsewhere",
  });
  await elb.modifyLoadBalancerAttributes({
    LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
    Attributes: [{ Key: "idle_timeout.timeout_seconds", Value: "300" }],
  });

  await ecr.createRepository({ repositoryName: `${name}-plue-db-migrate` });
  await ec2.createNetworkInterface({ SubnetId: Subnets![0]!.SubnetId });
}
