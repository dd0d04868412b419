import { DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { client } from "../aws/client";
import type { Environment } from "./environment";
import { NeedsPerson, type AwsError } from "../process/errors";
import { components, names, type Component } from "../names";
import type { PlanJson, PlannedAction } from "../terraform/plan";

/** Whether a tag is in the repository of a component. */
export async function imageExists(
  environment: Environment,
  component: Component,
  imageTag: string,
): Promise<boolean> {
  try {
    await client(ECRClient, environment).send(
      new DescribeImagesCommand({
        repositoryName: names.repository(environment.name, component),
        imageIds: [{ imageTag }],
      }),
    );
    return true;
  } catch (error) {
    if (/^(Image|Repository)NotFoundException$/.test((error as AwsError).name)) return false;
    throw error;
  }
}

/** The tag in an image's reference: `latest` where it names none. */
export function tagOf(image: string): string {
  return /:([^:/@]+)$/.exec(image)?.[1] ?? "latest";
}

/** The tags that the environment remembers as deployed last, by the components' keys. */
export async function rememberedTags(
  environment: Environment,
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

/**
 * Makes sure that every image exists that a plan would start: a service would try in vain to pull
 * another, until its circuit breaker opens.
 * @throws NeedsPerson that names the images
 */
export async function refuseMissingImages(
  environment: Environment,
  plan: PlanJson,
  actions: readonly PlannedAction[],
): Promise<void> {
  const starts = components.filter(({ module }) =>
    actions.some((one) => one.module === module && /^aws_ecs_task_definition\./.test(one.address)),
  );
  const images = starts.flatMap((component) => {
    const tag = plannedTag(environment, plan, component);
    return tag === undefined ? [] : [{ component, tag }];
  });
  const found = await Promise.all(
    images.map(({ component, tag }) => imageExists(environment, component, tag)),
  );
  const missing = images.filter((_, index) => !found[index]);
  if (missing.length > 0) {
    const list = missing.map(
      ({ component, tag }) => `${names.repository(environment.name, component)}:${tag}`,
    );
    throw new NeedsPerson(
      `the images do not exist: ${list.join(", ")}`,
      `Build and push them with \`plue images ${environment.name} --source PATH\`,`,
      `then deploy the tag that it names: \`plue deploy ${environment.name} --tag TAG\`.`,
    );
  }
}

function plannedTag(
  environment: Environment,
  plan: PlanJson,
  { image }: Component,
): string | undefined {
  const name = `${names.tagParameters(environment.name)}/${image}`;
  const parameter = plan.resource_changes?.find(({ change }) => change.after?.name === name);
  return parameter?.change.after?.insecure_value as string | undefined;
}
