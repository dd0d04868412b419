import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PlueError } from "../process/errors";
import { capture } from "../process/run";
import { temporaryFile } from "../process/temporary";
import { makeFolder, writeWhole } from "../process/files";
import { readStack, type Stack, type StackFolder } from "./stack";

/**
 * Synthesizes all stacks, puts the one of an environment into its folder, and reads it.
 * @throws PlueError if the code does not synthesize
 */
export async function synthesize({ name, projectDir, stackDir }: StackFolder): Promise<Stack> {
  // All stacks are written at once, while another command may be reading the folder of its own stack.
  const outdir = temporaryFile("synthesized");
  const { code, stdout, stderr } = await capture(process.execPath, ["bin/synth.js"], {
    cwd: projectDir,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
  });
  if (code !== 0) {
    // Leave the stack trace out of the message.
    const lines = `${stdout}${stderr}`.trim().split("\n");
    const message = lines.filter((line) => !/^\s+at |^Node\.js v/.test(line)).join("\n");
    throw new PlueError(`the stacks do not synthesize:\n${message}`, {
      exitCode: code === 2 ? 2 : 1,
      advice: ["Correct the settings or constructs that it names, then run the command again."],
    });
  }
  const written = join(outdir, "stacks", name);
  makeFolder(stackDir);
  for (const file of readdirSync(written)) {
    writeWhole(join(stackDir, file), readFileSync(join(written, file), "utf8"));
  }
  return readStack(stackDir);
}
