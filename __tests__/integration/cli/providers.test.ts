import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "../../../src/process/run";
import { findTerraform, registryOf } from "../../../src/terraform/program";

/*
 * The real Terraform with a mirror of files that are not providers: to lock and install a provider, Terraform
 * only computes its checksum.
 */
const platforms = ["linux_amd64", "darwin_arm64"];
const AWS = ["5.100.0", "6.5.0", "6.47.0", "7.0.0"];

let project: string;
let mirror: string;
let lock: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "plue-project-"));
  for (const part of ["bin", "src", "main.ts", "package.json"]) {
    cpSync(join(__dirname, "../../..", part), join(project, part), { recursive: true });
  }
  symlinkSync(join(__dirname, "../../../node_modules"), join(project, "node_modules"));
  lock = join(project, "src/environments/dev.terraform.lock.hcl");
  mirror = join(project, "mirror");
  const { platform, product } = await findTerraform();
  const offer = (name: string, version: string) => {
    for (const on of new Set([...platforms, platform])) {
      const folder = join(mirror, registryOf[product], "hashicorp", name, version, on);
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `terraform-provider-${name}_v${version}`);
      writeFileSync(file, `${version} ${on}`, { mode: 0o755 });
    }
  };
  for (const version of AWS) offer("aws", version);
  offer("random", "3.7.2");
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

beforeEach(() => {
  for (const made of [lock, join(project, "cdktf.out")])
    rmSync(made, { recursive: true, force: true });
});

async function plue(...args: string[]) {
  const env = { ...process.env, PLUE_PROVIDER_MIRROR: mirror };
  return capture(process.execPath, ["bin/plue.js", ...args], { cwd: project, env });
}

const lockedAws = () =>
  /hashicorp\/aws" \{\n\s*version\s*= "([^"]+)"/.exec(readFileSync(lock, "utf8"))?.[1];

/** The version that `terraform init` installs beside the synthesized stack, and whether it changes its lock file. */
async function installed(): Promise<string> {
  const stack = join(project, "cdktf.out/stacks/dev");
  const file = join(project, "terraformrc");
  writeFileSync(
    file,
    `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`,
  );
  const { command } = await findTerraform();
  const { code, stdout, stderr } = await capture(
    command,
    [
      `-chdir=${stack}`,
      "init",
      "-backend=false",
      "-input=false",
      "-no-color",
      "-lockfile=readonly",
    ],
    { env: { ...process.env, TF_CLI_CONFIG_FILE: file } },
  );
  if (code !== 0) throw new Error(stdout + stderr);
  return /Install(?:ing|ed) hashicorp\/aws v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? stdout;
}

async function synthesize(): Promise<void> {
  const { code, stderr } = await capture(process.execPath, ["bin/synth.js"], { cwd: project });
  if (code !== 0) throw new Error(stderr);
}

test("locks the requested version, and terraform init installs it", async () => {
  const { code, stdout, stderr } = await plue("providers", "lock", "dev", "--aws", "6.5.0");
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/hashicorp\/aws\s+-\s+6\.5\.0/);
  expect(stderr).toContain("commit src/environments/dev.terraform.lock.hcl");
  await synthesize();
  expect(await installed()).toBe("6.5.0");
});

test("lock keeps the version, upgrade chooses the latest that the code accepts", async () => {
  await plue("providers", "lock", "dev", "--aws", "5.100.0");
  expect((await plue("providers", "lock", "dev")).code).toBe(0);
  expect(lockedAws()).toBe("5.100.0");
  const { stdout } = await plue("providers", "upgrade", "dev");
  expect(stdout).toMatch(/hashicorp\/aws\s+5\.100\.0\s+6\.47\.0/);
  expect(lockedAws()).toBe("6.47.0");
});

test("the first lock keeps the version that terraform init has chosen", async () => {
  await plue("providers", "lock", "dev", "--aws", "5.100.0");
  await synthesize();
  rmSync(lock);
  await plue("providers", "lock", "dev");
  expect(lockedAws()).toBe("5.100.0");
});

test("contains a checksum for each requested platform", async () => {
  const flags = platforms.map((platform) => `--platform=${platform}`);
  await plue("providers", "lock", "dev", "--aws=6.5.0", ...flags);
  const [, hashes] = /hashicorp\/aws" \{[^]*?hashes = \[([^\]]*)\]/.exec(
    readFileSync(lock, "utf8"),
  )!;
  expect(hashes!.match(/"h1:/g)).toHaveLength(platforms.length);
});

test.each([
  ["a version that the code does not accept", ["--aws=7.0.0"], /no available releases match/],
  ["a version that is not there", ["--aws=6.46.0"], /no available releases match/],
  ["a platform that is not there", ["--platform=plan9_mips"], /not available for\s+plan9_mips/],
])("does not change the lock file after %s", async (_, args, message) => {
  await plue("providers", "lock", "dev", "--aws", "6.5.0");
  const before = readFileSync(lock, "utf8");
  const { code, stderr } = await plue("providers", "lock", "dev", ...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).toContain(`The mirror ${mirror} must hold`);
  expect(readFileSync(lock, "utf8")).toBe(before);
});

test("without a lock file there is none beside the stack", async () => {
  await synthesize();
  expect(existsSync(join(project, "cdktf.out/stacks/dev/.terraform.lock.hcl"))).toBe(false);
});
