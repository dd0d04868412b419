import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import type { Construct } from "constructs";
import { names } from "../names";
import { BaseStack } from "./base-stack";
import { S3Backend, TerraformOutput } from "../cdktf";
import { AccessLogs } from "../constructs/access-logs";
import { Alarms } from "../constructs/alarms";
import { Alerts } from "../constructs/alerts";
import { ApiServer } from "../constructs/api-server";
import { Backup } from "../constructs/backup";
import { Cache } from "../constructs/cache";
import { Budget } from "../constructs/budget";
import { connectAll } from "../constructs/connections";
import type { Context } from "../constructs/context";
import { CustomerKey } from "../constructs/customer-key";
import { Dashboard } from "../constructs/dashboard";
import { Database } from "../constructs/database";
import { DbMigrate } from "../constructs/db-migrate";
import { DisasterRecovery, RecoveredKey } from "../constructs/disaster-recovery";
import { Ecr } from "../constructs/ecr";
import { EcsCluster } from "../constructs/ecs-cluster";
import { DatabaseEvents, EcsEvents } from "../constructs/events";
import { ImageTags } from "../constructs/image-tags";
import { LoadBalancer } from "../constructs/load-balancer";
import { Network } from "../constructs/network";
import { Storage } from "../constructs/storage";
import { Waf } from "../constructs/waf";
import { WebApp } from "../constructs/web-app";
import { literal } from "./literal";
import { adoptState } from "./moved";
import { providerNeeds } from "../environments/provider-needs";
import {
  complete,
  type CompleteSettings,
  type EnvironmentSettings,
} from "../environments/settings";
import { stateBackend, stateKeyOf } from "../environments/state-backend";
import { Variables } from "./variables";

/**
 * The ranges of the providers. An environment's lock file pins the exact versions (`plue providers`);
 * docs/versions.md lists the versions that were tried.
 */
export const providerVersions = {
  /** @param least a setting may need a later one than the earliest that the stacks run on */
  aws: (least = "5.100.0") => `>= ${least}, < 7.0.0`,
  random: ">= 3.7.2, < 4.0.0",
};

/** The parts that hold data. */
interface Data {
  readonly storage: Storage;
  readonly ecr: Ecr;
  readonly database: Database;
  readonly cache?: Cache;
}

/** The parts that run. */
interface Services {
  readonly ecsCluster: EcsCluster;
  readonly apiServer: ApiServer;
  readonly webApp: WebApp;
  readonly dbMigrate: DbMigrate;
}

/** All of Plue in one environment. */
export class PlueStack extends BaseStack {
  private readonly settings: CompleteSettings;
  private readonly variables: Variables;
  private readonly context: Context;
  private alerts?: Alerts;
  /** Days between the deletion of a key and its end: AWS keeps the key for at least seven. */
  private readonly deletionWindowDays: number;

  /** Composes the environment. */
  constructor(scope: Construct, given: EnvironmentSettings) {
    super(scope, given.name);
    this.settings = literal(complete(given));
    // cdktn refuses write-only arguments unless it knows the version; cdktf does not read it.
    const least = writesOnly(given) ? ">=1.11.0" : ">=1.6.0";
    this.node.setContext("targetVersions", { terraform: least, opentofu: least });
    this.variables = new Variables(this, this.settings);
    this.deletionWindowDays = Math.max(7, this.settings.secretRecoveryWindowDays);
    this.configureTerraform();

    this.context = this.foundation();
    const network = new Network(this, "network", {
      ...this.context,
      settings: this.settings.network,
    });
    const data = this.data(network);
    const loadBalancer = this.traffic(network);
    const services = this.services(network, data, loadBalancer);
    this.connections(loadBalancer, services, data);
    this.observability(network, loadBalancer, services, data);
    this.copies(data);
    this.outputs(network, loadBalancer, services, data);
    if (this.settings.permissionsBoundary) this.limitRoles();
    if (this.settings.adopts) adoptState(this, this.settings.adopts);
  }

  /** Gives every role the permissions boundary, also those of parts that come later. */
  private limitRoles(): void {
    const { accountId, partition, environment } = this.context;
    const boundary = `arn:${partition}:iam::${accountId}:policy/${names.permissionsBoundary(environment)}`;
    for (const role of this.node.findAll()) {
      if (role instanceof IamRole) role.permissionsBoundary = boundary;
    }
  }

  /** Account and region, the environment's own key, and the topic of its alarms. */
  private foundation(): Context {
    const { name: environment, encryption } = this.settings;
    const { awsRegion, snsAlertEmail } = this.variables;
    const account = {
      environment,
      accountId: new DataAwsCallerIdentity(this, "data.aws_caller_identity.current").accountId,
      partition: new DataAwsPartition(this, "data.aws_partition.current").partition,
      region: awsRegion.asString,
    };
    const { deletionWindowDays } = this;
    const customer =
      encryption && new CustomerKey(this, "customer_key", { ...account, deletionWindowDays });
    const encrypted = { ...account, encryptionKeyArn: customer?.key.arn };
    this.alerts =
      snsAlertEmail && new Alerts(this, "alerts", { ...encrypted, email: snsAlertEmail.asString });
    return { ...encrypted, alarmTopicArn: this.alerts?.topic.arn };
  }

  private data(network: Network): Data {
    const { context, settings, deletionWindowDays } = this;
    const { recovery } = settings;
    const recovered =
      recovery && new RecoveredKey(this, "recovery", { ...recovery, deletionWindowDays });
    const storage = new Storage(this, "storage", {
      ...context,
      network,
      adopted: settings.adopts !== undefined,
      recoveredId: recovery?.fileSystemId,
      settings: settings.storage,
    });
    const ecr = new Ecr(this, "ecr", { ...context, recovery, settings: settings.ecr });
    const database = new Database(this, "database", {
      ...context,
      network,
      secretRecoveryWindowDays: settings.secretRecoveryWindowDays,
      deletionProtectionVariable: this.variables.databaseDeletionProtection,
      destroyBefore: [
        storage.fileSystem,
        storage.gitRepos,
        ecr.apiServer,
        ecr.webApp,
        ecr.dbMigrate,
        ...(recovered ? [recovered.key] : []),
      ],
      recovery,
      secretReplicaRegion: settings.disasterRecovery?.region,
      settings: settings.database,
    });
    const cache =
      settings.cache && new Cache(this, "cache", { ...context, network, settings: settings.cache });
    return { storage, ecr, database, cache };
  }

  private traffic(network: Network): LoadBalancer {
    const { context, settings, variables } = this;
    const loadBalancer = new LoadBalancer(this, "load_balancer", {
      ...context,
      network,
      enableHttps: variables.enableHttps,
      certificateArn: variables.certificateArn,
      deletionProtection: variables.albDeletionProtection,
      domain: settings.domain,
      replacesRecord: settings.recovery !== undefined,
      rewritesApiPath: settings.apiServer.urlRewrite === "load-balancer",
      idleTimeoutSeconds: settings.loadBalancer.idleTimeoutSeconds,
    });
    const { waf, accessLogs } = settings.loadBalancer;
    const front = { ...context, loadBalancer: loadBalancer.lb };
    if (waf) new Waf(this, "waf", { ...front, settings: waf });
    if (accessLogs) new AccessLogs(this, "access_logs", { ...front, settings: accessLogs });
    return loadBalancer;
  }

  private services(network: Network, data: Data, loadBalancer: LoadBalancer): Services {
    const { context, settings, variables } = this;
    const { database, storage, cache, ecr } = data;
    const adopted = settings.adopts !== undefined;
    const ecsCluster = new EcsCluster(this, "ecs_cluster", {
      ...context,
      adopted,
      settings: settings.ecsCluster,
    });
    const imageTags = new ImageTags(this, "image_tags", {
      ...context,
      apiServer: variables.apiImageTag,
      webApp: variables.webImageTag,
      dbMigrate: variables.migrateImageTag,
    });
    const { cpuArchitecture } = settings;
    const guardDutyAgent = settings.ecsCluster.guardDutyAgent !== undefined;
    const task = { ...context, network, cpuArchitecture, guardDutyAgent };
    const service = { ...task, ecsCluster, loadBalancer, adopted };
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
    return { ecsCluster, apiServer, webApp, dbMigrate };
  }

  /** The allowed connections between the parts; the internet reaches the load balancer only. */
  private connections(loadBalancer: LoadBalancer, services: Services, data: Data): void {
    const { apiServer, webApp, dbMigrate } = services;
    const { database, storage, cache } = data;
    const parts = [loadBalancer, apiServer, webApp, dbMigrate, database, storage];
    connectAll(cache ? [...parts, cache] : parts);
  }

  private observability(
    network: Network,
    loadBalancer: LoadBalancer,
    { ecsCluster, apiServer, webApp }: Services,
    { database, storage }: Data,
  ): void {
    const { alerts, context, settings } = this;
    if (alerts) {
      new Alarms(this, "alarms", {
        ...context,
        database: database.instance,
        databaseGrows: settings.database.maxAllocatedStorage > 0,
        adopted: settings.adopts !== undefined,
        storage,
        ecsCluster,
        apiServer: apiServer.service,
        webApp: webApp.service,
      });
      new EcsEvents(this, "ecs_events", context);
      new DatabaseEvents(this, "database_events", { ...context, alerts, database });
    }
    if (settings.dashboard) {
      new Dashboard(this, "dashboard", {
        ...context,
        network,
        loadBalancer,
        ecsCluster,
        services: [apiServer.service, webApp.service],
        database: database.instance,
        storage,
      });
    }
    const { monthlyDollars, alertEmail } = settings.budget ?? {};
    if (monthlyDollars && alertEmail) {
      new Budget(this, "budget", { ...context, monthlyDollars, alertEmail });
    }
  }

  /** Backups, and the copies in other regions. */
  private copies({ database, storage }: Data): void {
    const { context, settings, deletionWindowDays } = this;
    const { backup, disasterRecovery, recovery } = settings;
    if (backup) {
      new Backup(this, "backup", {
        ...context,
        database,
        storage,
        copyProvider: backup.copyTo && this.providerIn(backup.copyTo.region),
        settings: backup,
      });
    }
    if (disasterRecovery) {
      new DisasterRecovery(this, "disaster_recovery", {
        ...context,
        database,
        storage,
        origin: recovery?.of ?? context.environment,
        provider: this.providerIn(disasterRecovery.region),
        deletionWindowDays,
        settings: disasterRecovery,
      });
    }
    for (const former of settings.formerRegions ?? []) this.providerIn(former);
  }

  private outputs(
    network: Network,
    loadBalancer: LoadBalancer,
    { ecsCluster, dbMigrate }: Services,
    { database, ecr }: Data,
  ): void {
    const { alarmTopicArn } = this.context;
    const outputs: Record<string, readonly [value: unknown, description: string]> = {
      alb_dns_name: [loadBalancer.lb.dnsName, "The load balancer's own DNS name"],
      alb_url: [loadBalancer.url, "Where users reach Plue"],
      api_url: [`${loadBalancer.url}/api`, "Where programs reach Plue's API"],
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
      ...(alarmTopicArn && { sns_topic_arn: [alarmTopicArn, "The topic that alarms publish to"] }),
    };
    for (const [name, [value, description]] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { value, description });
    }
  }

  private configureTerraform(): void {
    const { settings, variables } = this;
    const { bucket, lockTable, region, lockFile } = stateBackend;
    new S3Backend(this, {
      bucket,
      key: stateKeyOf(settings),
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
    // Instead of the one version that the bindings were generated for.
    this.addOverride("terraform.required_providers", {
      aws: { version: aws(providerNeeds(settings).at(-1)?.since) },
      // A restored database has the password that came with the copies.
      ...(mode === "random" && !settings.recovery && { random: { version: random } }),
    });
    this.addOverride("terraform.required_version", writesOnly(settings) ? ">= 1.11.0" : ">= 1.5.0");
  }

  /** The AWS provider of another region, created on first use. */
  private providerIn(region: string): AwsProvider {
    const id = `aws_${region}`;
    return (
      (this.node.tryFindChild(id) as AwsProvider | undefined) ??
      new AwsProvider(this, id, {
        alias: region.replaceAll("-", "_"),
        region,
        ...providerConfig(this.settings),
      })
    );
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

/** True if the stack has write-only arguments, which need Terraform or OpenTofu 1.11. */
function writesOnly({ database }: EnvironmentSettings): boolean {
  return database.masterPassword.mode === "write-only";
}
