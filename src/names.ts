/** What the parts with an image are called in their several places. */
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
/** What runs as a service. */
export const services: readonly Component[] = [api, web];

/** The names that the stack of an environment gives: see src/constructs. */
export const names = {
  cluster: (environment: string) => `${environment}-plue-cluster`,
  /** Service, or family of task definitions. */
  task: (environment: string, { task }: Component) => `${environment}-${task}`,
  logGroup: (environment: string, { task }: Component) => `/ecs/${environment}/${task}`,
  /** Of a task's container. */
  logStream: ({ image }: Component, taskId: string) => `ecs/${image}/${taskId}`,
  databaseLogGroup: (environment: string) =>
    `/aws/rds/instance/${names.database(environment)}/postgresql`,
  repository: (environment: string, { image }: Component) => `${environment}-plue-${image}`,
  tagParameters: (environment: string) => `/plue/${environment}/image-tags`,
  targetGroup: (environment: string, { key }: Component) => `${environment}-plue-${key}-tg`,
  alarmPrefix: (environment: string) => `${environment}-plue-`,
  database: (environment: string) => `${environment}-plue-db`,
  /** Creation token of the file system. */
  fileSystem: (environment: string) => `${environment}-plue-efs`,
  connectionSecret: (environment: string) => `${environment}-plue-db-connection`,
  securityGroup: (environment: string, part: string) => `${environment}-plue-${part}-sg`,
};

/** Two parts that must talk, by the parts in their security groups' names. */
export interface Connection {
  /** Who opens the connection. */
  readonly from: string;
  /** Who accepts it. */
  readonly to: string;
  /** TCP port. */
  readonly port: number;
  /** What it is for. */
  readonly purpose: string;
}

/** Every two parts that must talk: the composition root opens these ways and no others. */
export const connections: readonly Connection[] = [
  { from: "alb", to: "api-server", port: 8000, purpose: "requests and health checks" },
  { from: "alb", to: "web-app", port: 80, purpose: "requests and health checks" },
  { from: "api-server", to: "db", port: 5432, purpose: "queries" },
  { from: "api-server", to: "efs", port: 2049, purpose: "git repositories" },
  { from: "db-migrate", to: "db", port: 5432, purpose: "migrations" },
];
