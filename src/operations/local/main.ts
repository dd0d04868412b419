import { relative } from "node:path";
import { down } from "./down";
import { Failure, killRunning } from "../../embedded-aws/process";
import { Steps } from "../../terminal/steps";
import { up } from "./up";

/** Exit codes of a program that a signal ended: 128 and the signal's number. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(command: string | undefined): Promise<number> {
  const project = process.cwd();
  const controller = new AbortController();
  let code: number | undefined;
  for (const name of Object.keys(signals) as (keyof typeof signals)[]) {
    process.on(name, () => {
      // Once asks Terraform to finish what it is at and to release the lock, twice does not wait.
      if (code !== undefined) killRunning();
      code = signals[name];
      controller.abort();
    });
  }
  // A reader that has gone (`| head`) is no reason to leave a deployment half done.
  process.stdout.on("error", () => undefined);
  // The AWS SDK would otherwise print, amid the steps, which Node.js it will need one day.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const steps = new Steps();
  try {
    if (command === "up") {
      console.log(await up({ project, steps, signal: controller.signal }));
    } else if (command === "down") {
      await down(project, steps);
    } else {
      throw new Failure(`Unknown command ${command ?? ""}: it is up or down.`);
    }
    return 0;
  } catch (error) {
    if (code !== undefined) {
      console.error("Interrupted. npm run local goes on, npm run local:down removes all.");
      return code;
    }
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof Failure && error.log !== undefined) {
      console.error(`\nAll of its output: ${relative(project, error.log)}`);
    }
    return 1;
  }
}

void main(process.argv[2]).then((code) => process.exit(code));
