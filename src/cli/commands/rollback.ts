import { argument, Command, option, type Context } from "../command";
import { openEnvironment } from "../../operations/environment";
import { rollback } from "../../operations/deploy/rollback";
import { next } from "../../terminal/output";

/** `plue rollback`. */
export const command = ({ projectDir }: Context) =>
  new Command("rollback")
    .summary("go back to a service's last good image")
    .description(
      "Go back to the image of the last good deployment, by Terraform, so that no later plan rolls forward again. Waits until the service is stable. The database's schema stays as it is.",
    )
    .addArgument(argument.environment())
    .addArgument(argument.service())
    .addOption(option.imageTag("--to <tag>", "go back to this image tag"))
    .addOption(option.timeout(1200))
    .addOption(option.var())
    .addOption(option.varFile())
    .addOption(option.verbose())
    .addOption(option.yes())
    .action(async (settings, service, options) => {
      const environment = await openEnvironment(settings, projectDir, options);
      const { name } = environment;
      await rollback(environment, service, options);
      next(
        `find out what was wrong: \`plue logs ${name} ${service.key} --since 1h\`.`,
        `\`plue deploy ${name} --tag TAG\` goes forward again.`,
      );
    });
