import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { lockFileOf, TERRAFORM_LOCK_FILE } from "../../environments/lock-file";
import { PlueError } from "../../process/errors";
import { follow } from "../../process/run";
import { temporaryFile } from "../../process/temporary";
import { say } from "../../terminal/output";
import { terraformCliConfig } from "../../terraform/cli-config";
import { lockedProviders, readLockFile, withoutProvider } from "../../terraform/lock-file";
import { findTerraform } from "../../terraform/program";
import type { StackFolder } from "../../terraform/stack";
import { synthesize } from "../../terraform/synthesize";

/** The platforms that HashiCorp and OpenTofu build for and people work on. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

/** How to write a lock file. */
export interface LockOptions {
  /** Forget the versions that are locked, and take the latest that the code accepts. @default false */
  readonly upgrade?: boolean;
  /** The version of hashicorp/aws. @default the one that is locked, or the latest */
  readonly aws?: string;
  /** Platforms to hold checksums for. @default all five, or with a mirror this machine's */
  readonly platform?: readonly string[];
}

/** What has become of a provider. */
export interface LockChange {
  /** `HOST/NAMESPACE/TYPE` */
  readonly address: string;
  /** The version before; undefined for none. */
  readonly before?: string;
  /** The version now. */
  readonly after: string;
}

/** A lock file that was written. */
export interface Locked {
  /** The file, as it is called in the project. */
  readonly file: string;
  /** Its providers. */
  readonly changes: readonly LockChange[];
  /** The platforms that it has checksums for. */
  readonly platforms: readonly string[];
}

/**
 * Writes the lock file of an environment: the exact version of each provider, with its checksums.
 * It needs no AWS. Without a lock file in git, the version that `terraform init` chose last stays.
 * @throws PlueError if there is no such version, or no way to it
 */
export async function lockProviders(folder: StackFolder, options: LockOptions): Promise<Locked> {
  const { upgrade = false, aws, platform } = options;
  const kept = lockFileOf(folder.name, folder.projectDir);
  const { requiredProviders } = await synthesize(folder);
  const program = await findTerraform();
  const found = await terraformCliConfig({ file: temporaryFile("terraformrc"), program });
  if (found.unreachable) say(found.unreachable);
  const mirror = found.mirror ?? process.env.PLUE_PROVIDER_MIRROR;
  const platforms = platform ?? (mirror ? [program.platform] : PLATFORMS);

  // A folder of its own: a command that fails or is stopped leaves everything as it was.
  const work = temporaryFile("providers");
  const lock = join(work, TERRAFORM_LOCK_FILE);
  mkdirSync(work, { recursive: true });
  const wanted = Object.entries(requiredProviders).map(
    ([name, { source, version }]) =>
      [name, { source, version: name === "aws" && aws ? `${version}, ${aws}` : version }] as const,
  );
  const terraform = { required_providers: Object.fromEntries(wanted) };
  writeFileSync(join(work, "main.tf.json"), JSON.stringify({ terraform }));
  const last = [kept, join(folder.stackDir, TERRAFORM_LOCK_FILE)].find((file) => existsSync(file));
  if (last && !upgrade) {
    const text = readFileSync(last, "utf8");
    writeFileSync(lock, aws ? withoutProvider(text, "hashicorp/aws") : text);
  }

  const { code } = await follow(
    program.command,
    [
      `-chdir=${work}`,
      "providers",
      "lock",
      ...(process.stderr.isTTY && !process.env.NO_COLOR ? [] : ["-no-color"]),
      ...(mirror ? [`-fs-mirror=${mirror}`] : []),
      ...platforms.map((name) => `-platform=${name}`),
    ],
    { env: { ...process.env, ...found.variables } },
  );
  if (code !== 0) {
    throw new PlueError(`${program.command} providers lock failed: see its messages above`, {
      advice: mirror
        ? [
            `The mirror ${mirror} must hold, for ${platforms.join(" and ")}:`,
            ...wanted.map(([, { source, version }]) => `  ${source} ${version}`),
          ]
        : ["Without a way to the registry, PLUE_PROVIDER_MIRROR names an unpacked mirror."],
    });
  }
  const before = readLockFile(last ?? "");
  const changes = lockedProviders(readFileSync(lock, "utf8")).map(({ address, version }) => ({
    address,
    before: before.find((one) => one.address === address)?.version,
    after: version,
  }));
  if (aws) writeFileSync(lock, withConstraint(readFileSync(lock, "utf8"), requiredProviders.aws!));
  replace(lock, kept);
  return { file: relative(folder.projectDir, kept), changes, platforms };
}

/** Says what the code asks for, not what this one command did: `terraform init` would correct it. */
function withConstraint(text: string, { version }: { version: string }): string {
  return text.replace(
    /(^provider "[^"]+\/hashicorp\/aws" \{\n[^}]*?^\s*constraints\s*=\s*)"[^"]*"/m,
    `$1"${version}"`,
  );
}

/** Puts a file in the place of another, whole. */
function replace(from: string, to: string): void {
  const beside = join(dirname(to), `.${process.pid}.lock`);
  copyFileSync(from, beside);
  renameSync(beside, to);
}
