import { activeAlarms, type ActiveAlarm } from "../../aws/cloudwatch";
import { describeTaskDefinition, primaryDeployment, tagOfTaskDefinition } from "../../aws/ecs";
import { describeFileSystem, type FileSystem } from "../../aws/efs";
import { targetHealth, type TargetHealth } from "../../aws/elbv2";
import { explain } from "../../aws/errors";
import { describeDatabase } from "../../aws/rds";
import { rememberedTags } from "../../aws/ssm";
import { components, services, type Component } from "../../names";
import { ActionRequired } from "../../process/errors";
import { table } from "../../terminal/output";
import type { Environment } from "../environment";
import { lastMigration } from "../deploy/migration";
import { requireService, targetGroups } from "../service";

/** A part that cannot be read, for example because of a missing permission. */
export interface Unreadable {
  readonly error: string;
}

/** Status of a service. */
export interface ServiceStatus {
  readonly desired: number;
  readonly running: number;
  readonly deployments: number;
  /** Rollout state of the newest deployment, as ECS names it. */
  readonly rollout: string;
  readonly imageTag: string;
  readonly lastEvent: string;
}

/** Status of the database. */
export interface DatabaseStatus {
  readonly state: string;
  readonly class: string;
  readonly engine: string;
  readonly multiAz: boolean;
}

/** Status of an environment. */
export interface Status {
  /** By the services' keys. */
  readonly services: Readonly<Record<string, ServiceStatus | Unreadable>>;
  /** By the services' keys. */
  readonly targets: Readonly<Record<string, readonly TargetHealth[] | Unreadable>>;
  readonly database: DatabaseStatus | Unreadable;
  readonly fileSystem: FileSystem | Unreadable;
  readonly alarms: readonly ActiveAlarm[] | Unreadable;
  /** By the components' keys. */
  readonly imageTags: Partial<Record<Component["key"], string>> | Unreadable;
  readonly lastMigration: string | Unreadable;
}

/** Reads the status of all parts in parallel. */
export async function readStatus(environment: Environment): Promise<Status> {
  const part = <T>(read: Promise<T>): Promise<T | Unreadable> =>
    read.catch((error: unknown) => {
      if (error instanceof ActionRequired) throw error;
      return { error: explain(error).message };
    });
  const [serviceStates, targets, database, fileSystem, alarms, imageTags, migration] =
    await Promise.all([
      Promise.all(services.map((service) => part(serviceStatus(environment, service)))),
      Promise.all(
        services.map((service) =>
          part(targetHealth(environment, service, targetGroups(environment, service))),
        ),
      ),
      part(databaseStatus(environment)),
      part(describeFileSystem(environment)),
      part(activeAlarms(environment)),
      part(rememberedTags(environment)),
      part(lastMigration(environment)),
    ]);
  const byKey = <T>(values: readonly T[]) =>
    Object.fromEntries(services.map(({ key }, index) => [key, values[index]!]));
  return {
    services: byKey(serviceStates),
    targets: byKey(targets.map((health) => health ?? [])),
    database: database ?? { error: "there is none" },
    fileSystem: fileSystem ?? { error: "there is none" },
    alarms,
    imageTags,
    lastMigration: migration,
  };
}

async function serviceStatus(
  environment: Environment,
  component: Component,
): Promise<ServiceStatus> {
  const service = await requireService(environment, component);
  const definition = await describeTaskDefinition(environment, service.taskDefinition ?? "");
  return {
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    deployments: service.deployments?.length ?? 0,
    rollout: primaryDeployment(service)?.rolloutState ?? "-",
    imageTag: tagOfTaskDefinition(definition),
    lastEvent: service.events?.[0]?.message ?? "none",
  };
}

async function databaseStatus(environment: Environment): Promise<DatabaseStatus | undefined> {
  const found = await describeDatabase(environment);
  return (
    found && {
      state: found.DBInstanceStatus ?? "unknown",
      class: found.DBInstanceClass ?? "unknown",
      engine: `${found.Engine} ${found.EngineVersion}`,
      multiAz: found.MultiAZ ?? false,
    }
  );
}

function whereItRuns({ embedded }: Environment): string {
  if (embedded?.engine === undefined) return "";
  if (embedded.engine === null) return "; without a Docker engine, nothing runs";
  return embedded.urls.map((url) => `, ${url}`).join("");
}

const unreadable = (part: unknown): part is Unreadable =>
  typeof part === "object" && part !== null && "error" in part;

/** True if everything runs as it should, and no alarm is active. */
export function isHealthy(status: Status): boolean {
  const { services: states, targets, database, fileSystem, alarms } = status;
  return (
    Object.values(states).every(
      (state) => !unreadable(state) && state.running === state.desired && state.deployments === 1,
    ) &&
    Object.values(targets).every(
      (health) =>
        !unreadable(health) &&
        health.length > 0 &&
        health.every(({ state }) => state === "healthy"),
    ) &&
    !unreadable(database) &&
    database.state === "available" &&
    !unreadable(fileSystem) &&
    fileSystem.state === "available" &&
    !unreadable(alarms) &&
    alarms.length === 0
  );
}

/** Services that run another image than the next deployment would start: a deployment of it was rolled back. */
export function rolledBack({ services: states, imageTags }: Status) {
  if (unreadable(imageTags)) return [];
  return services.flatMap(({ key }) => {
    const [state, next] = [states[key], imageTags[key]];
    if (state === undefined || unreadable(state) || !next || next === state.imageTag) return [];
    return [{ key, runs: state.imageTag, next }];
  });
}

/** The status as text for one screen. */
export function renderStatus(environment: Environment, status: Status): string {
  const { name, region, accountId } = environment;
  const { database, fileSystem, alarms, imageTags } = status;
  return [
    `${name}: account ${accountId}, ${region}${whereItRuns(environment)}`,
    "",
    table(
      ["service", "running", "desired", "deployments", "rollout", "image tag"],
      Object.entries(status.services).map(([key, state]) =>
        unreadable(state)
          ? [key, undefined, undefined, undefined, state.error]
          : [key, state.running, state.desired, state.deployments, state.rollout, state.imageTag],
      ),
    ),
    "",
    ...Object.entries(status.services).map(([key, state]) =>
      line(`${key}'s event`, state, ({ lastEvent }) => lastEvent),
    ),
    ...Object.entries(status.targets).map(([key, health]) =>
      line(`${key}'s targets`, health, (all) => all.map(targets).join(", ") || "none"),
    ),
    line(
      "database",
      database,
      (db) => `${db.state}, ${db.engine}, ${db.class}${db.multiAz ? ", Multi-AZ" : ""}`,
    ),
    line(
      "file system",
      fileSystem,
      ({ state, bytes, mountTargets }) =>
        `${state}, ${(bytes / 1024 ** 3).toFixed(1)} GiB, mount targets ${mountTargets.join(", ")}`,
    ),
    line(
      "alarms",
      alarms,
      (active) => active.map(({ name, reason }) => `${name}: ${reason}`).join("; ") || "none",
    ),
    line("tags to deploy", imageTags, (tags) =>
      components.map(({ key }) => `${key} ${tags[key] ?? "latest"}`).join(", "),
    ),
    line("last migration", status.lastMigration, (text) => text),
  ].join("\n");
}

/** Width of the titles of a status, in columns. */
export const statusIndent = 16;

function line<T>(title: string, part: T | Unreadable, render: (part: T) => string): string {
  return `${title.padEnd(statusIndent)}${unreadable(part) ? `cannot be read: ${part.error}` : render(part)}`;
}

const targets = ({ state, reason, count }: TargetHealth) =>
  `${count} ${state}${reason ? ` (${reason})` : ""}`;
