import { argument, Command, matching, Option, parseDuration, type Context } from "../command";
import { components, names } from "../../names";
import { openEnvironment } from "../../operations/environment";
import { readLog } from "../../operations/inspect/logs";
import { data, next } from "../../terminal/output";

const databaseParts = { database: "postgresql", "database-upgrade": "upgrade" } as const;
const parts = [
  ...components.map(({ key }) => key),
  ...(Object.keys(databaseParts) as (keyof typeof databaseParts)[]),
] as const;

/** `plue logs`. */
export const command = ({ projectDir }: Context) =>
  new Command("logs")
    .summary("print what a part has logged")
    .description("Print what a part has logged, oldest first.")
    .addArgument(argument.environment())
    .addArgument(argument.choice("<part>", "which log", parts, (part) => part))
    .addOption(
      new Option("--since <duration>", "how far back: 90s, 10m, 2h, 1d")
        .argParser(parseDuration)
        .default(600, "10m"),
    )
    .option("-f, --follow", "print new lines until Ctrl-C")
    .addOption(
      new Option("--filter <pattern>", "in CloudWatch's filter syntax, such as ERROR").argParser(
        // Source: filterPattern of FilterLogEvents in the CloudWatch Logs API reference.
        matching(/^[^]{1,1024}$/, "A filter pattern has at most 1024 characters."),
      ),
    )
    .action(async (settings, part, options) => {
      const environment = await openEnvironment(settings, projectDir);
      const { name } = environment;
      const component = components.find(({ key }) => key === part);
      const group = component
        ? names.logGroup(name, component)
        : names.databaseLogGroup(name, databaseParts[part as keyof typeof databaseParts]);
      const events = await readLog(environment, group, options, data);
      next(
        events > 0
          ? `\`plue logs ${name} ${part} --follow\` goes on.`
          : "nothing was logged; look further back with --since 1d.",
      );
    });
