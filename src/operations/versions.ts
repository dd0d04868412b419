import { existsSync } from "node:fs";
import { relative } from "node:path";
import semver from "semver";
import { lockFileOf } from "../environments/lock-file";
import { providerNeeds } from "../environments/provider-needs";
import { ActionRequired } from "../process/errors";
import { readLockFile } from "../terraform/lock-file";
import type { TerraformProgram } from "../terraform/program";
import { writerOf, type StateJson, type StateWriter } from "../terraform/state";
import type { Terraform } from "../terraform/terraform";
import type { Environment } from "./environment";

/** Which versions come together in an environment. */
export interface Versions {
  /** Name of the environment. */
  readonly name: string;
  /** Terraform or OpenTofu. */
  readonly program: Pick<TerraformProgram, "product" | "version">;
  /** The AWS provider that `terraform init` has chosen; undefined if it chose none. */
  readonly provider: string | undefined;
  /** The state; undefined if there is none yet. */
  readonly state: StateJson | undefined;
  /** The environment's lock file, as it is called in the project. */
  readonly lockFile: string;
  /** Whether that file is there. */
  readonly locked: boolean;
  /** Whether the state is locked by the table alone. */
  readonly tableAlone: boolean;
}

/**
 * Looks at the versions that come together before Terraform works with them.
 * @returns what the user should know
 * @throws ActionRequired if the provider is not the state's, so that a person must choose
 */
export async function checkVersions(
  terraform: Terraform,
  { name, projectDir }: Environment,
): Promise<string[]> {
  const file = lockFileOf(name, projectDir);
  return judgeVersions({
    name,
    program: terraform.program,
    provider: terraform.providerVersion("hashicorp/aws"),
    state: await terraform.state(),
    lockFile: relative(projectDir, file),
    locked: existsSync(file),
    tableAlone: !terraform.stack.backend.use_lockfile,
  });
}

/**
 * Makes sure that the AWS provider of the lock file can do what the settings ask for; `terraform init`
 * would only say that no version fits, and not why a later one is needed.
 * @throws ActionRequired if it cannot
 */
export function refuseOldProvider({
  name,
  settings,
  projectDir,
}: Pick<Environment, "name" | "settings" | "projectDir">): void {
  const file = lockFileOf(name, projectDir);
  const locked = readLockFile(file).find(({ address }) => address.endsWith("/hashicorp/aws"));
  const need = providerNeeds(settings).at(-1);
  if (!locked || !need || semver.gte(locked.version, need.since)) return;
  throw new ActionRequired(
    `${name}.${need.setting} is "${need.value}", which the AWS provider can do from ${need.since} on, and ${relative(projectDir, file)} names ${locked.version}`,
    `To move: \`plue providers upgrade ${name}\`, or \`plue providers lock ${name} --aws VERSION\`. docs/versions.md tells what that means.`,
    "To stay: take the setting out.",
  );
}

/**
 * Judges the versions that come together.
 * @returns what the user should know
 * @throws ActionRequired if the provider is not the state's, so that a person must choose
 */
export function judgeVersions(versions: Versions): string[] {
  const { name, program, provider, state, lockFile, locked, tableAlone } = versions;
  const notes: string[] = [];
  const writer = state && writerOf(state);
  if (provider !== undefined) {
    if (writer && semver.lt(provider, writer.least)) throw backwards(versions, provider, writer);
    if (writer?.least === "5.0.0" && semver.gte(provider, "6.0.0") && !locked) {
      throw new ActionRequired(
        `the state of ${name} was written by AWS provider 5 (${writer.evidence}), and without a lock file terraform init has chosen ${provider}`,
        `To stay: \`plue providers lock ${name} --aws 5.100.0\`.`,
        `To move: \`plue providers lock ${name} --aws ${provider}\`. From 6.13.0 on there is no way back: an earlier provider cannot read its state.`,
        "docs/versions.md tells the difference.",
      );
    }
    if (!locked && name !== "local") {
      notes.push(
        `No lock file: terraform init has chosen AWS provider ${provider}. ` +
          `\`plue providers lock ${name}\` keeps it in ${lockFile}, for everybody.`,
      );
    }
  }
  if (tableAlone && program.product === "Terraform" && semver.gte(program.version, "1.15.0")) {
    notes.push(
      `Terraform ${program.version} warns of dynamodb_table on every command. The table locks as ever; ` +
        "docs/operations.md tells how to move to a lock file.",
    );
  }
  return notes;
}

function backwards({ name, program, lockFile }: Versions, provider: string, writer: StateWriter) {
  const { least, evidence } = writer;
  // Terraform 1.12 writes identities, which provider 5 does not know; 1.14 passes over them.
  const failing =
    semver.lt(provider, "6.0.0") &&
    program.product === "Terraform" &&
    semver.satisfies(program.version, ">=1.12.0 <1.14.0");
  return new ActionRequired(
    `the state of ${name} was written by AWS provider ${least} or later (${evidence}), and this would take it back to ${provider}`,
    `Stay on the version that wrote it: \`plue providers lock ${name} --aws VERSION\`. If a project of`,
    `plain Terraform wrote it, its .terraform.lock.hcl names VERSION; a copy of that file does as well:`,
    `  cp OLD_PROJECT/.terraform.lock.hcl ${lockFile}`,
    ...(failing
      ? [
          `Terraform ${program.version} could not even read it with ${provider}: "failed to decode identity".`,
        ]
      : []),
  );
}
