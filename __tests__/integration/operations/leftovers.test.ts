import { Backup } from "@aws-sdk/client-backup";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECS } from "@aws-sdk/client-ecs";
import { EFS } from "@aws-sdk/client-efs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ElastiCache } from "@aws-sdk/client-elasticache";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { WAFV2 } from "@aws-sdk/client-wafv2";
import { production } from "../../../src/environments/production";
import { api, names } from "../../../src/names";
import { existingObjects } from "../../../src/operations/deploy/leftovers";
import { refuseWaitingSecrets } from "../../../src/operations/deploy/waiting-secrets";
import type { Environment } from "../../../src/operations/environment";
import { kinds } from "../../../src/resources";
import type { Existing } from "../../../src/resources/kind";
import type { ResourceChange } from "../../../src/terraform/plan";
import type { Stack } from "../../../src/terraform/stack";
import { describeEmbeddedAws, region, startEmbeddedAws } from "../../support/embedded-aws";
import { full } from "../../support/full";
import { synthesize } from "../../support/stack";

/** The plan of a creation: what is not written as a value is known only after the apply. */
function creation(address: string, type: string, values: Record<string, unknown>): ResourceChange {
  const known = ([, value]: [string, unknown]) => !JSON.stringify(value).includes("${");
  const entries = Object.entries(values);
  const after = Object.fromEntries(entries.filter(known));
  const unknown = entries.filter((entry) => !known(entry)).map(([key]) => [key, true]);
  const change = { actions: ["create"], before: null, after };
  return {
    address,
    type,
    mode: "managed",
    change: { ...change, after_unknown: Object.fromEntries(unknown) as Record<string, true> },
  };
}

const tags = { Environment: "dev", Project: "plue" };
const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const name = "dev-plue";
const VisibilityConfig = {
  SampledRequestsEnabled: false,
  CloudWatchMetricsEnabled: false,
  MetricName: name,
};

describeEmbeddedAws("an object that an interrupted apply created", () => {
  let aws: Awaited<ReturnType<typeof startEmbeddedAws>>;
  let ec2: EC2, elb: ElasticLoadBalancingV2, cache: ElastiCache, backup: Backup;
  let vpc: string, subnet: string, subnets: string[];

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    ec2 = new EC2(aws.client);
    elb = new ElasticLoadBalancingV2(aws.client);
    cache = new ElastiCache(aws.client);
    backup = new Backup(aws.client);
    vpc = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc!.VpcId!;
    subnets = [];
    for (const [index, zone] of ["a", "b"].entries()) {
      const { Subnet } = await ec2.createSubnet({
        VpcId: vpc,
        CidrBlock: `10.0.${index}.0/24`,
        AvailabilityZone: `${region}${zone}`,
        TagSpecifications: [{ ResourceType: "subnet", Tags }],
      });
      subnets.push(Subnet!.SubnetId!);
    }
    subnet = subnets[0]!;
  });
  afterAll(() => aws.stop());

  const find = (type: string, planned: Readonly<Record<string, string | undefined>>) => {
    const { existing } = kinds.get(type)!;
    if (typeof existing === "string") throw new Error(existing);
    return existing(planned, { ...aws.client, name: "dev" });
  };
  const finds = async (type: string, planned: Record<string, unknown>, id: string | undefined) => {
    const found: Existing = { id: id!, tags };
    expect(await find(type, planned as Record<string, string>)).toEqual(found);
  };

  test("is not found, whatever it is, where nothing was created", async () => {
    for (const settings of [full, production]) {
      const resource_changes = Object.entries(synthesize(settings).template.resource).flatMap(
        ([type, named]) =>
          Object.entries(named as Record<string, Record<string, unknown>>).map(([key, values]) =>
            creation(`${type}.${key}`, type, values),
          ),
      );
      const environment = { ...aws.client, name: "empty" } as unknown as Environment;
      const stack = { declaredAt: () => undefined } as unknown as Stack;
      expect(await existingObjects(environment, stack, { resource_changes })).toEqual(new Map());
    }
  });

  test("is found if it is a subnet", async () => {
    await finds("aws_subnet", { vpc_id: vpc, cidr_block: "10.0.0.0/24" }, subnet);
  });

  test("is found if it is the alias of a key", async () => {
    const kms = new KMS(aws.client);
    const alias = names.keyAlias("dev");
    const keyTags = Tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
    const { KeyMetadata } = await kms.createKey({ Tags: keyTags });
    await kms.createAlias({ AliasName: alias, TargetKeyId: KeyMetadata!.KeyId });
    await finds("aws_kms_alias", { name: alias }, alias);
  });

  test("is found if it belongs to AWS Backup", async () => {
    await backup.createBackupVault({ BackupVaultName: name, BackupVaultTags: tags });
    await finds("aws_backup_vault", { name }, name);
    const Rules = [{ RuleName: "daily", TargetBackupVaultName: name }];
    const { BackupPlanId: plan } = await backup.createBackupPlan({
      BackupPlan: { BackupPlanName: name, Rules },
      BackupPlanTags: tags,
    });
    await finds("aws_backup_plan", { name }, plan);
    const { SelectionId } = await backup.createBackupSelection({
      BackupPlanId: plan,
      BackupSelection: { SelectionName: name, IamRoleArn: "arn:aws:iam::123456789012:role/r" },
    });
    await finds("aws_backup_selection", { name, plan_id: plan }, `${plan}|${SelectionId}`);
    const test = names.restoreTestingPlan("dev");
    await backup.createRestoreTestingPlan({
      RestoreTestingPlan: {
        RestoreTestingPlanName: test,
        ScheduleExpression: "cron(0 6 * * ? *)",
        RecoveryPointSelection: {
          Algorithm: "LATEST_WITHIN_WINDOW",
          IncludeVaults: ["*"],
          RecoveryPointTypes: ["SNAPSHOT"],
        },
      },
      Tags: tags,
    });
    await finds("aws_backup_restore_testing_plan", { name: test }, test);
    await backup.createRestoreTestingSelection({
      RestoreTestingPlanName: test,
      RestoreTestingSelection: {
        RestoreTestingSelectionName: "database",
        ProtectedResourceType: "RDS",
        IamRoleArn: "arn:aws:iam::123456789012:role/r",
        ProtectedResourceArns: ["*"],
      },
    });
    const selection = { name: "database", restore_testing_plan_name: test };
    await finds("aws_backup_restore_testing_selection", selection, `database:${test}`);
  });

  test("is found if it belongs to ElastiCache", async () => {
    const [group, user] = [names.cache("dev"), names.cacheUser("dev")];
    const CacheSubnetGroupDescription = "cache";
    await cache.createCacheSubnetGroup({
      CacheSubnetGroupName: group,
      CacheSubnetGroupDescription,
      SubnetIds: subnets,
      Tags,
    });
    await finds("aws_elasticache_subnet_group", { name: group }, group);
    await cache.createReplicationGroup({
      ReplicationGroupId: group,
      ReplicationGroupDescription: "cache",
      Engine: "valkey",
      CacheNodeType: "cache.t4g.micro",
      CacheSubnetGroupName: group,
      NumCacheClusters: 1,
      Tags,
    });
    await finds("aws_elasticache_replication_group", { replication_group_id: group }, group);
    await cache.createUser({
      UserId: user,
      UserName: user,
      Engine: "valkey",
      AccessString: "on ~* +@all",
      AuthenticationMode: { Type: "iam" },
      Tags,
    });
    await finds("aws_elasticache_user", { user_id: user }, user);
    await cache.createUserGroup({ UserGroupId: group, Engine: "valkey", UserIds: [user], Tags });
    await finds("aws_elasticache_user_group", { user_group_id: group }, group);
    await cache.createServerlessCache({ ServerlessCacheName: group, Engine: "valkey", Tags });
    await finds("aws_elasticache_serverless_cache", { name: group }, group);
  });

  test("is found if it is a web ACL", async () => {
    const waf = new WAFV2(aws.client);
    const { Summary } = await waf.createWebACL({
      Name: name,
      Scope: "REGIONAL",
      DefaultAction: { Allow: {} },
      VisibilityConfig,
      Tags,
    });
    await finds("aws_wafv2_web_acl", { name }, `${Summary!.Id}/${name}/REGIONAL`);
  });

  test("is found if it is a bucket", async () => {
    const s3 = new S3({ ...aws.client, forcePathStyle: true });
    const Bucket = names.accessLogsBucket("dev", "123456789012", region);
    await s3.createBucket({ Bucket });
    await s3.putBucketTagging({ Bucket, Tagging: { TagSet: Tags } });
    await finds("aws_s3_bucket", { bucket: Bucket }, Bucket);
  });

  test("is found if it is a mount target", async () => {
    const efs = new EFS(aws.client);
    const { FileSystemId } = await efs.createFileSystem({
      CreationToken: names.fileSystem("dev"),
      Tags,
    });
    const { MountTargetId } = await efs.createMountTarget({ FileSystemId, SubnetId: subnet });
    await finds(
      "aws_efs_mount_target",
      { file_system_id: FileSystemId, subnet_id: subnet },
      MountTargetId,
    );
  });

  test("is found if it belongs to a load balancer", async () => {
    const { LoadBalancers } = await elb.createLoadBalancer({
      Name: names.loadBalancer("dev"),
      Subnets: subnets,
    });
    const arn = LoadBalancers![0]!.LoadBalancerArn;
    const answer = { StatusCode: "404", ContentType: "text/plain" };
    const DefaultActions = [{ Type: "fixed-response" as const, FixedResponseConfig: answer }];
    const { Listeners } = await elb.createListener({
      LoadBalancerArn: arn,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions,
      Tags,
    });
    const listener = Listeners![0]!.ListenerArn;
    await finds("aws_lb_listener", { load_balancer_arn: arn, port: 80 }, listener);
    const { Rules } = await elb.createRule({
      ListenerArn: listener,
      Priority: 10,
      Conditions: [{ Field: "path-pattern", Values: ["/api/*"] }],
      Actions: DefaultActions,
      Tags,
    });
    const planned = { listener_arn: listener, priority: 10 };
    await finds("aws_lb_listener_rule", planned, Rules![0]!.RuleArn);
  });

  test("is found if it is a service", async () => {
    const ecs = new ECS(aws.client);
    const [clusterName, service] = [names.cluster("dev"), names.task("dev", api)];
    const { cluster } = await ecs.createCluster({ clusterName });
    const { taskDefinition } = await ecs.registerTaskDefinition({
      family: service,
      containerDefinitions: [{ name: "web", image: "web", memory: 256 }],
    });
    await ecs.createService({
      cluster: clusterName,
      serviceName: service,
      taskDefinition: taskDefinition!.taskDefinitionArn,
      desiredCount: 0,
      tags: Tags.map(({ Key: key, Value: value }) => ({ key, value })),
    });
    const planned = { cluster: cluster!.clusterArn, name: service };
    await finds("aws_ecs_service", planned, `${clusterName}/${service}`);
  });

  test("is found if it is a rule, and not because its group exists", async () => {
    const [group, source] = await Promise.all(
      ["database", "api"].map(async (GroupName) => {
        const { GroupId } = await ec2.createSecurityGroup({
          ...{ GroupName, Description: GroupName, VpcId: vpc },
          TagSpecifications: [{ ResourceType: "security-group", Tags }],
        });
        return GroupId!;
      }),
    );
    const ports = { from_port: 5432, to_port: 5432 };
    const peers = { security_group_id: group, source_security_group_id: source };
    const planned = { type: "ingress", protocol: "tcp", ...ports, ...peers };
    const allow = (FromPort: number) =>
      ec2.authorizeSecurityGroupIngress({
        GroupId: group,
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort,
            ToPort: FromPort,
            UserIdGroupPairs: [{ GroupId: source }],
          },
        ],
      });
    await allow(22);
    expect(await find("aws_security_group_rule", planned as never)).toBeUndefined();
    await allow(5432);
    await finds("aws_security_group_rule", planned, `${group}_ingress_tcp_5432_5432_${source}`);
  });

  test("is found if it is an endpoint or a flow log of the VPC", async () => {
    const service = `com.amazonaws.${region}.s3`;
    const { VpcEndpoint } = await ec2.createVpcEndpoint({
      VpcId: vpc,
      ServiceName: service,
      TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags }],
    });
    const planned = { vpc_id: vpc, service_name: service };
    await finds("aws_vpc_endpoint", planned, VpcEndpoint!.VpcEndpointId);
    const bucket = "arn:aws:s3:::dev-plue-flow-logs";
    await new S3({ ...aws.client, forcePathStyle: true }).createBucket({
      Bucket: "dev-plue-flow-logs",
    });
    const { FlowLogIds } = await ec2.createFlowLogs({
      ResourceType: "VPC",
      ResourceIds: [vpc],
      TrafficType: "ALL",
      LogDestinationType: "s3",
      LogDestination: bucket,
      TagSpecifications: [{ ResourceType: "vpc-flow-log", Tags }],
    });
    await finds("aws_flow_log", { vpc_id: vpc, log_destination: bucket }, FlowLogIds![0]);
  });

  test("is not found if AWS has no such object", async () => {
    const planned = { vpc_id: vpc, cidr_block: "10.0.9.0/24" };
    expect(await find("aws_subnet", planned)).toBeUndefined();
  });

  test("is a secret that waits for its deletion: the apply is refused, with two ways on", async () => {
    const secrets = new SecretsManager(aws.client);
    const Name = "dev-plue-db-password";
    const plan = {
      resource_changes: [
        {
          address: "aws_secretsmanager_secret.database_password",
          mode: "managed" as const,
          type: "aws_secretsmanager_secret",
          change: { actions: ["create"], before: null, after: { name: Name } },
        },
      ],
    };
    const dev = {
      ...{ ...aws.client, name: "dev", settings: production, accountId: "123456789012" },
      ...{ projectDir: "", stackDir: "" },
    };
    await refuseWaitingSecrets(dev, plan);
    await secrets.createSecret({ Name, SecretString: "x" });
    await refuseWaitingSecrets(dev, plan);
    const { DeletionDate } = await secrets.deleteSecret({
      SecretId: Name,
      RecoveryWindowInDays: 7,
    });
    const day = DeletionDate!.toISOString().slice(0, 10);
    await expect(refuseWaitingSecrets(dev, plan)).rejects.toMatchObject({
      message: expect.stringContaining(`${Name} (until ${day})`) as string,
      advice: expect.arrayContaining([
        `  aws secretsmanager restore-secret --region ${region} --secret-id ${Name}`,
      ]) as string[],
    });
  });
});
