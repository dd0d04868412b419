import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PlueError } from "../../src/process/errors";
import { findTools } from "../../src/embedded-aws/tools";
import { ensureVenv } from "../../src/embedded-aws/venv";
import { capture } from "../../src/process/run";
import { providerVersions } from "../../src/stack/plue-stack";
import { TERRAFORM_LOCK_FILE } from "../../src/environments/lock-file";
import { terraformCliConfig } from "../../src/terraform/cli-config";
import { readLockFile } from "../../src/terraform/lock-file";
import { registryOf, type TerraformProgram } from "../../src/terraform/program";
import { offlineEnvironment } from "./embedded-aws";
import { startForkServer } from "./fork-server";
import { machineFile, type Machine, type Tool } from "./machine";
import { makeRunFolder } from "./run-folder";

const project = resolve(__dirname, "../..");

/** Folder for packages that only tests need. It is kept for the next run. */
const cache = join(project, ".cache");

/** Looks once, before the first integration test, for all that one of them may need. */
export default async function probeMachine(): Promise<void> {
  await makeRunFolder();
  const aws = await findEmbeddedAws();
  const { embeddedAws } = aws;
  const forkServer = "path" in embeddedAws ? await startForkServer(embeddedAws.path) : undefined;
  const machine: Machine = { ...aws, forkServer, chromium: findChromium() };
  writeFileSync(machineFile(), JSON.stringify(machine));
}

async function findEmbeddedAws(): Promise<
  Pick<Machine, "embeddedAws" | "awsProvider" | "terraformVariables">
> {
  const home = join(cache, "embedded-aws");
  try {
    const { python, terraform: program } = await findTools();
    const [path, { variables, unreachable }] = await Promise.all([
      ensureVenv({ home, python }),
      terraformCliConfig({ file: join(home, "terraformrc"), program }),
    ]);
    if (unreachable !== undefined) throw new PlueError(unreachable);
    const awsProvider = { path: await installAwsProvider(program, variables) };
    return { embeddedAws: { path }, awsProvider, terraformVariables: variables };
  } catch (error) {
    if (!(error instanceof PlueError)) throw error;
    const nothing = { missing: error.message };
    return { embeddedAws: nothing, awsProvider: nothing, terraformVariables: {} };
  }
}

/** Has Terraform install the AWS provider that the stacks ask for, and returns the provider's program. */
async function installAwsProvider(
  { command, product, platform }: TerraformProgram,
  variables: Record<string, string>,
): Promise<string> {
  const folder = join(cache, "aws-provider");
  mkdirSync(folder, { recursive: true });
  const aws = { source: "hashicorp/aws", version: providerVersions.aws() };
  writeFileSync(
    join(folder, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers: { aws } } }),
  );
  const env = offlineEnvironment(variables);
  const { code, stderr } = await capture(command, ["init", "-upgrade"], { cwd: folder, env });
  if (code !== 0) throw new PlueError(`hashicorp/aws cannot be installed:\n${stderr}`);
  const address = `${registryOf[product]}/hashicorp/aws`;
  const { version } = readLockFile(join(folder, TERRAFORM_LOCK_FILE)).find(
    (provider) => provider.address === address,
  )!;
  const programs = join(folder, ".terraform/providers", address, version, platform);
  return join(
    programs,
    readdirSync(programs).find((file) => file.startsWith("terraform-"))!,
  );
}

function findChromium(): Tool {
  const path = [...(process.env.PATH ?? "").split(":"), "/usr/bin"]
    .map((directory) => join(directory, "chromium"))
    .find((file) => existsSync(file));
  return path ? { path } : { missing: "chromium (apt-get install chromium)" };
}
