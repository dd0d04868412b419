import { existsSync } from "node:fs";
import { relative } from "node:path";
import semver from "semver";
import { lockFileOf } from "../environments/lock-file";
import { providerNeeds } from "../environments/provider-needs";
import { ActionRequired } from "../process/errors";
import { readLockFile } from "../terraform/lock-file";
import type { TerraformProgram } from "../terraform/program";
import { regionIn, writerOf, type StateJson, type StateWriter } from "../terraform/state";
import type { Terraform } from "../terraform/terraform";
import type { Environment } from "./environment";

/** Versions that an environment combines. */
export interface Versions {
  /** Name of the environment. */
  readonly name: string;
  /** Terraform or OpenTofu. */
  readonly program: Pick<TerraformProgram, "product" | "version">;
  /** AWS provider that `terraform init` chose; undefined if it chose none. */
  readonly provider: string | undefined;
  /** State; undefined if there is none yet. */
  readonly state: StateJson | undefined;
  /** Path of the environment's lock file in the project. */
  readonly lockFile: string;
  /** True if that file exists. */
  readonly locked: boolean;
  /** True if only the table locks the state. */
  readonly tableAlone: boolean;
}

/**
 * Checks that the versions work together, before Terraform uses them.
 * @returns notes for the user
 * @throws ActionRequired if the provider does not match the state, so that a person must choose
 */
export async function checkVersions(
  terraform: Terraform,
  { name, region, projectDir }: Environment,
): Promise<string[]> {
  const file = lockFileOf(name, projectDir);
  const state = await terraform.state();
  refuseAnotherRegion(name, region, state);
  return compareVersions({
    name,
    program: terraform.program,
    provider: terraform.providerVersion("hashicorp/aws"),
    state,
    lockFile: relative(projectDir, file),
    locked: existsSync(file),
    tableAlone: !terraform.stack.backend.use_lockfile,
  });
}

/**
 * Checks that an environment is in the region of its state. In another one Terraform would find nothing, and plan to
 * create everything a second time.
 * @throws ActionRequired if it is in another one
 */
export function refuseAnotherRegion(name: string, region: string, state?: StateJson): void {
  const deployed = state && regionIn(state);
  if (deployed === undefined || deployed === region) return;
  throw new ActionRequired(
    `${name} is deployed in ${deployed}, and its region is now ${region}`,
    `Set aws_region, or \`region\` in src/environments/${name}.ts, back to ${deployed}.`,
    "An environment cannot move to another region: create a new one there, or follow docs/operations.md to recover it there.",
  );
}

/**
 * Checks that the AWS provider of the lock file supports the settings. `terraform init` would only report that no
 * version matches, and not why a later one is needed.
 * @throws ActionRequired if it does not
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
    `${name}.${need.setting} is "${need.value}", which the AWS provider supports from ${need.since} on, and ${relative(projectDir, file)} has ${locked.version}`,
    `To upgrade: \`plue providers upgrade ${name}\`, or \`plue providers lock ${name} --aws VERSION\`. docs/versions.md explains the consequences.`,
    "To keep the version: remove the setting.",
  );
}

/**
 * {@link checkVersions} with all versions at hand.
 * @returns notes for the user
 * @throws ActionRequired if the provider does not match the state, so that a person must choose
 */
export function compareVersions(versions: Versions): string[] {
  const { name, program, provider, state, lockFile, locked, tableAlone } = versions;
  const notes: string[] = [];
  const writer = state && writerOf(state);
  if (provider !== undefined) {
    if (writer && semver.lt(provider, writer.least)) throw backwards(versions, provider, writer);
    if (writer?.least === "5.0.0" && semver.gte(provider, "6.0.0") && !locked) {
      throw new ActionRequired(
        `the state of ${name} was written by AWS provider 5 (${writer.evidence}), and without a lock file terraform init has chosen ${provider}`,
        `To keep version 5: \`plue providers lock ${name} --aws 5.100.0\`.`,
        `To upgrade: \`plue providers lock ${name} --aws ${provider}\`. From 6.13.0 on you cannot downgrade: an earlier provider cannot read the state.`,
        "docs/versions.md explains the difference.",
      );
    }
    if (!locked && name !== "local") {
      notes.push(
        `No lock file: terraform init has chosen AWS provider ${provider}. ` +
          `\`plue providers lock ${name}\` pins it in ${lockFile}, for everybody.`,
      );
    }
  }
  if (tableAlone && program.product === "Terraform" && semver.gte(program.version, "1.15.0")) {
    notes.push(
      `Terraform ${program.version} prints a warning about dynamodb_table for every command. The table still locks; ` +
        "docs/operations.md explains how to change to a lock file.",
    );
  }
  return notes;
}

function backwards({ name, program, lockFile }: Versions, provider: string, writer: StateWriter) {
  const { least, evidence } = writer;
  // Terraform 1.12 writes identities, which provider 5 does not support; 1.14 ignores them.
  const failing =
    semver.lt(provider, "6.0.0") &&
    program.product === "Terraform" &&
    semver.satisfies(program.version, ">=1.12.0 <1.14.0");
  return new ActionRequired(
    `the state of ${name} was written by AWS provider ${least} or later (${evidence}), and this would downgrade it to ${provider}`,
    `Keep the version that wrote it: \`plue providers lock ${name} --aws VERSION\`. If a project of`,
    `plain Terraform wrote it, its .terraform.lock.hcl contains VERSION; you can also copy that file:`,
    `  cp OLD_PROJECT/.terraform.lock.hcl ${lockFile}`,
    ...(failing
      ? [
          `Terraform ${program.version} could not even read it with ${provider}: "failed to decode identity".`,
        ]
      : []),
  );
}
