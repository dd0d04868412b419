import { argument, Command, type Context } from "../command";
import { openEnvironment } from "../../operations/environment";
import { exec } from "../../operations/inspect/exec";
import { next } from "../../terminal/output";

/** `plue exec`. */
export const command = ({ projectDir }: Context) =>
  new Command("exec")
    .summary("open a shell in a running task")
    .description(
      "Open a shell in a running task, by ECS Exec. On AWS it needs AWS's Session Manager plugin.",
    )
    .addArgument(argument.environment())
    .addArgument(argument.service())
    .argument("[command...]", "what to run instead of a shell; put -- before it")
    .option("--task <id>", "which task (default: the newest that runs)")
    .action(async (settings, service, words, { task }) => {
      const environment = await openEnvironment(settings, projectDir);
      process.exitCode = await exec(environment, service, { words, task });
      next(`\`plue status ${environment.name}\` shows the state of all parts.`);
    });
