import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { removeContainers, stopServer } from "../../../embedded-aws/server";
import { Steps } from "../../../terminal/steps";
import { localFolder } from "../../environment";
import { lockRun } from "../../../embedded-aws/run-lock";
import { killUnfinished } from "../../../embedded-aws/unfinished";
import { stackFolder } from "./up";

/** Stops the embedded AWS and removes everything that `up` created. */
export async function down(project: string): Promise<void> {
  const steps = new Steps();
  const home = join(project, localFolder);
  if (existsSync(home)) {
    const release = await lockRun(home);
    killUnfinished(home);
    await steps.run("Stop the embedded AWS", async (note) => {
      if (!(await stopServer(home))) note("it was not running");
      // A killed one could not remove what it ran.
      await removeContainers(home);
    });
    await release();
  }
  await steps.run(`Remove ${localFolder} and ${stackFolder}`, async () => {
    await rm(home, { recursive: true, force: true });
    await rm(join(project, stackFolder), { recursive: true, force: true });
    await removeUnlessInitialised(join(project, "cdktf.out"));
  });
}

/** Removes the output of the synthesis, unless another stack's folder is initialised. */
async function removeUnlessInitialised(outdir: string): Promise<void> {
  const stacks = join(outdir, "stacks");
  if (!existsSync(stacks)) return;
  const names = await readdir(stacks);
  const used = names.some((name) => existsSync(join(stacks, name, ".terraform")));
  if (!used) await rm(outdir, { recursive: true, force: true });
}
