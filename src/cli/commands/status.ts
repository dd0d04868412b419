import { argument, Command, option, type Context } from "../command";
import { openEnvironment } from "../../operations/environment";
import {
  isHealthy,
  readStatus,
  renderStatus,
  rolledBack,
  statusIndent,
} from "../../operations/inspect/status";
import { redraw } from "../../terminal/redraw";
import { data, json, next } from "../../terminal/output";
import { showIfSlow } from "../../terminal/steps";

/** `plue status`. */
export const command = ({ projectDir }: Context) =>
  new Command("status")
    .summary("show the state of all parts on one screen")
    .description(
      "Show services, targets, database, file system, active alarms, image tags and the last migration on one screen.",
    )
    .addArgument(argument.environment())
    .addOption(option.json().conflicts("watch"))
    .option("--watch", "refresh every 5 seconds until Ctrl-C")
    .action(async (settings, { json: asJson, watch }) => {
      const environment = await openEnvironment(settings, projectDir);
      const { name } = environment;
      if (watch) {
        await redraw(async () => renderStatus(environment, await readStatus(environment)), {
          indent: statusIndent,
        });
        return;
      }
      const status = await showIfSlow(`Looking at ${name}`, readStatus(environment));
      if (asJson) json(status);
      else data(renderStatus(environment, status));
      next(
        ...rolledBack(status).map(
          ({ key, runs, next }) =>
            `${key} runs ${runs}, but a deploy without --tag would start ${next}: \`plue rollback ${name} ${key}\` makes it stay.`,
        ),
        isHealthy(status)
          ? `all is well; \`plue logs ${name} api\` shows the log of the API server.`
          : `\`plue doctor ${name}\` looks for the reason.`,
      );
    });
