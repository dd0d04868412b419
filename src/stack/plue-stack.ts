import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import type { Construct } from "constructs";
import { BaseStack } from "./base-stack";
import { S3Backend, TerraformOutput } from "../cdktf";
import { AccessLogs } from "../constructs/access-logs";
import { Alarms } from "../constructs/alarms";
import { Alerts } from "../constructs/alerts";
import { ApiServer } from "../constructs/api-server";
import { Backup } from "../constructs/backup";
import { Cache } from "../constructs/cache";
import { connect } from "../constructs/connections";
import { Budget } from "../constructs/budget";
import { CustomerKey } from "../constructs/customer-key";
import { Dashboard } from "../constructs/dashboard";
import { Database } from "../constructs/database";
import { DbMigrate } from "../constructs/db-migrate";
import { DisasterRecovery, RecoveredKey } from "../constructs/disaster-recovery";
import { Ecr } from "../constructs/ecr";
import { EcsCluster } from "../constructs/ecs-cluster";
import { EcsEvents } from "../constructs/ecs-events";
import { ImageTags } from "../constructs/image-tags";
import { LoadBalancer } from "../constructs/load-balancer";
import { Network } from "../constructs/network";
import { Storage } from "../constructs/storage";
import { Waf } from "../constructs/waf";
import { WebApp } from "../constructs/web-app";
import { literal } from "./literal";
import { takeOver } from "./moved";
import { providerNeeds } from "../environments/provider-needs";
import type { EnvironmentSettings } from "../environments/settings";
import { stateBackend } from "../environments/state-backend";
import { Variables } from "./variables";

/**
 * The earliest AWS provider that the stacks run on, unless a setting needs a later one, and what random
 * provider. Which of them an environment uses, its lock file says: `plue providers`. What was tried:
 * docs/versions.md.
 */
export const providerVersions = {
  aws: "5.100.0",
  random: ">= 3.7.2, < 4.0.0",
};

/** All of Plue in one environment. */
export class PlueStack extends BaseStack {
  /** Composes the environment. */
  constructor(scope: Construct, given: EnvironmentSettings) {
    super(scope, given.name);
    const settings = literal(given);
    // cdktn refuses write-only arguments unless it knows this; cdktf does not read it.
    const least = writesOnly(settings) ? ">=1.11.0" : ">=1.6.0";
    this.node.setContext("targetVersions", { terraform: least, opentofu: least });
    const environment = settings.name;
    const variables = new Variables(this, settings);
    this.configureTerraform(settings, variables);

    const region = variables.awsRegion.asString;
    const { accountId } = new DataAwsCallerIdentity(this, "data.aws_caller_identity.current");

    const { partition } = new DataAwsPartition(this, "data.aws_partition.current");

    // AWS keeps a key that is to be deleted for seven days at least.
    const deletionWindowDays = Math.max(7, settings.secretRecoveryWindowDays);
    const encryptionKeyArn =
      settings.encryption &&
      new CustomerKey(this, "customer_key", {
        environment,
        accountId,
        partition,
        region,
        deletionWindowDays,
      }).key.arn;

    const { recovery } = settings;
    const recoveredKey =
      recovery && new RecoveredKey(this, "recovery", { ...recovery, deletionWindowDays }).key;

    const network = new Network(this, "network", {
      environment,
      accountId,
      region,
      encryptionKeyArn,
      settings: settings.network,
    });
    const storage = new Storage(this, "storage", {
      environment,
      network,
      encryptionKeyArn,
      recoveredId: recovery?.fileSystemId,
      settings: settings.storage,
    });
    const ecr = new Ecr(this, "ecr", {
      environment,
      encryptionKeyArn,
      recovery,
      settings: settings.ecr,
    });
    const database = new Database(this, "database", {
      environment,
      accountId,
      partition,
      network,
      secretRecoveryWindowDays: settings.secretRecoveryWindowDays,
      deletionProtectionVariable: variables.databaseDeletionProtection,
      destroyBefore: [
        storage.fileSystem,
        storage.gitRepos,
        ecr.apiServer,
        ecr.webApp,
        ecr.dbMigrate,
        ...(recoveredKey ? [recoveredKey] : []),
      ],
      encryptionKeyArn,
      recovery,
      secretReplicaRegion: settings.disasterRecovery?.region,
      settings: settings.database,
    });

    const alerts = variables.snsAlertEmail
      ? new Alerts(this, "alerts", {
          environment,
          accountId,
          partition,
          region,
          email: variables.snsAlertEmail.asString,
          encryptionKeyArn,
        })
      : undefined;
    const alarm = { environment, alarmTopicArn: alerts?.topic.arn };
    const loadBalancer = new LoadBalancer(this, "load_balancer", {
      environment,
      network,
      enableHttps: variables.enableHttps,
      certificateArn: variables.certificateArn,
      deletionProtection: variables.albDeletionProtection,
      domain: settings.domain,
      takesOverName: recovery !== undefined,
      rewritesApiPath: settings.apiServer.urlRewrite === "load-balancer",
      alarmTopicArn: alerts?.topic.arn,
    });
    const apiUrl = `${loadBalancer.url}/api`;
    const { waf, accessLogs } = settings.loadBalancer;
    if (waf) {
      const front = { region, loadBalancer: loadBalancer.lb, encryptionKeyArn };
      new Waf(this, "waf", { ...alarm, ...front, settings: waf });
    }
    if (accessLogs) {
      const front = { environment, accountId, region, loadBalancer: loadBalancer.lb };
      new AccessLogs(this, "access_logs", { ...front, settings: accessLogs });
    }
    const cache =
      settings.cache &&
      new Cache(this, "cache", { ...alarm, network, encryptionKeyArn, settings: settings.cache });

    const adopted = settings.adopts !== undefined;
    const ecsCluster = new EcsCluster(this, "ecs_cluster", {
      environment,
      encryptionKeyArn,
      adopted,
      settings: settings.ecsCluster,
    });
    const imageTags = new ImageTags(this, "image_tags", {
      environment,
      apiServer: variables.apiImageTag,
      webApp: variables.webImageTag,
      dbMigrate: variables.migrateImageTag,
    });
    const task = { environment, accountId, region, network, encryptionKeyArn };
    const service = {
      ...task,
      ...alarm,
      partition,
      ecsCluster,
      loadBalancer,
      adopted,
    };
    const apiServer = new ApiServer(this, "api_server", {
      ...service,
      database,
      storage,
      cache,
      repository: ecr.apiServer,
      imageTag: imageTags.apiServer,
      settings: settings.apiServer,
    });
    const webApp = new WebApp(this, "web_app", {
      ...service,
      repository: ecr.webApp,
      imageTag: imageTags.webApp,
      settings: settings.webApp,
    });
    const dbMigrate = new DbMigrate(this, "db_migrate", {
      ...task,
      database,
      repository: ecr.dbMigrate,
      imageTag: imageTags.dbMigrate,
      settings: settings.migration,
    });

    // Who may connect to whom; the internet reaches the load balancer only.
    connect(loadBalancer, apiServer);
    connect(loadBalancer, webApp);
    connect(apiServer, database);
    connect(apiServer, storage);
    if (cache) connect(apiServer, cache);
    connect(dbMigrate, database);

    if (alerts) {
      new Alarms(this, "alarms", {
        ...alarm,
        database: database.instance,
        ecsCluster,
        apiServer: apiServer.service,
        webApp: webApp.service,
      });
      new EcsEvents(this, "ecs_events", {
        environment,
        accountId,
        partition,
        region,
        topicArn: alerts.topic.arn,
      });
    }
    const { backup, disasterRecovery } = settings;
    if (backup) {
      new Backup(this, "backup", {
        ...alarm,
        accountId,
        partition,
        database,
        storage,
        encryptionKeyArn,
        copyProvider: backup.copyTo && this.providerIn(backup.copyTo.region, settings),
        settings: backup,
      });
    }
    if (disasterRecovery) {
      new DisasterRecovery(this, "disaster_recovery", {
        ...alarm,
        accountId,
        database,
        storage,
        origin: recovery?.of ?? environment,
        provider: this.providerIn(disasterRecovery.region, settings),
        deletionWindowDays,
        settings: disasterRecovery,
      });
    }
    for (const former of settings.formerRegions ?? []) this.providerIn(former, settings);
    if (settings.dashboard) {
      new Dashboard(this, "dashboard", {
        environment,
        region,
        network,
        loadBalancer,
        ecsCluster,
        services: [apiServer.service, webApp.service],
        database: database.instance,
        fileSystem: storage.fileSystem,
      });
    }

    const { monthlyDollars, alertEmail } = settings.budget ?? {};
    if (monthlyDollars && alertEmail) {
      new Budget(this, "budget", { environment, monthlyDollars, alertEmail });
    }

    this.outputs({
      alb_dns_name: [loadBalancer.lb.dnsName, "The load balancer's own DNS name"],
      alb_url: [loadBalancer.url, "Where users reach Plue"],
      api_url: [apiUrl, "Where programs reach Plue's API"],
      ecr_api_repository_url: [ecr.apiServer.repositoryUrl, "The API server's images"],
      ecr_web_repository_url: [ecr.webApp.repositoryUrl, "The web app's images"],
      ecr_migrate_repository_url: [ecr.dbMigrate.repositoryUrl, "The migration task's images"],
      ecs_cluster_name: [ecsCluster.cluster.name, "The ECS cluster"],
      database_endpoint: [database.instance.endpoint, "The database's host and port"],
      database_secret_arn: [database.connectionSecret.arn, "How to connect to the database"],
      vpc_id: [network.vpc.id, "The VPC"],
      private_subnet_ids: [network.privateSubnets.map((subnet) => subnet.id), "Where tasks run"],
      migrate_task_definition_arn: [dbMigrate.taskDefinition.arn, "The migration task"],
      migrate_security_group_id: [dbMigrate.securityGroup.id, "The migration task's group"],
      ...(alerts && { sns_topic_arn: [alerts.topic.arn, "The topic that alarms publish to"] }),
    });
    if (settings.adopts) takeOver(this, settings.adopts);
  }

  private configureTerraform(settings: EnvironmentSettings, variables: Variables): void {
    const { bucket, lockTable, region, lockFile } = stateBackend;
    new S3Backend(this, {
      bucket,
      key: `plue/${settings.name}/terraform.tfstate`,
      region,
      dynamodbTable: lockTable,
      encrypt: true,
      ...(lockFile && { useLockfile: true }),
      ...(settings.statePathStyle && { usePathStyle: true }),
    });
    new AwsProvider(this, "aws", {
      region: variables.awsRegion.asString,
      ...providerConfig(settings),
    });
    const { mode } = settings.database.masterPassword;
    const { aws, random } = providerVersions;
    const least = providerNeeds(settings).at(-1)?.since ?? aws;
    // Instead of the one version that the bindings were generated for.
    this.addOverride("terraform.required_providers", {
      aws: { version: `>= ${least}, < 7.0.0` },
      // A restored database has the password that came with the copies.
      ...(mode === "random" && !settings.recovery && { random: { version: random } }),
    });
    this.addOverride("terraform.required_version", writesOnly(settings) ? ">= 1.11.0" : ">= 1.5.0");
  }

  /** The AWS provider of another region, made when it is first asked for. */
  private providerIn(region: string, settings: EnvironmentSettings): AwsProvider {
    const id = `aws_${region}`;
    return (
      (this.node.tryFindChild(id) as AwsProvider | undefined) ??
      new AwsProvider(this, id, {
        alias: region.replaceAll("-", "_"),
        region,
        ...providerConfig(settings),
      })
    );
  }

  private outputs(outputs: Record<string, [value: unknown, description: string]>): void {
    for (const [name, [value, description]] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { value, description });
    }
  }
}

function providerConfig({ name, accountId, tags }: EnvironmentSettings) {
  return {
    allowedAccountIds: accountId ? [accountId] : undefined,
    defaultTags: [
      { tags: { ...tags, Environment: name, Project: "plue", ManagedBy: "terraform" } },
    ],
  };
}

/** Whether the stack has write-only arguments, which came with 1.11 of Terraform and of OpenTofu. */
function writesOnly({ database }: EnvironmentSettings): boolean {
  return database.masterPassword.mode === "write-only";
}
