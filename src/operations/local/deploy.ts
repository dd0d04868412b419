import { join } from "node:path";
import { Failure, failed, run, type RunOptions, type RunResult } from "../../embedded-aws/process";
import type { Note, Steps } from "../../terminal/steps";
import { clearUnfinished, markUnfinished } from "./unfinished";

/** What to deploy, and with what. */
export interface DeployOptions {
  /** Folder of the synthesized stack. */
  readonly folder: string;
  /** Folder of the logs. */
  readonly home: string;
  /** Environment of Terraform. */
  readonly env: Record<string, string>;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}

/** One output of a stack. */
export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

/**
 * Applies a stack and checks that nothing is left to change.
 * @returns its outputs
 * @throws Failure if Terraform fails or the second plan is not empty
 */
export async function deploy(options: DeployOptions): Promise<Record<string, Output>> {
  const { home, steps } = options;
  await steps.run("terraform init", async () => {
    await terraform(options, "init", ["-reconfigure"]);
  });
  await steps.run("terraform apply", async (note) => {
    const { stdout } = await terraform(options, "apply", ["-auto-approve"], {
      onOutput: countTo(note),
      onStart: (pid) => markUnfinished(home, pid),
    });
    note(/Apply complete! (?:Resources: )?(.*)\./.exec(stdout)?.[1] ?? "done");
  });
  await steps.run("terraform plan", async (note) => {
    const { code } = await terraform(options, "plan", ["-detailed-exitcode"]);
    if (code === 2) {
      throw new Failure(
        "A second plan should be empty, and is not: a setting changes by itself, or the embedded " +
          "AWS forgets it.",
        join(home, "logs", "terraform-plan.log"),
      );
    }
    note("nothing to change");
  });
  const { stdout } = await terraform(options, "output", ["-json"]);
  return JSON.parse(stdout) as Record<string, Output>;
}

async function terraform(
  { folder, home, env, signal }: DeployOptions,
  command: string,
  args: string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const log = join(home, "logs", `terraform-${command}.log`);
  const all = [command, "-no-color", ...args];
  const result = await run("terraform", all, { cwd: folder, env, log, signal, ...options });
  // An orderly end, with an error or not, has saved the state.
  if (result.code !== null) clearUnfinished(home);
  if (result.code === 0 || result.code === 2) return result;
  throw failed(`terraform ${command} failed`, result, log);
}

/** Counts the resources that Terraform has finished, as it prints them. */
function countTo(note: Note): (text: string) => void {
  let count = 0;
  return (text) => {
    count += text.match(/: (?:Creation|Modifications|Destruction) complete/g)?.length ?? 0;
    note(`${count} resources`);
  };
}
