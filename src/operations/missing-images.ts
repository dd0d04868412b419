import { imageExists } from "../aws/ecr";
import { components, names, type Component } from "../names";
import { ActionRequired } from "../process/errors";
import type { PlanJson, PlannedAction } from "../terraform/plan";
import type { Environment } from "./environment";

/**
 * Makes sure that every image exists that a plan would start: a service would try in vain to pull
 * another, until its circuit breaker opens.
 * @throws ActionRequired that names the images
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
    throw new ActionRequired(
      `the images do not exist: ${list.join(", ")}`,
      `Build and push them with \`plue images ${environment.name} --source PATH\`,`,
      `then deploy the tag that it prints: \`plue deploy ${environment.name} --tag TAG\`.`,
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
