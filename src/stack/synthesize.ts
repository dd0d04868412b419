import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "../cdktf";
import { GithubStack } from "./github-stack";
import { PlueStack } from "./plue-stack";
import type { GithubSettings } from "../environments/github";
import { lockFileOf, TERRAFORM_LOCK_FILE } from "../environments/lock-file";
import type { EnvironmentSettings } from "../environments/settings";
import { SettingsError } from "../environments/faults";
import { usage } from "../environments/usage";
import { validate } from "../environments/validate";

/**
 * Writes the Terraform JSON of every environment, and of the stack `github` if there is one, to the output folder, `cdktf.out` unless the
 * environment variable CDKTF_OUTDIR names another, and lays the environment's lock file beside it,
 * if it has one. The current directory is this project's.
 *
 * Wrong settings are reported on standard error; then nothing is written and the process exits with 2.
 */
export function synthesize(
  environments: readonly EnvironmentSettings[],
  github?: GithubSettings,
): void {
  try {
    // Before the app, which makes its output folder as soon as it is made itself.
    validate(environments, github, usage);
    const app = new App({ stackTraces: false });
    for (const settings of environments) new PlueStack(app, settings);
    if (github) new GithubStack(app, github);
    app.synth();
    for (const { name } of environments) layLockFile(name, join(app.outdir, "stacks", name));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof SettingsError ? error.exitCode : 1;
  }
}

function layLockFile(environment: string, stackDir: string): void {
  const file = lockFileOf(environment, process.cwd());
  if (existsSync(file)) copyFileSync(file, join(stackDir, TERRAFORM_LOCK_FILE));
}

/**
 * The Terraform JSON of one environment, without a file of it left behind.
 *
 * @throws SettingsError if AWS would refuse its settings
 */
export function templateOf(settings: EnvironmentSettings): unknown {
  const outdir = mkdtempSync(join(tmpdir(), "plue-stack-"));
  try {
    const app = new App({ outdir, stackTraces: false });
    new PlueStack(app, settings);
    app.synth();
    const file = join(outdir, "stacks", settings.name, "cdk.tf.json");
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
