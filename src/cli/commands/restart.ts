import { argument, Command, option, type Context } from "../command";
import { openEnvironment } from "../../operations/environment";
import { restart } from "../../operations/deploy/restart";
import { next } from "../../terminal/output";

/** `plue restart`. */
export const command = ({ projectDir }: Context) =>
  new Command("restart")
    .summary("replace all tasks of a service")
    .description(
      "Force a new deployment of a service: new tasks of the same revision take the place of the old ones, without an interruption. Waits until it is stable.",
    )
    .addArgument(argument.environment())
    .addArgument(argument.service())
    .addOption(option.timeout(1200))
    .action(async (settings, service, { timeout }) => {
      const environment = await openEnvironment(settings, projectDir);
      await restart(environment, service, timeout);
      next(`\`plue status ${environment.name}\` shows the state of all parts.`);
    });
