import { isDenied, type AwsError } from "../../../aws/errors";
import { aws } from "../../../aws/services";
import { names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, unknown, type Check } from "./check";

/** Checks that the connection secret contains a URL, without showing the value. */
export async function checkSecret(environment: Environment): Promise<Check[]> {
  const secret = names.connectionSecret(environment.name);
  const check = `secret ${secret}`;
  const fix = `plue deploy ${environment.name} writes it`;
  try {
    const secrets = await aws.secrets(environment);
    const { SecretString = "" } = await secrets.getSecretValue({ SecretId: secret });
    const url = urlIn(SecretString);
    return [
      url
        ? ok(check, `its url has the host ${url.host}`)
        : failed(check, "it contains no JSON with a valid url", fix),
    ];
  } catch (error) {
    const { name, message } = error as AwsError;
    if (isDenied(error)) return [unknown(check, "you may not read it")];
    if (name === "ResourceNotFoundException" || name === "InvalidRequestException") {
      return [failed(check, message, fix)];
    }
    throw error;
  }
}

function urlIn(text: string): URL | undefined {
  try {
    return new URL((JSON.parse(text) as { url: string }).url);
  } catch {
    return undefined;
  }
}
