/** Names of the parts with an image, in their several places. */
export interface Component {
  /** As users call it on the command line. */
  readonly key: "api" | "web" | "migrate";
  /** In prose. */
  readonly title: string;
  /** The construct in the stack. */
  readonly module: string;
  /** Its settings, by their name in an environment. */
  readonly setting: "apiServer" | "webApp" | "migration";
  /** Container, and last part of the image repository and of the tag's parameter. */
  readonly image: string;
  /** Service or family, log group and security group, without the environment. */
  readonly task: string;
  /** Target in docker/Dockerfile. */
  readonly target: string;
  /** Terraform variable with the image tag. */
  readonly tagVariable: string;
}

/** The API server. */
export const api: Component = {
  key: "api",
  title: "API server",
  module: "api_server",
  setting: "apiServer",
  image: "api-server",
  task: "plue-api-server",
  target: "cli",
  tagVariable: "api_image_tag",
};

/** The web app. */
export const web: Component = {
  key: "web",
  title: "web app",
  module: "web_app",
  setting: "webApp",
  image: "web-app",
  task: "plue-web-app",
  target: "web",
  tagVariable: "web_image_tag",
};

/** The migration task. */
export const migrate: Component = {
  key: "migrate",
  title: "migration task",
  module: "db_migrate",
  setting: "migration",
  image: "db-migrate",
  task: "plue-db-migrate",
  target: "migrate",
  tagVariable: "migrate_image_tag",
};

/** All that has an image. */
export const components: readonly Component[] = [api, web, migrate];
/** The parts that run as services. */
export const services: readonly Component[] = [api, web];

/** An environment, as far as its objects' names depend on it. */
export interface Named {
  /** Its name. */
  readonly name: string;
  /** Name of the environment from whose copies it was made. @default its own */
  readonly origin?: string;
}

/** The environment that the names of image repositories and of the password's secret begin with. */
export const originOf = ({ name, origin = name }: Named): string => origin;

/** The logs that RDS exports: PostgreSQL's own, and the one of a major upgrade. */
export const databaseLogs = ["postgresql", "upgrade"] as const;

/** A log that RDS exports. */
export type DatabaseLog = (typeof databaseLogs)[number];

/** The names that the stack of an environment gives: see src/constructs. */
export const names = {
  cluster: (environment: string) => `${environment}-plue-cluster`,
  /** Service, or family of task definitions. */
  task: (environment: string, { task }: Component) => `${environment}-${task}`,
  logGroup: (environment: string, { task }: Component) => `/ecs/${environment}/${task}`,
  /** Name of a task's container. */
  logStream: ({ image }: Component, taskId: string) => `ecs/${image}/${taskId}`,
  databaseLogGroup: (environment: string, log: DatabaseLog = "postgresql") =>
    `/aws/rds/instance/${names.database(environment)}/${log}`,
  containerInsightsLogGroup: (environment: string) =>
    `/aws/ecs/containerinsights/${names.cluster(environment)}/performance`,
  repository: (environment: string, { image }: Component) => `${environment}-plue-${image}`,
  tagParameters: (environment: string) => `/plue/${environment}/image-tags`,
  targetGroup: (environment: string, { key }: Component) => `${environment}-plue-${key}-tg`,
  /** Target group of the replacement tasks. Same length as the first name, because AWS limits names to 32 characters. */
  secondTargetGroup: (environment: string, { key }: Component) => `${environment}-plue-${key}-t2`,
  alarmPrefix: (environment: string) => `${environment}-plue-`,
  /** Suffix of the alarm on a custom metric without data. */
  scalingAlarm: ({ key }: Component, metric: string) => `${key}-scaling-${metric}-missing`,
  /** Suffix of the alarm that triggers a rollback; each target group has one. */
  deploymentAlarm: ({ key }: Component, second: boolean) =>
    `${key}-deployment-errors${second ? "-2" : ""}`,
  database: (environment: string) => `${environment}-plue-db`,
  /** Creation token of the file system. */
  fileSystem: (environment: string) => `${environment}-plue-efs`,
  connectionSecret: (environment: string) => `${environment}-plue-db-connection`,
  passwordSecret: (environment: string) => `${environment}-plue-db-password`,
  securityGroup: (environment: string, part: string) => `${environment}-plue-${part}-sg`,
  loadBalancer: (environment: string) => `${environment}-plue-alb`,
  alertsTopic: (environment: string) => `${environment}-plue-alerts`,
  /** With the beginning that WAF asks for. */
  wafLogGroup: (environment: string) => `aws-waf-logs-${environment}-plue`,
  webAcl: (environment: string) => `${environment}-plue`,
  /** S3 has one bucket of a name in all the world. */
  accessLogsBucket: (environment: string, accountId: string, region: string) =>
    `${environment}-plue-alb-logs-${accountId}-${region}`,
  dashboard: (environment: string) => `${environment}-plue`,
  /** Policy that limits the roles of the environment. */
  permissionsBoundary: (environment: string) => `${environment}-plue-boundary`,
  keyAlias: (environment: string) => `alias/${environment}-plue`,
  /** Alias of the key in the second region. */
  copiesKeyAlias: (environment: string) => `alias/${environment}-plue-copies`,
  cache: (environment: string) => `${environment}-plue-cache`,
  cacheUser: (environment: string) => `${environment}-plue-api`,
  backupVault: (environment: string) => `${environment}-plue`,
  /** AWS Backup takes no hyphens here. */
  restoreTestingPlan: (environment: string) => `${environment.replaceAll("-", "_")}_plue`,
};

/**
 * The log groups that AWS writes by itself, and recreates, without tags, where they were deleted
 * while it still had something to write.
 */
export const logGroupsOfAws = (environment: string): readonly string[] => [
  ...databaseLogs.map((log) => names.databaseLogGroup(environment, log)),
  names.containerInsightsLogGroup(environment),
];

/** How the tags begin that mark an image as deployed; a time follows. */
export const deployedTagPrefix = "deployed-";

/** TCP ports that the parts of Plue listen on. */
export const ports = {
  /** The load balancer's, to the internet. */
  http: 80,
  /** The load balancer's, to the internet. */
  https: 443,
  /** The API server's: Plue takes no other. */
  api: 8000,
  /** The proxy's, in the API server's task. */
  apiProxy: 8080,
  /** The web app's. */
  web: 80,
  /** PostgreSQL's. */
  database: 5432,
  /** NFS, the file system's. */
  fileSystem: 2049,
  /** Valkey's. */
  cache: 6379,
} as const;

/** Path at which the API server and the web app answer 200 when they are healthy. */
export const healthPath = "/health";

/** A part that has a security group, by its name in there. */
export type Part = "alb" | "api-server" | "web-app" | "db-migrate" | "db" | "efs" | "cache";

/** A connection from one part to another, and the two rules that allow it. */
export interface Connection {
  /** The part that opens the connection. */
  readonly from: Part;
  /** The part that accepts it. */
  readonly to: Part;
  /** TCP port. */
  readonly port: number;
  /** Its purpose. */
  readonly purpose: string;
  /** Description of the egress rule. */
  readonly egress: string;
  /** Description of the ingress rule. */
  readonly ingress: string;
  /** True if it is there only where the API server has its proxy. @default false: always */
  readonly toProxy?: boolean;
  /**
   * Name of the ingress rule's resource.
   * @default none: the rule is in the security group itself. Only the load balancer's can be, because its egress
   * rules name no groups
   */
  readonly ruleResource?: string;
  /**
   * The environment of the old Terraform project that had that resource, at its root.
   * @default none had
   */
  readonly legacyEnvironment?: "dev";
  /** The setting that brings one of the two. @default none: they are always there */
  readonly option?: "cache";
}

/** Every connection between two parts; the composition root allows these and no others. */
export const connections: readonly Connection[] = [
  {
    from: "alb",
    to: "api-server",
    port: ports.api,
    purpose: "requests and health checks",
    egress: "Targets and their health checks",
    ingress: "Load balancer",
  },
  {
    from: "alb",
    to: "api-server",
    // Port 8000 stays open: while a service changes over to the proxy, tasks without one still serve.
    port: ports.apiProxy,
    purpose: "requests and health checks",
    egress: "Targets and their health checks",
    ingress: "Load balancer to the proxy",
    toProxy: true,
  },
  {
    from: "alb",
    to: "web-app",
    port: ports.web,
    purpose: "requests and health checks",
    egress: "Targets and their health checks",
    ingress: "Load balancer",
  },
  {
    from: "api-server",
    to: "db",
    port: ports.database,
    purpose: "queries",
    egress: "PostgreSQL",
    ingress: "PostgreSQL from api",
    ruleResource: "database_from_api",
    legacyEnvironment: "dev",
  },
  {
    from: "api-server",
    to: "efs",
    port: ports.fileSystem,
    purpose: "git repositories",
    egress: "NFS to the git repositories",
    ingress: "NFS from api",
    ruleResource: "efs_from_api",
    legacyEnvironment: "dev",
  },
  {
    from: "api-server",
    to: "cache",
    port: ports.cache,
    purpose: "cached data",
    egress: "Valkey",
    ingress: "Valkey from api",
    ruleResource: "cache_from_api",
    option: "cache",
  },
  {
    from: "db-migrate",
    to: "db",
    port: ports.database,
    purpose: "migrations",
    egress: "PostgreSQL",
    ingress: "PostgreSQL from migrate",
    ruleResource: "database_from_migrate",
  },
];
