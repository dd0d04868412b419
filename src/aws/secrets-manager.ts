import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { client, type AwsTarget } from "./client";

/** The text of a secret's current version: never to be printed. */
export async function readSecret(target: AwsTarget, SecretId: string): Promise<string> {
  const { SecretString = "" } = await client(SecretsManagerClient, target).send(
    new GetSecretValueCommand({ SecretId }),
  );
  return SecretString;
}
