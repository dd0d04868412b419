import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AllocateAddressCommand,
  CreateNatGatewayCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNatGatewayCommand,
  DescribeNetworkInterfacesCommand,
  EC2,
  EC2Client,
  ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  PutImageScanningConfigurationCommand,
} from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateFileSystemCommand,
  DeleteFileSystemPolicyCommand,
  DescribeBackupPolicyCommand,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  DescribeLifecycleConfigurationCommand,
  EFSClient,
  PolicyNotFound,
  PutBackupPolicyCommand,
  UpdateFileSystemCommand,
  PutFileSystemPolicyCommand,
} from "@aws-sdk/client-efs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  CreateDBSubnetGroupCommand,
  DescribeDBInstancesCommand,
  DescribeDBParametersCommand,
  DescribeDBSubnetGroupsCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  ModifyDBSubnetGroupCommand,
  RDSClient,
  ResetDBParameterGroupCommand,
  RDS,
} from "@aws-sdk/client-rds";
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { ServiceQuotas } from "@aws-sdk/client-service-quotas";
import { readCalls } from "../../../scripts/policies/calls";
import {
  describeEmbeddedAws,
  region,
  startEmbeddedAws,
  type EmbeddedAws,
} from "../../support/embedded-aws";
import { declaredGaps, testGaps, type Gap, type GapClient } from "../../support/moto-gaps";

/** For each gap that every environment meets, a test that fails while it is open. */
const gaps: Record<string, Gap> = {
  iam_simulate_principal_policy: async (client) => {
    const iam = new IAMClient(client);
    const statement = (Effect: string, Action: string, Resource: string, Condition?: object) => ({
      ...{ Effect, Action, Resource },
      ...(Condition && { Condition }),
    });
    const document = (...Statement: object[]) =>
      JSON.stringify({ Version: "2012-10-17", Statement });
    const trust = { ...statement("Allow", "sts:AssumeRole", "*"), Resource: undefined };
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: "simulated",
        AssumeRolePolicyDocument: document({
          ...trust,
          Principal: { Service: "ecs-tasks.amazonaws.com" },
        }),
      }),
    );
    const viaSecrets = { StringEquals: { "kms:ViaService": "secretsmanager" } };
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: "simulated",
        PolicyName: "own",
        PolicyDocument: document(
          statement("Allow", "s3:Get*", "arn:aws:s3:::bucket/*"),
          statement("Deny", "s3:GetObjectAcl", "*"),
          statement("Allow", "kms:Decrypt", "*", viaSecrets),
        ),
      }),
    );
    const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole";
    await iam.send(new AttachRolePolicyCommand({ RoleName: "simulated", PolicyArn }));
    const decided = async (
      action: string,
      resource: string,
      context: Record<string, string> = {},
    ) => {
      const { EvaluationResults: [result] = [] } = await iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: Role!.Arn,
          ActionNames: [action],
          ResourceArns: [resource],
          ContextEntries: Object.entries(context).map(([key, value]) => ({
            ContextKeyName: key,
            ContextKeyValues: [value],
            ContextKeyType: "string",
          })),
        }),
      );
      return result?.EvalDecision;
    };
    expect([
      await decided("s3:GetObject", "arn:aws:s3:::bucket/key"),
      await decided("s3:GetObject", "arn:aws:s3:::other/key"),
      await decided("s3:GetObjectAcl", "arn:aws:s3:::bucket/key"),
      await decided("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/a"),
      await decided("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/a", {
        "kms:ViaService": "secretsmanager",
      }),
      await decided("logs:CreateLogGroup", "arn:aws:logs:us-east-1:123456789012:log-group:RDSOS"),
    ]).toEqual(["allowed", "implicitDeny", "explicitDeny", "implicitDeny", "allowed", "allowed"]);
  },

  ec2_nat_gateway_without_groups: async (client) => {
    const ec2 = new EC2Client(client);
    const { networkConfiguration } = await makeNetwork(client);
    const SubnetId = networkConfiguration.awsvpcConfiguration.subnets[0]!;
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    await ec2.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }));
    const { NetworkInterfaces } = await ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [{ Name: "subnet-id", Values: [SubnetId] }],
      }),
    );
    expect(NetworkInterfaces!.map(({ Groups }) => Groups)).toEqual([[]]);
  },

  ec2_nat_gateway_address: async (client) => {
    const ec2 = new EC2Client(client);
    const { networkConfiguration } = await makeNetwork(client);
    const SubnetId = networkConfiguration.awsvpcConfiguration.subnets[0];
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    for (let made = 0; made < 2; made++) {
      const { NatGateway } = await ec2.send(
        new CreateNatGatewayCommand({ SubnetId, AllocationId }),
      );
      const { NatGatewayId } = NatGateway!;
      await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId }));
    }
  },

  ec2_vpc_endpoint_routes: async (client) => {
    const ec2 = new EC2(client);
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
    const { VpcId } = Vpc!;
    const routed = async (table: string) => {
      const { RouteTables } = await ec2.describeRouteTables({ RouteTableIds: [table] });
      return RouteTables![0]!.Routes!.some(({ GatewayId }) => GatewayId?.startsWith("vpce-"));
    };
    const [first, second] = await Promise.all(
      ["first", "second"].map(
        async () => (await ec2.createRouteTable({ VpcId })).RouteTable!.RouteTableId!,
      ),
    );
    const { VpcEndpoint } = await ec2.createVpcEndpoint({
      VpcId,
      VpcEndpointType: "Gateway",
      ServiceName: "com.amazonaws.us-east-1.s3",
      RouteTableIds: [first!],
    });
    const { VpcEndpointId } = VpcEndpoint!;
    await ec2.modifyVpcEndpoint({
      VpcEndpointId,
      AddRouteTableIds: [second!],
      RemoveRouteTableIds: [first!],
    });
    expect([await routed(first!), await routed(second!)]).toEqual([false, true]);
    await ec2.deleteVpcEndpoints({ VpcEndpointIds: [VpcEndpointId!] });
    expect(await routed(second!)).toBe(false);
  },

  cloudwatch_tags_of_deleted_alarms: async (client) => {
    const cloudwatch = new CloudWatch(client);
    const alarm = {
      AlarmName: "plue",
      Namespace: "Plue",
      MetricName: "Errors",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
    } as const;
    await cloudwatch.putMetricAlarm({ ...alarm, Tags: [{ Key: "Team", Value: "plue" }] });
    const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: ["plue"] });
    await cloudwatch.deleteAlarms({ AlarmNames: ["plue"] });
    await cloudwatch.putMetricAlarm(alarm);
    const ResourceARN = MetricAlarms![0]!.AlarmArn!;
    expect((await cloudwatch.listTagsForResource({ ResourceARN })).Tags).toEqual([]);
  },
  budgets_subscribers: async (client) => {
    const { notification, AccountId, BudgetName } = await makeBudget(client, "subscribers");
    const of = (Threshold: number) =>
      budgets(client, "DescribeSubscribersForNotification", {
        AccountId,
        BudgetName,
        Notification: { ...notification, Threshold },
      });
    expect((await of(80)).Subscribers).toEqual([{ SubscriptionType: "EMAIL", Address: "a@b.cc" }]);
    await expect(of(90)).rejects.toThrow("400");
  },

  budgets_update: async (client) => {
    const { AccountId, BudgetName, Budget } = await makeBudget(client, "update");
    const BudgetLimit = { Amount: "200", Unit: "USD" };
    await budgets(client, "UpdateBudget", { AccountId, NewBudget: { ...Budget, BudgetLimit } });
    const found = await budgets(client, "DescribeBudget", { AccountId, BudgetName });
    expect(found.Budget).toMatchObject({ BudgetLimit, TimeUnit: "MONTHLY" });
  },

  budgets_tags: async (client) => {
    const { AccountId, BudgetName } = await makeBudget(client, "tags");
    const ResourceARN = `arn:aws:budgets::${AccountId}:budget/${BudgetName}`;
    const tags = async () =>
      (await budgets(client, "ListTagsForResource", { ResourceARN })).ResourceTags;
    expect(await tags()).toEqual([{ Key: "Team", Value: "plue" }]);
    const ResourceTags = [{ Key: "Owner", Value: "us" }];
    await budgets(client, "TagResource", { ResourceARN, ResourceTags });
    await budgets(client, "UntagResource", { ResourceARN, ResourceTagKeys: ["Team"] });
    expect(await tags()).toEqual(ResourceTags);
    await budgets(client, "DeleteBudget", { AccountId, BudgetName });
    expect(await tags()).toEqual([]);
  },

  servicequotas_of_other_services: async (client) => {
    const quotas = new ServiceQuotas(client);
    const vCpus = { ServiceCode: "fargate", QuotaCode: "L-3032A538" };
    const { Quota } = await quotas.getServiceQuota(vCpus);
    expect(Quota!.Value).toBe(6);
  },

  efs_unknown_file_system: async (client) => {
    const efs = new EFSClient(client);
    const { FileSystemId } = await new EFSClient({ ...client, region: "us-west-2" }).send(
      new CreateFileSystemCommand({ CreationToken: "elsewhere" }),
    );
    for (const command of [
      new DescribeFileSystemPolicyCommand({ FileSystemId }),
      new DescribeBackupPolicyCommand({ FileSystemId }),
      new DescribeLifecycleConfigurationCommand({ FileSystemId }),
    ]) {
      const answer = efs.send(command);
      await expect(answer).rejects.toMatchObject({
        name: "FileSystemNotFound",
        $metadata: { httpStatusCode: 404 },
      });
    }
  },

  ecs_cluster_without_tags: async (client) => {
    await new ECSClient(client).send(new CreateClusterCommand({ clusterName: "untagged" }));
    await new ResourceGroupsTaggingAPIClient(client).send(
      new GetResourcesCommand({ ResourceTypeFilters: ["ecs:cluster"] }),
    );
  },

  elbv2_longest_deregistration_delay: async (client) => {
    const { targetGroupArn } = await makeNetwork(client);
    const delay = { Key: "deregistration_delay.timeout_seconds", Value: "3600" };
    const { Attributes } = await new ElasticLoadBalancingV2Client(client).send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: targetGroupArn,
        Attributes: [delay],
      }),
    );
    expect(Attributes).toContainEqual(delay);
  },

  rds_adjoining_windows: async (client) => {
    await new RDSClient(client).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "adjoining",
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        AllocatedStorage: 20,
        MasterUsername: "plue",
        MasterUserPassword: "correct-horse-battery",
        PreferredBackupWindow: "03:00-04:00",
        PreferredMaintenanceWindow: "sun:04:00-sun:05:00",
      }),
    );
  },

  application_autoscaling_tags: async (client) => {
    const service = await createService(client, "scaled");
    const { ScalableTargetARN: ResourceARN } = await autoscaling(client, "RegisterScalableTarget", {
      ServiceNamespace: "ecs",
      ResourceId: `service/scaled/${service}`,
      ScalableDimension: "ecs:service:DesiredCount",
      MinCapacity: 1,
      MaxCapacity: 2,
      Tags: { Project: "plue", Owner: "us" },
    });
    await autoscaling(client, "TagResource", { ResourceARN, Tags: { Project: "other" } });
    await autoscaling(client, "UntagResource", { ResourceARN, TagKeys: ["Owner"] });
    const { Tags } = await autoscaling(client, "ListTagsForResource", { ResourceARN });
    expect(Tags).toEqual({ Project: "other" });
  },

  efs_put_backup_policy: async (client) => {
    const efs = new EFSClient(client);
    const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: "a" }));
    for (const Status of ["ENABLED", "DISABLED"] as const) {
      await efs.send(new PutBackupPolicyCommand({ FileSystemId, BackupPolicy: { Status } }));
      const described = await efs.send(new DescribeBackupPolicyCommand({ FileSystemId }));
      expect(described.BackupPolicy).toEqual({ Status });
    }
  },

  efs_update_file_system: async (client) => {
    const efs = new EFSClient(client);
    const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: "mode" }));
    await efs.send(new UpdateFileSystemCommand({ FileSystemId, ThroughputMode: "elastic" }));
    const { FileSystems } = await efs.send(new DescribeFileSystemsCommand({ FileSystemId }));
    expect(FileSystems).toEqual([expect.objectContaining({ ThroughputMode: "elastic" })]);
  },

  efs_delete_file_system_policy: async (client) => {
    const efs = new EFSClient(client);
    const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: "b" }));
    const Policy = JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: "elasticfilesystem:ClientMount",
          Resource: "*",
        },
      ],
    });
    await efs.send(new PutFileSystemPolicyCommand({ FileSystemId, Policy }));
    await efs.send(new DeleteFileSystemPolicyCommand({ FileSystemId }));
    await expect(
      efs.send(new DescribeFileSystemPolicyCommand({ FileSystemId })),
    ).rejects.toBeInstanceOf(PolicyNotFound);
  },

  ecr_scan_off: async (client) => {
    const ecr = new ECRClient(client);
    const repositoryName = "scanned";
    const imageScanningConfiguration = { scanOnPush: true };
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageScanningConfiguration }));
    await ecr.send(
      new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: {} }),
    );
    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
    expect(repositories?.[0]?.imageScanningConfiguration?.scanOnPush).toBe(false);
  },

  ecs_create_service_settings: async (client) => {
    const settings = {
      availabilityZoneRebalancing: "ENABLED",
      capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }],
      deploymentConfiguration: {
        deploymentCircuitBreaker: { enable: true, rollback: true },
        maximumPercent: 200,
        minimumHealthyPercent: 100,
      },
      enableECSManagedTags: true,
      enableExecuteCommand: true,
      healthCheckGracePeriodSeconds: 60,
    } as const;
    const { targetGroupArn } = await makeNetwork(client);
    const name = await createService(client, "described", {
      ...settings,
      capacityProviderStrategy: [...settings.capacityProviderStrategy],
      loadBalancers: [{ targetGroupArn, containerName: "main", containerPort: 80 }],
    });
    const { services } = await new ECSClient(client).send(
      new DescribeServicesCommand({ cluster: "described", services: [name] }),
    );
    expect(services).toEqual([expect.objectContaining(settings)]);
  },

  ecs_update_service_deployment: async (client) => {
    const ecs = new ECSClient(client);
    const percentages = { maximumPercent: 200, minimumHealthyPercent: 100 };
    const name = await createService(client, "updated", { deploymentConfiguration: percentages });
    const deploymentCircuitBreaker = { enable: true, rollback: true };
    // As a service whose creation kept its settings, so that this gap alone is looked at.
    for (const deploymentConfiguration of [percentages, { deploymentCircuitBreaker }]) {
      await ecs.send(
        new UpdateServiceCommand({ cluster: "updated", service: name, deploymentConfiguration }),
      );
    }
    const { services } = await ecs.send(
      new DescribeServicesCommand({ cluster: "updated", services: [name] }),
    );
    expect(services?.[0]?.deploymentConfiguration).toEqual(
      expect.objectContaining({ ...percentages, deploymentCircuitBreaker }),
    );
  },

  ecs_update_service_rollout: async (client) => {
    const ecs = new ECSClient(client);
    const service = await createService(client, "rolled-out");
    const { taskDefinition: revision } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "rolled-out",
        ...fargate,
        containerDefinitions: [{ name: "app", image: "app:2" }],
      }),
    );
    const taskDefinition = revision!.taskDefinitionArn!;
    await ecs.send(
      new UpdateServiceCommand({ cluster: "rolled-out", service, taskDefinition, desiredCount: 1 }),
    );
    const { services } = await ecs.send(
      new DescribeServicesCommand({ cluster: "rolled-out", services: [service] }),
    );
    expect(services?.[0]?.deployments).toEqual([
      expect.objectContaining({ taskDefinition, runningCount: 1, rolloutState: "COMPLETED" }),
    ]);
  },

  ecs_run_task_memory: async (client) => {
    const ecs = new ECSClient(client);
    await ecs.send(new CreateClusterCommand({ clusterName: "running" }));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "running",
        ...fargate,
        containerDefinitions: [{ name: "main", image: "main" }],
      }),
    );
    const { networkConfiguration } = await makeNetwork(client);
    const { tasks } = await ecs.send(
      new RunTaskCommand({
        cluster: "running",
        taskDefinition: "running",
        launchType: "FARGATE",
        networkConfiguration,
      }),
    );
    expect(tasks).toHaveLength(1);
  },

  rds_create_instance_settings: async (client) => {
    const rds = new RDSClient(client);
    const settings = {
      MonitoringInterval: 60,
      MonitoringRoleArn: "arn:aws:iam::123456789012:role/monitoring",
      PerformanceInsightsRetentionPeriod: 7,
    };
    const DBInstanceIdentifier = "described";
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        AllocatedStorage: 20,
        MasterUsername: "plue",
        MasterUserPassword: "correct-horse-battery",
        EnablePerformanceInsights: true,
        ...settings,
      }),
    );
    const describe = () => rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    const expected = { ...settings, PerformanceInsightsEnabled: true };
    expect((await describe()).DBInstances).toEqual([expect.objectContaining(expected)]);

    await rds.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier, EnablePerformanceInsights: false }),
    );
    const { DBInstances: [instance] = [] } = await describe();
    expect(instance?.PerformanceInsightsEnabled).toBe(false);
  },

  rds_parameter_source: async (client) => {
    const rds = new RDSClient(client);
    const DBParameterGroupName = "described";
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName,
        DBParameterGroupFamily: "postgres16",
        Description: "parameters",
      }),
    );
    const parameter = {
      ParameterName: "rds.force_ssl",
      ParameterValue: "1",
      ApplyMethod: "immediate",
    } as const;
    await rds.send(
      new ModifyDBParameterGroupCommand({ DBParameterGroupName, Parameters: [parameter] }),
    );
    const { Parameters } = await rds.send(
      new DescribeDBParametersCommand({ DBParameterGroupName, Source: "user" }),
    );
    expect(Parameters).toEqual([expect.objectContaining({ ...parameter, Source: "user" })]);
  },

  rds_reset_parameters: async (client) => {
    const rds = new RDSClient(client);
    const DBParameterGroupName = "reset";
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName,
        DBParameterGroupFamily: "postgres16",
        Description: "parameters",
      }),
    );
    const parameter = (ParameterName: string, ParameterValue?: string) =>
      ({ ParameterName, ParameterValue, ApplyMethod: "immediate" }) as const;
    await rds.send(
      new ModifyDBParameterGroupCommand({
        DBParameterGroupName,
        Parameters: [parameter("log_statement", "ddl"), parameter("rds.force_ssl", "1")],
      }),
    );
    await rds.send(
      new ResetDBParameterGroupCommand({
        DBParameterGroupName,
        Parameters: [parameter("log_statement")],
      }),
    );
    const { Parameters = [] } = await rds.send(
      new DescribeDBParametersCommand({ DBParameterGroupName }),
    );
    expect(Parameters.map(({ ParameterName }) => ParameterName)).toEqual(["rds.force_ssl"]);
  },

  rds_event_subscription_sources: async (client) => {
    const rds = new RDS(client);
    const SubscriptionName = "sources";
    await rds.createEventSubscription({
      SubscriptionName,
      SnsTopicArn: `arn:aws:sns:${region}:123456789012:alerts`,
      SourceType: "db-parameter-group",
      SourceIds: ["old"],
    });
    await rds.addSourceIdentifierToSubscription({ SubscriptionName, SourceIdentifier: "new" });
    const { EventSubscription: changed } = await rds.removeSourceIdentifierFromSubscription({
      SubscriptionName,
      SourceIdentifier: "old",
    });
    expect(changed?.SourceIdsList).toEqual(["new"]);
  },

  rds_modify_subnet_group: async (client) => {
    const { subnets } = (await makeNetwork(client)).networkConfiguration.awsvpcConfiguration;
    const rds = new RDSClient(client);
    const DBSubnetGroupName = "modified";
    const DBSubnetGroupDescription = "subnets";
    const group = { DBSubnetGroupName, DBSubnetGroupDescription, SubnetIds: subnets };
    await rds.send(new CreateDBSubnetGroupCommand(group));
    await rds.send(new ModifyDBSubnetGroupCommand(group));
    const { DBSubnetGroups } = await rds.send(
      new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }),
    );
    expect(DBSubnetGroups?.[0]?.Subnets).toHaveLength(subnets.length);
  },

  elbv2_http_listener_policy: async (client) => {
    const { listenerArn } = await makeNetwork(client);
    const { Listeners } = await new ElasticLoadBalancingV2Client(client).send(
      new DescribeListenersCommand({ ListenerArns: [listenerArn] }),
    );
    expect(Listeners?.[0]?.Protocol).toBe("HTTP");
    expect(Listeners?.[0]?.SslPolicy).toBeUndefined();
  },
};

describeEmbeddedAws("Gaps of moto", () => {
  test("each have a test, here or in options.test.ts", () => {
    const options = readFileSync(join(__dirname, "options.test.ts"), "utf8");
    const tested = [...options.matchAll(/^  (\w+_\w+): /gm)].map(([, name]) => name!);
    expect([...tested, ...Object.keys(gaps)].sort()).toEqual(declaredGaps().sort());
  });

  testGaps(gaps);
});

describeEmbeddedAws("The embedded AWS", () => {
  let aws: EmbeddedAws;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
  });

  afterAll(() => aws?.stop());

  test("does a request that an SDK repeats once, and answers it as the first time", async () => {
    const secret = { Name: "repeated", SecretString: "text" };
    const create = (invocation: string) =>
      call(aws, "secretsmanager", "secretsmanager.CreateSecret", secret, {
        "Amz-Sdk-Invocation-Id": invocation,
      });
    const first = await create("one");
    expect(first.status).toBe(200);
    const repeated = await create("one");
    expect(await repeated.json()).toEqual(await first.json());
    expect((await create("another")).status).toBe(400);
  });

  test("refuses at once what moto does not have: an SDK repeats a 500 for minutes", async () => {
    const refused = await call(aws, "budgets", "AWSBudgetServiceGateway.DescribeBudgetAction", {
      AccountId: "123456789012",
      BudgetName: "budget",
      ActionId: "00000000-0000-0000-0000-000000000000",
    });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(await refused.json())).toContain(
      "The embedded AWS does not have budgets:DescribeBudgetAction.",
    );
  });

  test("records the members of a map, such as tags", async () => {
    const logGroupName = "tagged";
    const logs = new CloudWatchLogsClient(aws.client);
    await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { Owner: "us" } }));
    expect(readCalls(aws.recording).at(-1)).toMatchObject({
      operation: "CreateLogGroup",
      parameters: { logGroupName, tags: { Owner: "us" } },
    });
  });

  test("knows the policies that AWS manages", async () => {
    const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    const { Policy } = await new IAMClient(aws.client).send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.Arn).toBe(PolicyArn);
  });
});

/** The attributes that a task definition on Fargate needs. */
const fargate = {
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  taskRoleArn: "arn:aws:iam::123456789012:role/task",
} satisfies Partial<ConstructorParameters<typeof RegisterTaskDefinitionCommand>[0]>;

async function createService(
  client: GapClient,
  cluster: string,
  settings: Partial<ConstructorParameters<typeof CreateServiceCommand>[0]> = {},
): Promise<string> {
  const ecs = new ECSClient(client);
  await ecs.send(
    new CreateClusterCommand({
      clusterName: cluster,
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    }),
  );
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: cluster,
      ...fargate,
      containerDefinitions: [
        { name: "main", image: "main", memory: 128, portMappings: [{ containerPort: 80 }] },
      ],
    }),
  );
  const { networkConfiguration } = await makeNetwork(client);
  const { service } = await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: "service",
      taskDefinition: taskDefinition!.taskDefinitionArn!,
      desiredCount: 1,
      networkConfiguration,
      ...settings,
    }),
  );
  return service!.serviceName!;
}

let networks = 0;

/** Two subnets, a security group, and a target group that a listener forwards to. */
async function makeNetwork(client: GapClient) {
  const ec2 = new EC2Client(client);
  const elb = new ElasticLoadBalancingV2Client(client);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc!.VpcId!;
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const subnets = await Promise.all(
    ["a", "b"].map(async (zone, index) => {
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId,
          CidrBlock: `10.0.${index}.0/24`,
          AvailabilityZone: `${region}${zone}`,
        }),
      );
      return Subnet!.SubnetId!;
    }),
  );
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "tasks", Description: "tasks", VpcId }),
  );
  const Name = `network-${++networks}`;
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name, Subnets: subnets, SecurityGroups: [GroupId!] }),
  );
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({ Name, Protocol: "HTTP", Port: 80, VpcId, TargetType: "ip" }),
  );
  const targetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: targetGroupArn }],
    }),
  );
  return {
    targetGroupArn,
    listenerArn: Listeners![0]!.ListenerArn!,
    networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups: [GroupId!] } },
  };
}

/** Calls an operation of a service that no client here speaks; moto checks no signature. */
async function call(
  { endpoint }: { endpoint: string },
  service: string,
  target: string,
  parameters: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  const scope = `local/20200101/${region}/${service}/aws4_request`;
  return fetch(endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": target,
      Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      ...headers,
    },
    body: JSON.stringify(parameters),
  });
}

/** The answer of an operation; throws if it is an error. */
async function answerOf(...given: Parameters<typeof call>): Promise<Record<string, unknown>> {
  const response = await call(...given);
  if (!response.ok) throw new Error(`${given[2]}: ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}

const autoscaling = (client: GapClient, action: string, parameters: object) =>
  answerOf(client, "application-autoscaling", `AnyScaleFrontendService.${action}`, parameters);

const budgets = (client: GapClient, action: string, parameters: object) =>
  answerOf(client, "budgets", `AWSBudgetServiceGateway.${action}`, parameters);

/** A budget with one alert and one tag. */
async function makeBudget(client: GapClient, BudgetName: string) {
  const AccountId = "123456789012";
  const notification = {
    NotificationType: "ACTUAL",
    ComparisonOperator: "GREATER_THAN",
    Threshold: 80,
    ThresholdType: "PERCENTAGE",
  };
  const Budget = {
    BudgetName,
    BudgetType: "COST",
    TimeUnit: "MONTHLY",
    BudgetLimit: { Amount: "100", Unit: "USD" },
  };
  await budgets(client, "CreateBudget", {
    AccountId,
    Budget,
    NotificationsWithSubscribers: [
      {
        Notification: notification,
        Subscribers: [{ SubscriptionType: "EMAIL", Address: "a@b.cc" }],
      },
    ],
    ResourceTags: [{ Key: "Team", Value: "plue" }],
  });
  return { AccountId, BudgetName, Budget, notification };
}
