import type { AwsError } from "./errors";

/**
 * Finds out why a profile gives no credentials. The SDK's chain of providers goes on where one fails, and
 * reports only that none had any.
 * @returns the reason in the SDK's words, with the profile's name; undefined where no profile is set up
 */
export async function whyNoCredentials(region: string): Promise<string | undefined> {
  const { AWS_PROFILE: named } = process.env;
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
