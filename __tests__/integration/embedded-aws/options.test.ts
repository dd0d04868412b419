import {
  BackupClient,
  CreateBackupPlanCommand,
  CreateBackupSelectionCommand,
  CreateBackupVaultCommand,
  CreateRestoreTestingPlanCommand,
  CreateRestoreTestingSelectionCommand,
  DeleteBackupPlanCommand,
  DeleteBackupSelectionCommand,
  DeleteRestoreTestingPlanCommand,
  DeleteRestoreTestingSelectionCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  GetRestoreTestingPlanCommand,
  GetRestoreTestingSelectionCommand,
  ListRecoveryPointsByBackupVaultCommand,
  ResourceNotFoundException,
  UpdateBackupPlanCommand,
} from "@aws-sdk/client-backup";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  PutImageCommand,
  PutReplicationConfigurationCommand,
} from "@aws-sdk/client-ecr";
import {
  CreateFileSystemCommand,
  CreateReplicationConfigurationCommand,
  DeleteReplicationConfigurationCommand,
  DescribeFileSystemsCommand,
  DescribeReplicationConfigurationsCommand,
  EFSClient,
  ReplicationNotFound,
} from "@aws-sdk/client-efs";
import {
  CreateCacheSubnetGroupCommand,
  CreateReplicationGroupCommand,
  DeleteCacheSubnetGroupCommand,
  DeleteReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ModifyReplicationGroupCommand,
  CreateServerlessCacheCommand,
  CreateUserCommand,
  CreateUserGroupCommand,
  DeleteServerlessCacheCommand,
  DeleteUserCommand,
  DeleteUserGroupCommand,
  DescribeServerlessCachesCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
  ListTagsForResourceCommand,
  ModifyServerlessCacheCommand,
  ModifyUserGroupCommand,
  ServerlessCacheNotFoundFault,
  UserGroupNotFoundFault,
  UserNotFoundFault,
} from "@aws-sdk/client-elasticache";
import {
  CreateDBInstanceCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
  StartDBInstanceAutomatedBackupsReplicationCommand,
  StopDBInstanceAutomatedBackupsReplicationCommand,
} from "@aws-sdk/client-rds";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from "@aws-sdk/client-secrets-manager";
import { describeEmbeddedAws } from "../../support/embedded-aws";
import { testGaps, type Gap, type GapClient } from "../../support/moto-gaps";

const elsewhere = (client: GapClient): GapClient => ({ ...client, region: "us-west-2" });

const user = (UserId: string) =>
  new CreateUserCommand({
    UserId,
    UserName: UserId,
    Engine: "valkey",
    AccessString: "on ~* +@all",
    AuthenticationMode: { Type: "iam" },
  });
const rule = {
  RuleName: "daily",
  TargetBackupVaultName: "vault",
  ScheduleExpression: "cron(0 6 * * ? *)",
};
const plan = async (backup: BackupClient, BackupPlanName: string) =>
  (
    await backup.send(
      new CreateBackupPlanCommand({ BackupPlan: { BackupPlanName, Rules: [rule] } }),
    )
  ).BackupPlanId;

const database = (DBInstanceIdentifier: string) =>
  new CreateDBInstanceCommand({
    DBInstanceIdentifier,
    DBInstanceClass: "db.t3.micro",
    Engine: "postgres",
    AllocatedStorage: 20,
    MasterUsername: "plue",
    MasterUserPassword: "long-enough",
  });

/** For each gap that an option in docs/options.md meets, a test that fails while it is open. */
const gaps: Record<string, Gap> = {
  elasticache_user_groups: async (client) => {
    const cache = new ElastiCacheClient(client);
    await cache.send(user("one"));
    await cache.send(user("two"));
    const UserGroupId = "group";
    await cache.send(
      new CreateUserGroupCommand({ UserGroupId, Engine: "valkey", UserIds: ["one"] }),
    );
    await cache.send(
      new ModifyUserGroupCommand({ UserGroupId, UserIdsToAdd: ["two"], UserIdsToRemove: ["one"] }),
    );
    const { UserGroups } = await cache.send(new DescribeUserGroupsCommand({ UserGroupId }));
    expect(UserGroups).toEqual([expect.objectContaining({ Status: "active", UserIds: ["two"] })]);
    const { Users } = await cache.send(new DescribeUsersCommand({ UserId: "two" }));
    expect(Users?.[0]?.UserGroupIds).toEqual([UserGroupId]);
    await cache.send(new DeleteUserGroupCommand({ UserGroupId }));
    await expect(cache.send(new DescribeUserGroupsCommand({ UserGroupId }))).rejects.toBeInstanceOf(
      UserGroupNotFoundFault,
    );
  },

  elasticache_serverless: async (client) => {
    const cache = new ElastiCacheClient(client);
    const ServerlessCacheName = "cache";
    const limits = (Maximum: number) => ({ DataStorage: { Maximum, Unit: "GB" as const } });
    await cache.send(
      new CreateServerlessCacheCommand({
        ServerlessCacheName,
        Engine: "valkey",
        CacheUsageLimits: limits(1),
        SecurityGroupIds: ["sg-1"],
      }),
    );
    await cache.send(
      new ModifyServerlessCacheCommand({ ServerlessCacheName, CacheUsageLimits: limits(2) }),
    );
    const describe = new DescribeServerlessCachesCommand({ ServerlessCacheName });
    const { ServerlessCaches } = await cache.send(describe);
    expect(ServerlessCaches).toEqual([
      expect.objectContaining({
        Status: "available",
        Engine: "valkey",
        CacheUsageLimits: limits(2),
        SecurityGroupIds: ["sg-1"],
        Endpoint: { Address: expect.any(String), Port: 6379 },
      }),
    ]);
    await cache.send(new DeleteServerlessCacheCommand({ ServerlessCacheName }));
    await expect(cache.send(describe)).rejects.toBeInstanceOf(ServerlessCacheNotFoundFault);
  },

  elasticache_tags: async (client) => {
    const cache = new ElastiCacheClient(client);
    const Tags = [{ Key: "Project", Value: "plue" }];
    const { ServerlessCache } = await cache.send(
      new CreateServerlessCacheCommand({ ServerlessCacheName: "tagged", Engine: "valkey", Tags }),
    );
    const { TagList } = await cache.send(
      new ListTagsForResourceCommand({ ResourceName: ServerlessCache?.ARN }),
    );
    expect(TagList).toEqual(Tags);
  },

  elasticache_deleted_users: async (client) => {
    const cache = new ElastiCacheClient(client);
    await cache.send(user("gone"));
    await cache.send(new DeleteUserCommand({ UserId: "gone" }));
    await expect(cache.send(new DescribeUsersCommand({ UserId: "gone" }))).rejects.toBeInstanceOf(
      UserNotFoundFault,
    );
  },

  elasticache_nodes: async (client) => {
    const cache = new ElastiCacheClient(client);
    const CacheSubnetGroupName = "nodes";
    const SubnetIds = ["subnet-1"];
    await cache.send(
      new CreateCacheSubnetGroupCommand({
        CacheSubnetGroupName,
        CacheSubnetGroupDescription: "nodes",
        SubnetIds,
      }),
    );
    const ReplicationGroupId = "nodes";
    await cache.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId,
        ReplicationGroupDescription: "nodes",
        Engine: "valkey",
        CacheNodeType: "cache.t4g.micro",
        NumCacheClusters: 2,
        AtRestEncryptionEnabled: true,
        CacheSubnetGroupName,
        SecurityGroupIds: ["sg-1"],
      }),
    );
    await cache.send(
      new ModifyReplicationGroupCommand({ ReplicationGroupId, CacheNodeType: "cache.t4g.small" }),
    );
    const describe = new DescribeReplicationGroupsCommand({ ReplicationGroupId });
    const { ReplicationGroups } = await cache.send(describe);
    expect(ReplicationGroups).toEqual([
      expect.objectContaining({
        AtRestEncryptionEnabled: true,
        CacheNodeType: "cache.t4g.small",
        MemberClusters: ["nodes-001", "nodes-002"],
      }),
    ]);
    const node = new DescribeCacheClustersCommand({ CacheClusterId: "nodes-002" });
    expect((await cache.send(node)).CacheClusters).toEqual([
      expect.objectContaining({
        ReplicationGroupId,
        CacheNodeType: "cache.t4g.small",
        SecurityGroups: [{ SecurityGroupId: "sg-1", Status: "active" }],
      }),
    ]);
    await cache.send(new DeleteReplicationGroupCommand({ ReplicationGroupId }));
    await expect(cache.send(describe)).rejects.toThrow("not found");
    await expect(cache.send(node)).rejects.toThrow("not found");
    await cache.send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName }));
  },

  backup_selections: async (client) => {
    const backup = new BackupClient(client);
    const BackupPlanId = await plan(backup, "selected");
    const BackupSelection = {
      SelectionName: "all",
      IamRoleArn: "arn:aws:iam::123456789012:role/backup",
      Resources: ["*"],
    };
    const { SelectionId } = await backup.send(
      new CreateBackupSelectionCommand({ BackupPlanId, BackupSelection }),
    );
    const get = new GetBackupSelectionCommand({ BackupPlanId, SelectionId });
    expect((await backup.send(get)).BackupSelection).toEqual(BackupSelection);
    await backup.send(new DeleteBackupSelectionCommand({ BackupPlanId, SelectionId }));
    await expect(backup.send(get)).rejects.toBeInstanceOf(ResourceNotFoundException);
  },

  backup_plan_updates: async (client) => {
    const backup = new BackupClient(client);
    const BackupPlanId = await plan(backup, "updated");
    const Rules = [{ ...rule, Lifecycle: { DeleteAfterDays: 7 } }];
    await backup.send(
      new UpdateBackupPlanCommand({
        BackupPlanId,
        BackupPlan: { BackupPlanName: "updated", Rules },
      }),
    );
    const get = new GetBackupPlanCommand({ BackupPlanId });
    expect((await backup.send(get)).BackupPlan?.Rules).toEqual([
      expect.objectContaining(Rules[0]!),
    ]);
    await backup.send(new DeleteBackupPlanCommand({ BackupPlanId }));
    await expect(backup.send(get)).rejects.toBeInstanceOf(ResourceNotFoundException);
  },

  backup_tags: async ({ endpoint, ...client }) => {
    const backup = new BackupClient({ endpoint, ...client });
    const { BackupVaultArn = "" } = await backup.send(
      new CreateBackupVaultCommand({ BackupVaultName: "tagged", BackupVaultTags: { a: "b" } }),
    );
    // As the provider calls it, without the trailing slash that the SDK for JavaScript adds.
    const scope = `local/20200101/${client.region}/backup/aws4_request`;
    const answer = await fetch(`${endpoint}/tags/${encodeURIComponent(BackupVaultArn)}`, {
      headers: {
        Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      },
    });
    expect(await answer.json()).toEqual({ Tags: { a: "b" } });
  },

  backup_recovery_points: async (client) => {
    const backup = new BackupClient(client);
    const BackupVaultName = "empty";
    await backup.send(new CreateBackupVaultCommand({ BackupVaultName }));
    const { RecoveryPoints } = await backup.send(
      new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName }),
    );
    expect(RecoveryPoints).toEqual([]);
  },

  backup_restore_testing: async (client) => {
    const backup = new BackupClient(client);
    const RestoreTestingPlanName = "weekly";
    const RestoreTestingSelectionName = "database";
    const ScheduleExpression = "cron(0 12 ? * SUN *)";
    await backup.send(
      new CreateRestoreTestingPlanCommand({
        RestoreTestingPlan: {
          RestoreTestingPlanName,
          ScheduleExpression,
          RecoveryPointSelection: {
            Algorithm: "LATEST_WITHIN_WINDOW",
            IncludeVaults: ["*"],
            RecoveryPointTypes: ["SNAPSHOT"],
          },
        },
      }),
    );
    await backup.send(
      new CreateRestoreTestingSelectionCommand({
        RestoreTestingPlanName,
        RestoreTestingSelection: {
          RestoreTestingSelectionName,
          ProtectedResourceType: "RDS",
          IamRoleArn: "arn:aws:iam::123456789012:role/backup",
        },
      }),
    );
    const getPlan = new GetRestoreTestingPlanCommand({ RestoreTestingPlanName });
    expect((await backup.send(getPlan)).RestoreTestingPlan).toMatchObject({ ScheduleExpression });
    const ids = { RestoreTestingPlanName, RestoreTestingSelectionName };
    const getSelection = new GetRestoreTestingSelectionCommand(ids);
    expect((await backup.send(getSelection)).RestoreTestingSelection).toMatchObject({
      ProtectedResourceType: "RDS",
    });
    await backup.send(new DeleteRestoreTestingSelectionCommand(ids));
    await expect(backup.send(getSelection)).rejects.toBeInstanceOf(ResourceNotFoundException);
    await backup.send(new DeleteRestoreTestingPlanCommand({ RestoreTestingPlanName }));
    await expect(backup.send(getPlan)).rejects.toBeInstanceOf(ResourceNotFoundException);
  },

  rds_backup_replication: async (client) => {
    const { DBInstance } = await new RDSClient(client).send(database("copied"));
    const SourceDBInstanceArn = DBInstance!.DBInstanceArn!;
    const there = new RDSClient(elsewhere(client));
    await there.send(
      new StartDBInstanceAutomatedBackupsReplicationCommand({
        SourceDBInstanceArn,
        BackupRetentionPeriod: 7,
      }),
    );
    const describe = new DescribeDBInstanceAutomatedBackupsCommand({
      DBInstanceIdentifier: "copied",
    });
    const { DBInstanceAutomatedBackups } = await there.send(describe);
    expect(DBInstanceAutomatedBackups).toEqual([
      expect.objectContaining({ Status: "replicating", BackupRetentionPeriod: 7 }),
    ]);
    await there.send(new StopDBInstanceAutomatedBackupsReplicationCommand({ SourceDBInstanceArn }));
    expect((await there.send(describe)).DBInstanceAutomatedBackups).toEqual([]);
  },

  rds_restore_replicated_backups: async (client) => {
    const { DBInstance } = await new RDSClient(client).send(database("first"));
    const there = new RDSClient(elsewhere(client));
    const { DBInstanceAutomatedBackup } = await there.send(
      new StartDBInstanceAutomatedBackupsReplicationCommand({
        SourceDBInstanceArn: DBInstance!.DBInstanceArn!,
        KmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/copies",
      }),
    );
    await there.send(
      new RestoreDBInstanceToPointInTimeCommand({
        SourceDBInstanceAutomatedBackupsArn:
          DBInstanceAutomatedBackup!.DBInstanceAutomatedBackupsArn,
        TargetDBInstanceIdentifier: "second",
        UseLatestRestorableTime: true,
        MultiAZ: true,
      }),
    );
    const { DBInstances } = await there.send(new DescribeDBInstancesCommand({}));
    expect(DBInstances).toEqual([
      expect.objectContaining({
        DBInstanceIdentifier: "second",
        MasterUsername: "plue",
        AllocatedStorage: 20,
        MultiAZ: true,
        AvailabilityZone: "us-west-2a",
        DBInstanceArn: "arn:aws:rds:us-west-2:123456789012:db:second",
      }),
    ]);
  },

  ecr_replication: async (client) => {
    const ecr = new ECRClient(client);
    const repositoryName = "dev-plue-api-server";
    for (const name of [repositoryName, "another"]) {
      await ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
    }
    await ecr.send(
      new PutReplicationConfigurationCommand({
        replicationConfiguration: {
          rules: [
            {
              destinations: [{ region: "us-west-2", registryId: "123456789012" }],
              repositoryFilters: [{ filter: "dev-plue-", filterType: "PREFIX_MATCH" }],
            },
          ],
        },
      }),
    );
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: { digest: "sha256:v1" },
      layers: [{ digest: "sha256:v1" }],
    });
    for (const [name, imageTag] of [
      [repositoryName, "v1"],
      // A second tag of the same image is copied, too.
      [repositoryName, "deployed-1"],
      ["another", "v1"],
    ]) {
      await ecr.send(new PutImageCommand({ repositoryName: name, imageTag, imageManifest }));
    }
    const there = new ECRClient(elsewhere(client));
    const { repositories } = await there.send(new DescribeRepositoriesCommand({}));
    expect(repositories?.map((repository) => repository.repositoryName)).toEqual([repositoryName]);
    const { imageDetails } = await there.send(new DescribeImagesCommand({ repositoryName }));
    expect(imageDetails?.map(({ imageTags }) => imageTags)).toEqual([["v1", "deployed-1"]]);
  },

  secretsmanager_promotion: async (client) => {
    const first = new SecretsManagerClient(client);
    const there = new SecretsManagerClient(elsewhere(client));
    const SecretId = "password";
    await first.send(
      new CreateSecretCommand({
        Name: SecretId,
        SecretString: "old",
        AddReplicaRegions: [{ Region: "us-west-2" }],
      }),
    );
    const write = new PutSecretValueCommand({ SecretId, SecretString: "new" });
    await expect(there.send(write)).rejects.toThrow();
    const { ARN } = await there.send(new StopReplicationToReplicaCommand({ SecretId }));
    expect(ARN).toContain(":us-west-2:");
    await there.send(write);
    const read = new GetSecretValueCommand({ SecretId });
    expect((await there.send(read)).SecretString).toBe("new");
    expect((await first.send(read)).SecretString).toBe("old");
    const { ReplicationStatus } = await first.send(new DescribeSecretCommand({ SecretId }));
    expect(ReplicationStatus ?? []).toEqual([]);
  },

  efs_replication: async (client) => {
    const efs = new EFSClient(client);
    const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: "r" }));
    await efs.send(
      new CreateReplicationConfigurationCommand({
        SourceFileSystemId: FileSystemId,
        Destinations: [{ Region: "us-west-2" }],
      }),
    );
    const there = new EFSClient(elsewhere(client));
    const describe = new DescribeReplicationConfigurationsCommand({ FileSystemId });
    for (const region of [efs, there]) {
      const { Replications } = await region.send(describe);
      expect(Replications?.[0]?.Destinations).toEqual([
        expect.objectContaining({ Status: "ENABLED", Region: "us-west-2" }),
      ]);
    }
    await efs.send(new DeleteReplicationConfigurationCommand({ SourceFileSystemId: FileSystemId }));
    await expect(efs.send(describe)).rejects.toBeInstanceOf(ReplicationNotFound);
    // As on AWS, the copy stays.
    const { FileSystems } = await there.send(new DescribeFileSystemsCommand({}));
    expect(FileSystems).toHaveLength(1);
  },
};

describeEmbeddedAws("Gaps of moto that the options meet", () => testGaps(gaps));
