import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { closest, distance } from "fastest-levenshtein";
import { environments } from "../environments";
import { embeddedAwsVariables } from "../embedded-aws/environment";
import { findServer } from "../embedded-aws/server";
import type { EnvironmentSettings } from "../environments/settings";
import { client } from "../aws/client";
import { NeedsPerson } from "../process/errors";

/** An environment that commands work on, with an account that answers. */
export interface Environment {
  /** Name of the environment and of its stack. */
  readonly name: string;
  /** Its settings. */
  readonly settings: EnvironmentSettings;
  /** Region of everything but the state. */
  readonly region: string;
  /** The account that the credentials belong to. */
  readonly accountId: string;
  /** Whether `AWS_ENDPOINT_URL` puts something else in the place of AWS. */
  readonly embedded: boolean;
  /** Directory of this project. */
  readonly projectDir: string;
  /** Directory of the synthesized stack, where Terraform works. */
  readonly stackDir: string;
}

/**
 * The settings of an environment.
 * @throws NeedsPerson if there is none of that name
 */
export function settingsOf(name: string): EnvironmentSettings {
  const found = environments.find((settings) => settings.name === name);
  if (found) return found;
  const all = environments.map((settings) => settings.name);
  const guess = closest(name, all);
  throw new NeedsPerson(
    `there is no environment "${name}"`,
    distance(name, guess) <= guess.length / 2
      ? `Did you mean ${guess}?`
      : `There are ${all.join(", ")}: see src/environments.`,
  );
}

/**
 * Makes sure that an environment can be worked on: AWS answers, and it is the right account.
 * @throws NeedsPerson if the credentials are missing, expired or another account's
 */
export async function openEnvironment(
  settings: EnvironmentSettings,
  projectDir: string,
): Promise<Environment> {
  const { name } = settings;
  const region = regionOf(settings, projectDir);
  if (name === "local") await useEmbeddedAws(projectDir, region);
  const sts = client(STSClient, { region });
  const { Account: accountId = "" } = await sts.send(new GetCallerIdentityCommand({}));
  if (settings.accountId && accountId !== settings.accountId) {
    throw new NeedsPerson(
      `${name} belongs to the account ${settings.accountId}, and these credentials to ${accountId}`,
      "Choose other credentials, for example by AWS_PROFILE.",
    );
  }
  return {
    name,
    settings,
    region,
    accountId,
    embedded: Boolean(process.env.AWS_ENDPOINT_URL),
    projectDir,
    stackDir: resolve(projectDir, process.env.CDKTF_OUTDIR ?? "cdktf.out", "stacks", name),
  };
}

/** A variables file of an environment that Terraform is given where it exists. */
export function varFileOf(name: string, projectDir: string): string | undefined {
  const file = join(projectDir, `${name}.tfvars`);
  return existsSync(file) ? file : undefined;
}

function regionOf(settings: EnvironmentSettings, projectDir: string): string {
  const file = varFileOf(settings.name, projectDir);
  const given = file && /^\s*aws_region\s*=\s*"([^"]+)"/m.exec(readFileSync(file, "utf8"))?.[1];
  return given || process.env.TF_VAR_aws_region || settings.region || "us-east-1";
}

async function useEmbeddedAws(projectDir: string, region: string): Promise<void> {
  if (process.env.AWS_ENDPOINT_URL) return;
  const server = await findServer(join(projectDir, ".local"));
  if (!server) {
    throw new NeedsPerson(
      "local is the environment of an embedded AWS, and none is running",
      "Start one with `npm run local`, or let AWS_ENDPOINT_URL name yours.",
    );
  }
  Object.assign(process.env, embeddedAwsVariables(server.endpoint, region));
}
