import { statSync } from "node:fs";
import { ActionRequired } from "../process/errors";
import type { AwsError } from "./errors";

/** Variables of which the SDK needs both, and ignores one alone. */
const PAIRS = [
  ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"],
] as const;

/**
 * Longest wait for credentials, in milliseconds. Source: DefaultTimeout of the process credentials in the AWS SDK for
 * Go, which Terraform uses.
 */
const PATIENCE = 60_000;

/**
 * The result of a call, unless its credentials are never found: the SDK waits for a credential_process for ever.
 * @param find the client's own provider, which the call uses too
 * @throws ActionRequired after a minute without credentials
 */
export async function withCredentials<T>(
  find: () => Promise<unknown>,
  call: () => Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const profile = process.env.AWS_PROFILE || "default";
      reject(
        new ActionRequired(
          `the profile "${profile}" has given no AWS credentials for ${patience / 1000} s`,
          "Run its credential_process by hand, and see what it waits for.",
        ),
      );
    }, patience);
  });
  find().then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Finds out why a profile gives no credentials. The SDK's chain of providers goes on where one fails, and
 * reports only that none had any.
 * @returns the reason, of a profile with its name and in the SDK's words; undefined where nothing is set up
 */
export async function whyNoCredentials(region: string): Promise<string | undefined> {
  const { AWS_PROFILE: named } = process.env;
  const [given, missing] =
    PAIRS.flatMap(([a, b]) => [
      [a, b],
      [b, a],
    ]).find(([a, b]) => process.env[a!] && !process.env[b!]) ?? [];
  if (given !== undefined)
    return `found no AWS credentials: ${given} is set, and ${missing} is not`;
  for (const variable of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) {
    const file = process.env[variable];
    if (file && (statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? true)) {
      return `found no AWS credentials: ${variable} is "${file}", which is not a file`;
    }
  }
  const profile = named || "default";
  const { fromIni } = await import("@aws-sdk/credential-provider-ini");
  try {
    await fromIni({ profile, clientConfig: { region } })();
    return undefined;
  } catch (error) {
    const message = (error as AwsError).message.trim();
    if (!named && message.startsWith("Could not resolve credentials using profile: [default]")) {
      return undefined;
    }
    return `the profile "${profile}" gives no AWS credentials: ${message}`;
  }
}
