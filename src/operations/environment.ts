import { join, resolve } from "node:path";
import { STS } from "@aws-sdk/client-sts";
import { closest, distance } from "fastest-levenshtein";
import { client, type AwsEnvironment } from "../aws/client";
import { enterEmbeddedAws } from "../embedded-aws/environment";
import { findServer, runningAt, type Running } from "../embedded-aws/server";
import { environments } from "../environments";
import type { EnvironmentSettings } from "../environments/settings";
import { patterns } from "../environments/patterns";
import { ActionRequired } from "../process/errors";
import { showIfSlow } from "../terminal/steps";
import type { StackFolder } from "../terraform/stack";
import { variableValue, type VariableOptions } from "../terraform/variables";

/** An environment with an account that answers. */
export interface Environment extends AwsEnvironment, StackFolder {
  /** Settings from src/environments. */
  readonly settings: EnvironmentSettings;
  /** Account of the credentials. */
  readonly accountId: string;
  /** The runtime if `AWS_ENDPOINT_URL` replaces AWS. @default it is AWS */
  readonly embedded?: Running;
}

/** Folder of `plue local`, in the project. */
export const localFolder = ".local";

/**
 * The settings of an environment.
 * @throws ActionRequired if no environment has that name
 */
export function settingsOf(name: string): EnvironmentSettings {
  const found = environments.find((settings) => settings.name === name);
  if (found) return found;
  const all = environments.map((settings) => settings.name);
  const guess = closest(name, all);
  throw new ActionRequired(
    `there is no environment "${name}"`,
    distance(name, guess) <= guess.length / 2
      ? `Did you mean ${guess}?`
      : `There are ${all.join(", ")}: see src/environments.`,
  );
}

/**
 * Checks that AWS answers, and that the credentials belong to the right account.
 * @param variables Terraform variables, which can set another region
 * @throws ActionRequired if the credentials are missing or expired, or belong to another account
 */
export async function openEnvironment(
  settings: EnvironmentSettings,
  projectDir: string,
  variables?: VariableOptions,
): Promise<Environment> {
  const { name } = settings;
  const folder: StackFolder = { name, projectDir, stackDir: stackFolderOf(name, projectDir) };
  const region = await regionOf(settings, projectDir, variables);
  if (name === "local") await useEmbeddedAws(projectDir, region);
  const sts = client(STS, { region });
  const { Account: accountId = "" } = await showIfSlow(
    "Asking AWS whose credentials these are",
    sts.getCallerIdentity({}),
  );
  if (settings.accountId && accountId !== settings.accountId) {
    throw new ActionRequired(
      `${name} belongs to the account ${settings.accountId}, and these credentials to ${accountId}`,
      "Choose other credentials, for example with AWS_PROFILE.",
    );
  }
  return {
    ...folder,
    ...(settings.recovery && { origin: settings.recovery.of }),
    settings,
    region,
    accountId,
    ...(process.env.AWS_ENDPOINT_URL && {
      embedded: await runningAt(process.env.AWS_ENDPOINT_URL),
    }),
  };
}

/** True if tasks are known to run: on AWS always, on an embedded AWS with a Docker engine. */
export function runsTasks({ embedded }: Pick<Environment, "embedded">): boolean {
  return embedded === undefined || typeof embedded.engine === "string";
}

/**
 * Makes sure that tasks run.
 * @throws ActionRequired if the environment is an embedded AWS without a Docker engine
 */
export function requireTasks(environment: Environment): void {
  if (environment.embedded?.engine !== null) return;
  throw new ActionRequired(
    "no task runs on this embedded AWS: no Docker engine answered when it started",
    "Start Docker, then `npm run local:down` and `npm run local`.",
  );
}

/** Folder of a synthesized stack. */
export function stackFolderOf(name: string, projectDir: string): string {
  return resolve(projectDir, process.env.CDKTF_OUTDIR || "cdktf.out", "stacks", name);
}

/**
 * Region of everything but the state: Terraform's `aws_region`, or the region of the settings. As in the stack, an
 * empty value stands for the default.
 * @throws ActionRequired if it is not the code of a region
 */
export async function regionOf(
  settings: EnvironmentSettings,
  projectDir: string,
  variables?: VariableOptions,
): Promise<string> {
  const { name } = settings;
  const folder: StackFolder = { name, projectDir, stackDir: stackFolderOf(name, projectDir) };
  const given = await variableValue(folder, "aws_region", variables);
  const region = given ?? settings.region ?? "us-east-1";
  if (new RegExp(patterns.region).test(region)) return region;
  throw new ActionRequired(
    `the variable aws_region is "${region}", which is not the code of an AWS region`,
    `Correct it in ${name}.tfvars, --var-file, --var or TF_VAR_aws_region: a region such as us-east-1.`,
  );
}

async function useEmbeddedAws(projectDir: string, region: string): Promise<void> {
  if (process.env.AWS_ENDPOINT_URL) return;
  const server = await findServer(join(projectDir, localFolder));
  if (!server) {
    throw new ActionRequired(
      "the environment local needs an embedded AWS, and none is running",
      "Start one with `npm run local`, or set AWS_ENDPOINT_URL to yours.",
    );
  }
  enterEmbeddedAws(server.endpoint, region);
}
