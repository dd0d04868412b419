import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "../../src/cdktf";
import { embeddedAccountId } from "../../src/embedded-aws/environment";
import { bootstrap } from "../../src/operations/setup/bootstrap";
import { PlueStack } from "../../src/stack/plue-stack";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { stateBackend } from "../../src/environments/state-backend";
import { ownProvider, separateProviders } from "./aws-provider";
import { terraform, type EmbeddedAws } from "./embedded-aws";

/** A synthesized environment on an embedded AWS. */
export interface Deployment {
  /** Folder of `cdk.tf.json`. */
  readonly folder: string;
  /** Writes the stack again with other settings. */
  synthesize(settings: EnvironmentSettings): void;
  /** Runs Terraform in the folder; see {@link succeed} for one that must not fail. */
  terraform(...args: string[]): ReturnType<typeof terraform>;
  /** Runs Terraform and returns what it printed. @throws Error with that if it fails */
  succeed(...args: string[]): Promise<string>;
  /**
   * Applies, or destroys with `-destroy`, what the last plan or apply has read: without a refresh, which the plan
   * after it makes. Not after a failed apply, which leaves in the state what AWS has refused.
   * @returns what Terraform printed @throws Error with that if it fails
   */
  apply(...args: string[]): Promise<string>;
  /** The changes that a plan would make, one line each; none for an empty plan. */
  pending(...args: string[]): Promise<string[]>;
  /** Removes the folder. */
  remove(): void;
}

/**
 * Synthesizes an environment into a folder of its own, makes the bucket and table of its state, and
 * initializes Terraform there.
 * @param stateRegion region of that bucket
 */
export async function deployment(
  aws: EmbeddedAws,
  settings: EnvironmentSettings,
  variables: Record<string, string> = {},
  stateRegion = stateBackend.region,
): Promise<Deployment> {
  const outdir = mkdtempSync(join(tmpdir(), "plue-stack-"));
  const folder = join(outdir, "stacks", settings.name);
  const synthesize = (changed: EnvironmentSettings) => {
    const app = new App({ outdir, stackTraces: false });
    new PlueStack(app, { ...changed, statePathStyle: true });
    app.synth();
    const file = join(folder, "cdk.tf.json");
    if (aws.twoRegions) writeFileSync(file, separateProviders(readFileSync(file, "utf8")));
    if (stateRegion === stateBackend.region) return;
    const { bucket, region } = stateIn(stateRegion);
    const stack = JSON.parse(readFileSync(file, "utf8")) as {
      terraform: { backend: { s3: object } };
    };
    Object.assign(stack.terraform.backend.s3, { bucket, region });
    writeFileSync(file, JSON.stringify(stack));
  };
  const env = {
    ...aws.env,
    ...Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value]),
    ),
  };
  const run = (...args: string[]) => {
    const { provider } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as {
      provider: { aws: object[] };
    };
    return terraform(folder, args, provider.aws.length > 1 ? ownProvider(env) : env);
  };
  const succeed = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args);
    if (code !== 0)
      throw new Error(`terraform ${args.join(" ")}: exit ${code}\n${stdout}${stderr}`);
    return stdout;
  };
  synthesize(settings);
  await makeStateBackend(aws, stateRegion);
  await succeed("init", "-input=false");
  return {
    folder,
    synthesize,
    terraform: run,
    succeed,
    apply: (...args) => succeed("apply", "-auto-approve", "-refresh=false", ...args),
    pending: async (...args) => {
      const { code, stdout, stderr } = await run("plan", "-detailed-exitcode", ...args);
      if (code === 1) throw new Error(`terraform plan: ${stdout}${stderr}`);
      const changes = stdout.match(/^ {2}# .*$/gm) ?? [];
      return code === 0 ? [] : [...changes, ...(changes.length === 0 ? [stdout] : [])];
    },
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}

/** Bucket and table of the states, in the region of the settings or in another one. */
function stateIn(region: string) {
  const { bucket, lockTable: dynamodb_table, region: usual } = stateBackend;
  return { bucket: region === usual ? bucket : `${bucket}-${region}`, dynamodb_table, region };
}

/** Makes the bucket and the table of the states on an embedded AWS. */
export async function makeStateBackend(
  aws: EmbeddedAws,
  region = stateBackend.region,
): Promise<void> {
  const { endpoint, credentials } = aws.client;
  await bootstrap(
    { ...stateIn(region), key: "" },
    { accountId: embeddedAccountId, target: { endpoint, credentials } },
  );
}
