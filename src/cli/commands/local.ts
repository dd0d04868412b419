import { argument, Command, type Context } from "../command";
import { localFolder } from "../../operations/environment";
import { down } from "../../operations/setup/local/down";
import { stackFolder, up } from "../../operations/setup/local/up";
import type { Checks, Running } from "../../embedded-aws/server";
import { data, next } from "../../terminal/output";
import { terraformCommand } from "../../terraform/program";
import { shownOutputs } from "../../terraform/terraform";

/** `plue local`. */
export const command = ({ projectDir }: Context) =>
  new Command("local")
    .summary("deploy to an embedded AWS on this machine")
    .description(
      "up: start an embedded AWS, deploy the environment local to it, and check that a second plan is empty. Run it again to apply changes. down: stop the embedded AWS and remove everything that up has created.",
    )
    .addArgument(argument.action(["up", "down"]))
    .action(async (action) => {
      if (action === "down") return down(projectDir);
      const { outputs, endpoint, checks, running } = await up(projectDir);
      const lines = Object.entries(shownOutputs(outputs)).map(
        ([name, value]) =>
          `  ${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`,
      );
      data(
        [
          "",
          "Outputs:",
          ...lines,
          "",
          checked(checks),
          `The embedded AWS runs at ${endpoint}. To look at it with Terraform or the AWS CLI:`,
          `  . ${localFolder}/env`,
          `  ${terraformCommand()} -chdir=${stackFolder} state list`,
          "  aws ecs list-clusters",
        ].join("\n"),
      );
      next(
        ...whatRuns(running),
        "change a setting and run `npm run local` again: it applies the difference.",
        "`npm run local:down` stops the embedded AWS and removes everything that it has created.",
      );
    });

function whatRuns({ engine, urls: [url] }: Running): string[] {
  if (!engine) {
    return [
      "No Docker engine answers, so no task, database or load balancer runs. Start Docker, then run `npm run local:down` and `npm run local`.",
    ];
  }
  return [
    "`npx plue images local --source PATH` builds Plue's images and prints their tag.",
    `\`npx plue deploy local --tag TAG --migrate\` starts Plue${url === undefined ? "" : ` at ${url}`}.`,
  ];
}

function checked({ calls, constraints, rules, refused }: Checks): string {
  const count = (number: number) => number.toLocaleString("en");
  return (
    `${count(calls)} calls were checked by ${count(constraints)} constraints of AWS's service models ` +
    `and ${count(rules)} documented rules; ${refused === 0 ? "nothing was" : count(refused)} refused.`
  );
}
