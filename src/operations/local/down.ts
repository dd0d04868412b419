import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { lockRun } from "./run-lock";
import { stopServer } from "../../embedded-aws/server";
import type { Steps } from "../../terminal/steps";
import { killUnfinished } from "./unfinished";
import { homeFolder, stackFolder } from "./up";

/** Stops the embedded AWS and removes all that `up` has made. */
export async function down(project: string, steps: Steps): Promise<void> {
  const home = join(project, homeFolder);
  if (existsSync(home)) {
    lockRun(home);
    killUnfinished(home);
    await steps.run("Stop the embedded AWS", async (note) => {
      if (!(await stopServer(home))) note("it was not running");
    });
  }
  await steps.run(`Remove ${homeFolder} and ${stackFolder}`, async () => {
    await rm(home, { recursive: true, force: true });
    await rm(join(project, stackFolder), { recursive: true, force: true });
    await removeUnlessInitialised(join(project, "cdktf.out"));
  });
}

/** Removes what synthesis wrote, unless Terraform works in the folder of another stack. */
async function removeUnlessInitialised(outdir: string): Promise<void> {
  const stacks = join(outdir, "stacks");
  if (!existsSync(stacks)) return;
  const names = await readdir(stacks);
  const used = names.some((name) => existsSync(join(stacks, name, ".terraform")));
  if (!used) await rm(outdir, { recursive: true, force: true });
}
