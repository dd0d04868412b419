import { imageExists } from "../../../aws/ecr";
import { tagOfTaskDefinition } from "../../../aws/ecs";
import { names, originOf } from "../../../names";
import type { Environment } from "../../environment";
import { failed, ok, type Check, type Definitions } from "./check";

/** Checks that each image that a task would pull is in ECR. */
export function checkImages(environment: Environment, definitions: Definitions): Promise<Check[]> {
  const { name } = environment;
  return Promise.all(
    [...definitions].map(async ([component, definition]) => {
      const tag = tagOfTaskDefinition(definition);
      const image = `${names.repository(originOf(environment), component)}:${tag}`;
      const check = `image of the ${component.title}`;
      return (await imageExists(environment, component, tag))
        ? ok(check, image)
        : failed(
            check,
            `${image} is not in ECR`,
            `plue images ${name} --source PATH, then deploy its tag`,
          );
    }),
  );
}
