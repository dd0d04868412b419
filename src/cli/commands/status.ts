import { CloudWatchClient, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import { client } from "../../aws/client";
import { describeDatabase } from "../../aws/rds";
import { openEnvironment, type Environment } from "../../operations/environment";
import { explain, NeedsPerson } from "../../process/errors";
import { describeFileSystem } from "../../aws/efs";
import { rememberedTags } from "../../operations/images";
import { lastMigration } from "../../operations/migration";
import { components, names, services } from "../../names";
import { environmentArgument, jsonOption, type Configure } from "../options";
import { data, json, next, table } from "../../terminal/output";
import { describeService, tagOfTaskDefinition } from "../../operations/service";
import { targetHealth } from "../../aws/elbv2";
import type { EnvironmentSettings } from "../../environments/settings";

/** `plue status`. */
export const configure: Configure = (command, { projectDir }) => {
  command
    .addArgument(environmentArgument())
    .description(
      "Show on one screen: services, targets, database, file system, alarms that ring, image tags, the last migration.",
    )
    .addOption(jsonOption())
    .action(async (settings: EnvironmentSettings, { json: asJson }: { json?: boolean }) => {
      const environment = await openEnvironment(settings, projectDir);
      const status = await gather(environment);
      if (asJson) json(status);
      else data(render(environment, status));
      const { name } = environment;
      next(
        wellIn(status)
          ? `all is well; \`plue logs ${name} api\` shows what the API server says.`
          : `\`plue doctor ${name}\` looks for the reason.`,
      );
    });
};

type Status = Awaited<ReturnType<typeof gather>>;

/** A part that cannot be read, for want of a permission for instance, does not hide the others. */
interface Unreadable {
  readonly error: string;
}

async function gather(environment: Environment) {
  const part = <T>(read: Promise<T>): Promise<T | Unreadable> =>
    read.catch((error: unknown) => {
      if (error instanceof NeedsPerson) throw error;
      return { error: explain(error).message };
    });
  const [serviceStates, targets, database, fileSystem, alarms, tags, migration] = await Promise.all(
    [
      Promise.all(services.map((service) => part(serviceState(environment, service)))),
      Promise.all(services.map((service) => part(targetHealth(environment, service)))),
      part(databaseState(environment)),
      part(describeFileSystem(environment)),
      part(ringing(environment)),
      part(rememberedTags(environment)),
      part(lastMigration(environment)),
    ],
  );
  const byKey = <T>(values: readonly T[]) =>
    Object.fromEntries(services.map(({ key }, index) => [key, values[index]!]));
  return {
    services: byKey(serviceStates),
    targets: byKey(targets.map((health) => health ?? [])),
    database: database ?? { error: "there is none" },
    fileSystem: fileSystem ?? { error: "there is none" },
    alarms,
    imageTags: tags,
    lastMigration: migration,
  };
}

async function serviceState(environment: Environment, component: (typeof services)[number]) {
  const service = await describeService(environment, component);
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  return {
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    deployments: service.deployments?.length ?? 0,
    rollout: primary?.rolloutState ?? "-",
    imageTag: await tagOfTaskDefinition(environment, service.taskDefinition ?? ""),
    lastEvent: service.events?.[0]?.message ?? "none",
  };
}

async function databaseState(environment: Environment) {
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

async function ringing(environment: Environment) {
  const alarms: { name: string; reason: string }[] = [];
  const pages = paginateDescribeAlarms(
    { client: client(CloudWatchClient, environment) },
    { AlarmNamePrefix: names.alarmPrefix(environment.name) },
  );
  for await (const { MetricAlarms = [] } of pages) {
    for (const { AlarmName = "", StateReason = "", StateValue } of MetricAlarms) {
      if (StateValue === "ALARM") alarms.push({ name: AlarmName, reason: StateReason });
    }
  }
  return alarms;
}

const unreadable = (part: unknown): part is Unreadable =>
  typeof part === "object" && part !== null && "error" in part;

function wellIn({ services: states, targets, database, fileSystem, alarms }: Status): boolean {
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
    Array.isArray(alarms) &&
    alarms.length === 0
  );
}

function render(environment: Environment, status: Status): string {
  const { name, region, accountId } = environment;
  const line = (title: string, part: unknown) =>
    `${title.padEnd(16)}${unreadable(part) ? `cannot be read: ${part.error}` : String(part)}`;
  const { database, fileSystem, alarms, imageTags } = status;
  return [
    `${name}: account ${accountId}, ${region}`,
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
      line(`${key}'s event`, unreadable(state) ? state : state.lastEvent),
    ),
    ...Object.entries(status.targets).map(([key, health]) =>
      line(
        `${key}'s targets`,
        unreadable(health)
          ? health
          : health
              .map(({ state, reason, count }) => `${count} ${state}${reason ? ` (${reason})` : ""}`)
              .join(", ") || "none",
      ),
    ),
    line(
      "database",
      unreadable(database)
        ? database
        : `${database.state}, ${database.engine}, ${database.class}${database.multiAz ? ", Multi-AZ" : ""}`,
    ),
    line(
      "file system",
      unreadable(fileSystem)
        ? fileSystem
        : `${fileSystem.state}, ${(fileSystem.bytes / 1024 ** 3).toFixed(1)} GiB, mount targets ${fileSystem.mountTargets.join(", ")}`,
    ),
    line(
      "alarms",
      unreadable(alarms)
        ? alarms
        : alarms.map((alarm) => `${alarm.name}: ${alarm.reason}`).join("; ") || "none rings",
    ),
    line(
      "tags to deploy",
      unreadable(imageTags)
        ? imageTags
        : components.map(({ key }) => `${key} ${imageTags[key] ?? "latest"}`).join(", "),
    ),
    line("last migration", status.lastMigration),
  ].join("\n");
}
