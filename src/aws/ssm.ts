import { GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { components, names, type Component } from "../names";
import { client, type AwsEnvironment } from "./client";

/** The tags that the environment remembers as deployed last, by the components' keys. */
export async function rememberedTags(
  environment: AwsEnvironment,
): Promise<Partial<Record<Component["key"], string>>> {
  const Path = names.tagParameters(environment.name);
  const { Parameters = [] } = await client(SSMClient, environment).send(
    new GetParametersByPathCommand({ Path }),
  );
  return Object.fromEntries(
    components.map(({ key, image }) => [
      key,
      Parameters.find(({ Name }) => Name === `${Path}/${image}`)?.Value,
    ]),
  );
}
