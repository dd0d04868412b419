import { SSM } from "@aws-sdk/client-ssm";
import { components, names, type Component } from "../names";
import { client, type AwsEnvironment } from "./client";

/** The tags that the environment remembers as deployed last, by the components' keys. */
export async function rememberedTags(
  environment: AwsEnvironment,
): Promise<Partial<Record<Component["key"], string>>> {
  const Path = names.tagParameters(environment.name);
  const { Parameters = [] } = await client(SSM, environment).getParametersByPath({ Path });
  return Object.fromEntries(
    components.map(({ key, image }) => [
      key,
      Parameters.find(({ Name }) => Name === `${Path}/${image}`)?.Value,
    ]),
  );
}
