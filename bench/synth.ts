import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure, row } from "./measure";
import { makeTemplateCopy } from "./template";

// Whole processes in one run, so that they are comparable. The first run of each kind fills the
// caches of the compiler and the system, and does not count.
const outdir = mkdtempSync(join(tmpdir(), "plue-bench-"));
const env = { CDKTF_OUTDIR: join(outdir, "out") };
const run = (title: string, args: string[], runs?: number) => {
  measure(args, { runs: 1, env });
  const result = measure(args, { runs, env });
  console.log(row(title, result));
  return result;
};

try {
  const load = run("(a) loading cdktf alone", ["-e", 'require("cdktf")']);
  const synth = run("synthesis of all stacks", ["bin/synth.js"]);
  const copy = makeTemplateCopy(join(__dirname, ".."));
  const template = run(
    "(b) the same, as cdktf's template does it",
    ["-r", "ts-node/register", join(copy, "main.ts")],
    3,
  );
  const several = [1, 10, 100].map((count) =>
    run(
      `synthesis of ${count} environment${count === 1 ? "" : "s"}`,
      ["-r", "tsx/cjs", "bench/environments.ts", String(count)],
      3,
    ),
  );

  const each = (index: number, environments: number) =>
    ((several[index]!.seconds - several[index - 1]!.seconds) / environments) * 1000;
  console.log(`
${(synth.seconds / load.seconds).toFixed(1)} times (a); bar: at most 2.6, and ${synth.megabytes.toFixed(0)} MB; bar: at most 115 MB
${(template.seconds / synth.seconds).toFixed(1)} times faster than (b); bar: at least 10
${(template.megabytes / synth.megabytes).toFixed(1)} times smaller than (b); bar: at least 8
${each(1, 9).toFixed(0)} ms for each environment up to 10, ${each(2, 90).toFixed(0)} ms up to 100; bar: linear`);
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
