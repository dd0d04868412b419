import { imageExists } from "../../aws/ecr";
import { components, names, originOf, services } from "../../names";
import { ActionRequired } from "../../process/errors";
import type { PlanJson, PlannedAction } from "../../terraform/plan";
import type { Environment } from "../environment";
import { plannedTags } from "./keep-images";

/**
 * Checks that every image exists that a plan would start. Otherwise the tasks of a service would fail to start until its
 * circuit breaker opens.
 * @param adoption the migration task's image need not exist: only an adoption creates its repository
 * @throws ActionRequired with the missing images
 */
export async function refuseMissingImages(
  environment: Environment,
  plan: PlanJson,
  actions: readonly PlannedAction[],
  adoption = false,
): Promise<void> {
  const starts = (adoption ? services : components).filter(({ module }) =>
    actions.some((one) => one.module === module && /^aws_ecs_task_definition\./.test(one.address)),
  );
  const tags = plannedTags(environment, plan);
  const images = starts.flatMap((component) => {
    const tag = tags.get(component);
    return tag === undefined ? [] : [{ component, tag }];
  });
  const found = await Promise.all(
    images.map(({ component, tag }) => imageExists(environment, component, tag)),
  );
  const missing = images.filter((_, index) => !found[index]);
  if (missing.length > 0) {
    const list = missing.map(
      ({ component, tag }) => `${names.repository(originOf(environment), component)}:${tag}`,
    );
    throw new ActionRequired(
      `the images do not exist: ${list.join(", ")}`,
      ...(adoption
        ? ["An adoption needs both images before: docs/adopting.md, step 5."]
        : [
            `Build them with \`plue images ${environment.name} --source PATH\`,`,
            `then deploy the tag that it prints: \`plue deploy ${environment.name} --tag TAG\`.`,
          ]),
    );
  }
}
