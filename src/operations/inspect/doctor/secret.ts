import { isDenied, type AwsError } from "../../../aws/errors";
import { readSecret } from "../../../aws/secrets-manager";
import { names } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, unknown, type Check } from "./check";

/** Checks that the connection secret contains a URL, without showing the value. */
export async function checkSecret(environment: Environment): Promise<Check[]> {
  const secret = names.connectionSecret(environment.name);
  const check = `secret ${secret}`;
  const fix = `plue deploy ${environment.name} writes it`;
  try {
    const url = urlIn(await readSecret(environment, secret));
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
