import { setTimeout as sleep } from "node:timers/promises";
import { Argument } from "commander";
import { openEnvironment } from "../../operations/environment";
import { NeedsPerson, type AwsError } from "../../process/errors";
import { onInterrupt } from "../../terminal/interrupt";
import { eventsOf } from "../../aws/logs";
import { components, names } from "../../names";
import { environmentArgument, parseDuration, type Configure } from "../options";
import { data, next } from "../../terminal/output";
import type { EnvironmentSettings } from "../../environments/settings";

interface LogsOptions {
  readonly since: number;
  readonly follow?: boolean;
  readonly filter?: string;
}

/** CloudWatch may show an event some seconds late, out of its order. */
const LATE_MILLISECONDS = 10_000;

/** `plue logs`. */
export const configure: Configure = (command, { projectDir }) => {
  command
    .addArgument(environmentArgument())
    .addArgument(
      new Argument("<part>", "whose log").choices([
        ...components.map(({ key }) => key),
        "database",
      ]),
    )
    .description("Print what a part has logged, oldest first.")
    .option("--since <duration>", "how far back: 90s, 10m, 2h, 1d", parseDuration, 600)
    .option("-f, --follow", "go on until Ctrl-C")
    .option("--filter <pattern>", "in CloudWatch's filter syntax, such as ERROR")
    .action(
      async (
        settings: EnvironmentSettings,
        part: string,
        { since, follow, filter }: LogsOptions,
      ) => {
        const environment = await openEnvironment(settings, projectDir);
        const { name } = environment;
        const component = components.find(({ key }) => key === part);
        const logGroupName = component
          ? names.logGroup(name, component)
          : names.databaseLogGroup(name);
        onInterrupt("The log goes on without you.");
        const seen = new Set<string>();
        let startTime = Date.now() - since * 1000;
        try {
          for (;;) {
            const query = { logGroupName, startTime, filterPattern: filter };
            for await (const { eventId = "", timestamp = 0, message = "" } of eventsOf(
              environment,
              query,
            )) {
              if (seen.has(eventId)) continue;
              seen.add(eventId);
              data(`${new Date(timestamp).toISOString()} ${message.trimEnd()}`);
              startTime = Math.max(startTime, timestamp - LATE_MILLISECONDS);
            }
            if (!follow) break;
            await sleep(2000);
          }
        } catch (error) {
          if ((error as AwsError).name !== "ResourceNotFoundException") throw error;
          throw new NeedsPerson(
            `there is no log group ${logGroupName} in ${environment.region}`,
            `Deploy the environment first: \`plue deploy ${name}\`.`,
          );
        }
        next(
          seen.size > 0
            ? `\`plue logs ${name} ${part} --follow\` goes on.`
            : "nothing was logged; look further back with --since 1d.",
        );
      },
    );
};
