import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** CPU time and memory of whole processes: of the run that used least, since other programs only add to it. */
export interface Measurement {
  /** CPU time of user and system in seconds: other programs change it less than wall-clock time. */
  readonly seconds: number;
  /** Peak resident memory, in MB. */
  readonly megabytes: number;
}

const project = join(__dirname, "..");

/**
 * Runs Node.js with these arguments in the project's folder several times.
 * @throws Error with the output if a run fails
 */
export function measure(
  args: readonly string[],
  { runs = 5, env = {} }: { runs?: number; env?: Record<string, string> } = {},
): Measurement {
  const results = Array.from({ length: runs }, () => {
    const { status, output } = spawnSync(
      process.execPath,
      ["-r", join(__dirname, "report-usage.js"), ...args],
      {
        cwd: project,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe", "pipe"],
        encoding: "utf8",
      },
    );
    if (status !== 0) throw new Error(`node ${args.join(" ")}:\n${output.join("")}`);
    const { maxRSS, cpu } = JSON.parse(output[3]!) as { maxRSS: number; cpu: number };
    return { seconds: cpu / 1e6, megabytes: maxRSS / 1000 };
  });
  const least = (key: keyof Measurement) => Math.min(...results.map((result) => result[key]));
  return { seconds: least("seconds"), megabytes: least("megabytes") };
}

/** A line of a table: a title and what was measured. */
export function row(title: string, { seconds, megabytes }: Measurement): string {
  return `${title.padEnd(56)} ${seconds.toFixed(2).padStart(7)} s ${megabytes.toFixed(0).padStart(6)} MB`;
}
