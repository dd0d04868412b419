import { ElasticacheReplicationGroup } from "@cdktf/provider-aws/lib/elasticache-replication-group";
import { ElasticacheServerlessCache } from "@cdktf/provider-aws/lib/elasticache-serverless-cache";
import { ElasticacheSubnetGroup } from "@cdktf/provider-aws/lib/elasticache-subnet-group";
import { ElasticacheUser } from "@cdktf/provider-aws/lib/elasticache-user";
import { ElasticacheUserGroup } from "@cdktf/provider-aws/lib/elasticache-user-group";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { CacheSettings } from "../environments/options";
import { names, ports } from "../names";
import { securityGroupOf, type Connectable } from "./connections";
import type { PartProps } from "./context";
import type { PolicyStatement } from "./iam";
import { metricAlarm } from "./metric-alarm";
import type { Network } from "./network";

/** Properties of the cache. */
export interface CacheProps extends PartProps<CacheSettings> {
  /** The cache is in its private subnets. */
  readonly network: Network;
}

/** Source: "Supported engines and versions" in the Amazon ElastiCache user guide. */
const VALKEY_MAJOR = "8";
const VALKEY_VERSION = "8.0";

interface Made {
  readonly address: string;
  readonly arn: string;
}

/**
 * Valkey on ElastiCache. It accepts TLS only, and an IAM token instead of a password.
 *
 * Cost (us-east-1): serverless $0.084 a GB-hour, 100 MB at least, and $0.0023 for a million processing
 * units; nodes by the hour, cache.t4g.micro $0.0128.
 */
export class Cache extends Construct implements Connectable {
  /** Name in `connections` of src/names.ts. */
  readonly part = "cache";
  /** Security group of the cache. */
  readonly securityGroup: SecurityGroup;
  /** `rediss://USER@HOST:PORT`: a client signs in with that user and an IAM token. */
  readonly url: string;
  /** Policy statement that lets a role connect as the API server's user. */
  readonly connectStatement: PolicyStatement;

  /** Creates the cache, its user and its alarms. */
  constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id);
    const { environment, settings } = props;
    // No inline rules: `connect` adds the rule of the API server as a resource of its own.
    this.securityGroup = securityGroupOf(this, "cache", props, this.part, {
      description: "Security group for Plue cache",
      // The API server's group names it in a rule, which goes first when the cache is removed.
      lifecycle: { createBeforeDestroy: true },
    });
    // ElastiCache accepts an IAM token only for a user whose name equals its id.
    const userId = names.cacheUser(environment);
    const user = new ElasticacheUser(this, "aws_elasticache_user.api", {
      userId,
      userName: userId,
      engine: "valkey",
      accessString: "on ~* &* +@all -@admin",
      authenticationMode: { type: "iam" },
    });
    const users = new ElasticacheUserGroup(this, "aws_elasticache_user_group.main", {
      userGroupId: names.cache(environment),
      engine: "valkey",
      userIds: [user.userId],
    });
    const cache =
      settings.kind === "serverless"
        ? this.serverless(props, settings, users.userGroupId)
        : this.nodes(props, settings, users.userGroupId);
    this.url = `rediss://${userId}@${cache.address}:${ports.cache}`;
    this.connectStatement = { Action: "elasticache:Connect", Resource: [cache.arn, user.arn] };
  }

  private serverless(
    props: CacheProps,
    settings: Extract<CacheSettings, { kind: "serverless" }>,
    userGroupId: string,
  ): Made {
    const name = names.cache(props.environment);
    const cache = new ElasticacheServerlessCache(this, "aws_elasticache_serverless_cache.main", {
      name,
      description: "Plue cache",
      engine: "valkey",
      majorEngineVersion: VALKEY_MAJOR,
      subnetIds: props.network.privateSubnets.map((subnet) => subnet.id),
      securityGroupIds: [this.securityGroup.id],
      userGroupId,
      kmsKeyId: props.encryptionKeyArn,
      snapshotRetentionLimit: settings.snapshotRetentionDays,
      cacheUsageLimits: [
        {
          dataStorage: [{ maximum: settings.maxDataStorageGb, unit: "GB" }],
          ecpuPerSecond: [{ maximum: settings.maxEcpuPerSecond }],
        },
      ],
    });
    const watched = {
      namespace: "AWS/ElastiCache",
      period: 300,
      treatMissingData: "notBreaching",
      dimensions: { clusterId: name },
    };
    metricAlarm(this, "cache_storage", "cache-storage", props, {
      ...watched,
      alarmDescription: "The cache holds more than 80 % of the data that it may",
      metricName: "BytesUsedForCache",
      statistic: "Average",
      evaluationPeriods: 2,
      threshold: settings.maxDataStorageGb * 1e9 * 0.8,
    });
    metricAlarm(this, "cache_throttled", "cache-throttled", props, {
      ...watched,
      alarmDescription: "The cache refuses commands: it is at its processing units' limit",
      metricName: "ThrottledCmds",
      statistic: "Sum",
      evaluationPeriods: 1,
      threshold: 0,
    });
    return { address: cache.endpoint.get(0).address, arn: cache.arn };
  }

  private nodes(
    props: CacheProps,
    settings: Extract<CacheSettings, { kind: "nodes" }>,
    userGroupId: string,
  ): Made {
    const name = names.cache(props.environment);
    const subnetGroup = new ElasticacheSubnetGroup(this, "aws_elasticache_subnet_group.main", {
      name,
      description: "Plue cache",
      subnetIds: props.network.privateSubnets.map((subnet) => subnet.id),
    });
    const several = settings.replicas > 0;
    const group = new ElasticacheReplicationGroup(this, "aws_elasticache_replication_group.main", {
      replicationGroupId: name,
      description: "Plue cache",
      engine: "valkey",
      engineVersion: VALKEY_VERSION,
      nodeType: settings.nodeType,
      port: ports.cache,
      numCacheClusters: settings.replicas + 1,
      automaticFailoverEnabled: several,
      multiAzEnabled: several,
      subnetGroupName: subnetGroup.name,
      securityGroupIds: [this.securityGroup.id],
      atRestEncryptionEnabled: "true",
      kmsKeyId: props.encryptionKeyArn,
      transitEncryptionEnabled: true,
      userGroupIds: [userGroupId],
      snapshotRetentionLimit: settings.snapshotRetentionDays,
      applyImmediately: true,
    });
    for (let node = 1; node <= settings.replicas + 1; node++) {
      const id = `${name}-${String(node).padStart(3, "0")}`;
      const watched = {
        namespace: "AWS/ElastiCache",
        statistic: "Average",
        period: 300,
        evaluationPeriods: 2,
        dimensions: { CacheClusterId: id },
      };
      metricAlarm(this, `cache_cpu[${node - 1}]`, `cache-cpu-${node}`, props, {
        ...watched,
        alarmDescription: `The CPU of the cache's node ${node} is above 90 %`,
        metricName: "EngineCPUUtilization",
        threshold: 90,
      });
      metricAlarm(this, `cache_memory[${node - 1}]`, `cache-memory-${node}`, props, {
        ...watched,
        alarmDescription: `The cache's node ${node} has used more than 80 % of its memory`,
        metricName: "DatabaseMemoryUsagePercentage",
        threshold: 80,
      });
    }
    return { address: group.primaryEndpointAddress, arn: group.arn };
  }
}
