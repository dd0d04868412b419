import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAM } from "@aws-sdk/client-iam";
import { RDS } from "@aws-sdk/client-rds";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import type { EnvironmentSettings } from "../../../src/environments/settings";
import { dev } from "../../../src/environments/dev";
import { production } from "../../../src/environments/production";
import { onCopy } from "../../support/copies";
import { describeEmbeddedAws, terraform, type EmbeddedAws } from "../../support/embedded-aws";
import { adoptingProject, applyOldProject, type OldProject } from "../../support/old-project";
import { killTree, startPlue } from "../../support/plue";

/**
 * The adoption can be killed after every call that writes, which takes hours: ADOPTION_KILLS=all, or
 * `kinds` for the first call of each name, or names of calls. The one that always runs comes when most
 * objects exist; those that were created last are not in the state.
 */
const { ADOPTION_KILLS: chosen = "CreateVpcEndpoint", ADOPTION_OF: environments = "dev" } =
  process.env;

for (const settings of [dev, production]) {
  if (environments.split(",").includes(settings.name)) {
    describeEmbeddedAws(`adopting ${settings.name}, disturbed`, () => {
      disturbances(settings);
    });
  }
}

/** A call that writes: its name, and how many of this name there were with it. */
interface Call {
  readonly operation: string;
  readonly time: number;
}

/** The calls that change something. */
const writes = (operation: string) =>
  !/^(Describe|List|Get|Head|BatchGet|GET|HEAD|AssumeRole|Simulate)/.test(operation);

function disturbances({ name }: EnvironmentSettings): void {
  let old: OldProject;
  let project: string;

  beforeAll(async () => {
    old = await applyOldProject(name, { proxied: true });
    project = adoptingProject(name, old);
  });
  afterAll(async () => {
    if (project) rmSync(project, { recursive: true, force: true });
    await old?.stop();
  });

  const start = (...args: string[]) =>
    startPlue([...args, ...old.variableArguments], old.aws.env, project);
  const startAdopting = () =>
    start("adopt", name, "--apply", "--yes", "--accept", "aws_db_instance.database_main");

  /** Adopts, and kills plue and Terraform once the call has been answered; returns the calls that write. */
  async function adoptUntil(last?: Call): Promise<Call[]> {
    const calls: Call[] = [];
    const adopting = startAdopting();
    old.aws.proxy!.rule = (operation) => {
      if (!writes(operation)) return undefined;
      const time = 1 + calls.filter((call) => call.operation === operation).length;
      calls.push({ operation, time });
      if (operation === last?.operation && time === last.time) killTree(adopting.child.pid!);
      return undefined;
    };
    const { code, stderr } = await adopting.result;
    old.aws.proxy!.rule = undefined;
    const expected = last ? [null, ""] : [0, ""];
    expect([code, code === expected[0] ? "" : stderr]).toEqual(expected);
    return calls;
  }

  /** Does what the messages say until the adoption has ended; returns how often it ran. */
  async function goOn(): Promise<number> {
    for (let runs = 1; ; runs++) {
      const { code, stderr } = await startAdopting().result;
      if (code === 0) return runs;
      const [, folder, lock] = /-chdir=(\S+) force-unlock (\S+)/.exec(stderr) ?? [];
      if (lock === undefined || runs === 3) throw new Error(stderr);
      const freed = await terraform(
        resolve(project, folder!),
        ["force-unlock", "-force", lock],
        old.aws.env,
      );
      expect([freed.code, freed.stderr]).toEqual([0, ""]);
    }
  }

  test("goes on by the same command after a kill, to an empty plan", async () => {
    const all = /^(all|kinds)$/.test(chosen) ? await onCopy(old.aws, () => adoptUntil()) : [];
    const points =
      chosen === "all"
        ? all
        : chosen === "kinds"
          ? all.filter(({ time }) => time === 1)
          : chosen.split(",").map((operation) => ({ operation, time: 1 }));
    const stuck: string[] = [];
    for (const point of points) {
      const killed = `killed after ${point.operation} number ${point.time}`;
      try {
        const runs = await onCopy(old.aws, async () => {
          await adoptUntil(point);
          const needed = await goOn();
          const plan = await start("plan", name).result;
          expect(plan).toMatchObject({ code: 0, stderr: expect.stringContaining("No changes.") });
          return needed;
        });
        if (points.length > 1) console.log(`${killed}: ${runs} more runs`);
      } catch (error) {
        stuck.push(`${killed}: ${String(error)}`);
        console.log(stuck.at(-1));
      }
    }
    expect(stuck).toEqual([]);
  });

  test("names every object that differs from the old code, and what will happen to it", async () => {
    const { code, stdout, stderr } = await onCopy(old.aws, async (client) => {
      await drift(client, name);
      return start("adopt", name, "--json").result;
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
      old.random ? [] : ["password", "password_wo_version"],
    );
    expect(undecided.sort()).toEqual([
      "aws_cloudwatch_log_group.api_server changed retention_in_days",
      "aws_cloudwatch_log_group.web_app created",
      "aws_cloudwatch_metric_alarm.load_balancer_alb_unhealthy_hosts_web created",
      ...database.map((attribute) => `aws_db_instance.database_main changed ${attribute}`),
      "aws_default_security_group.network_main created",
      "aws_ecr_repository.ecr_db_migrate created",
      "aws_ecr_repository.ecr_web_app created",
      "aws_iam_role_policy.api_server_task_efs created",
      "aws_lb.load_balancer_main changed idle_timeout",
      "aws_lb_target_group.load_balancer_api_server changed health_check",
      "aws_security_group.api_server changed ingress",
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
