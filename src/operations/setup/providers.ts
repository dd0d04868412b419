import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { lockFileOf, TERRAFORM_LOCK_FILE } from "../../environments/lock-file";
import { PlueError } from "../../process/errors";
import { writeWhole } from "../../process/files";
import { follow } from "../../process/run";
import { temporaryFile } from "../../process/temporary";
import { say } from "../../terminal/output";
import { terraformCliConfig } from "../../terraform/cli-config";
import { lockedProviders, readLockFile, withoutProvider } from "../../terraform/lock-file";
import { findTerraform } from "../../terraform/program";
import type { StackFolder } from "../../terraform/stack";
import { synthesize } from "../../terraform/synthesize";

/** Common platforms that HashiCorp and OpenTofu build for. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

/** Options of a lock file. */
export interface LockOptions {
  /** Ignores the locked versions, and chooses the latest that the code accepts. @default false */
  readonly upgrade?: boolean;
  /** Version of hashicorp/aws. @default the locked one, or the latest */
  readonly aws?: string;
  /** Platforms of the checksums. @default all five, or with a mirror this machine's */
  readonly platform?: readonly string[];
}

/** Change of a provider. */
export interface LockChange {
  /** `HOST/NAMESPACE/TYPE` */
  readonly address: string;
  /** Version before; undefined if there was none. */
  readonly before?: string;
  /** The version now. */
  readonly after: string;
}

/** Result: a lock file. */
export interface Locked {
  /** Path of the file in the project. */
  readonly file: string;
  /** Providers in the file. */
  readonly changes: readonly LockChange[];
  /** Platforms of the checksums. */
  readonly platforms: readonly string[];
}

/**
 * Writes the lock file of an environment: the exact version of each provider, with its checksums.
 * It does not need AWS. Without a lock file in git, it keeps the version that `terraform init` chose last.
 * @throws PlueError if the version does not exist, or cannot be downloaded
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

  // A temporary folder: a command that fails or is interrupted changes nothing.
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
        : ["If the registry cannot be reached, set PLUE_PROVIDER_MIRROR to an unpacked mirror."],
    });
  }
  const before = readLockFile(last ?? "");
  const changes = lockedProviders(readFileSync(lock, "utf8")).map(({ address, version }) => ({
    address,
    before: before.find((one) => one.address === address)?.version,
    after: version,
  }));
  if (aws) writeFileSync(lock, withConstraint(readFileSync(lock, "utf8"), requiredProviders.aws!));
  writeWhole(kept, readFileSync(lock));
  return { file: relative(folder.projectDir, kept), changes, platforms };
}

/** Writes the version constraints of the code into the file: `terraform init` would correct others. */
function withConstraint(text: string, { version }: { version: string }): string {
  return text.replace(
    /(^provider "[^"]+\/hashicorp\/aws" \{\n[^}]*?^\s*constraints\s*=\s*)"[^"]*"/m,
    `$1"${version}"`,
  );
}
