import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { client, type AwsTarget } from "./client";

/** The text of a secret's current version: never to be printed. */
export async function readSecret(target: AwsTarget, SecretId: string): Promise<string> {
  const { SecretString = "" } = await client(SecretsManager, target).getSecretValue({ SecretId });
  return SecretString;
}
