import { addTag, listTags, removeTags, type TaggedImage } from "../../aws/ecr";
import { components, deployedTagPrefix, names, originOf, type Component } from "../../names";
import type { PlanJson } from "../../terraform/plan";
import { say } from "../../terminal/output";
import { runsTasks, type Environment } from "../environment";

/** Number of most recently deployed images that a repository keeps: the running one, and those for rollbacks. */
export const KEPT_DEPLOYMENTS = 10;

/** Changes of a repository's tags that make ECR keep the deployed images. */
export interface Marking {
  /** Tag to add to the deployed image. @default none: the image has the newest mark already */
  readonly add?: string;
  /** Tags to remove from images that were deployed too long ago. */
  readonly remove: readonly string[];
}

const isMark = ({ tag }: TaggedImage) => tag.startsWith(deployedTagPrefix);

/**
 * Computes how to mark an image as deployed. The mark is a tag with the time of the deployment: ECR knows only the time
 * of the push.
 * @param digest digest of the deployed image
 * @param now time of the deployment
 */
export function marking(images: readonly TaggedImage[], digest: string, now: Date): Marking {
  const marks = images.filter(isMark).toSorted((one, other) => (one.tag < other.tag ? 1 : -1));
  const add =
    marks[0]?.digest === digest
      ? undefined
      : `${deployedTagPrefix}${now.toISOString().replace(/\.\d+|[-:]/g, "")}`;
  const kept = new Set([digest]);
  const remove: string[] = [];
  for (const { tag, digest: marked } of marks) {
    // Only the newest mark of an image matters: it is the time of the last deployment.
    if (kept.size < KEPT_DEPLOYMENTS && !kept.has(marked)) kept.add(marked);
    else if (tag !== marks[0]?.tag || add !== undefined) remove.push(tag);
  }
  return { add, remove };
}

/**
 * Marks images as deployed, so that the lifecycle policies of their repositories do not delete them: ECR does not know
 * which images run.
 * @param tags tag of the deployed image by component, without components that have no image
 * @param forget removes the marks of images that were deployed too long ago
 */
export async function keepImages(
  environment: Environment,
  tags: ReadonlyMap<Component, string>,
  { forget }: { readonly forget: boolean },
): Promise<void> {
  await Promise.all(
    [...tags].map(async ([component, tag]) => {
      const images = await listTags(environment, component);
      if (images === undefined) return;
      const deployed = images.find((image) => image.tag === tag);
      if (!deployed) {
        // Without a mark nothing was deployed, and the tag is the variable's default.
        if (runsTasks(environment) && images.some(isMark)) {
          say(
            `${names.repository(originOf(environment), component)}:${tag} is deployed, but no longer in ECR: ` +
              `a replacement task cannot start. \`plue images ${environment.name} --source PATH\` builds it again.`,
          );
        }
        return;
      }
      const { add, remove } = marking(images, deployed.digest, new Date());
      if (add) await addTag(environment, component, deployed.digest, add);
      if (forget && remove.length > 0) await removeTags(environment, component, remove);
    }),
  );
}

/** Image tags that a plan deploys, or that stay deployed. */
export function plannedTags({ name }: Environment, plan: PlanJson): Map<Component, string> {
  const tags = new Map<Component, string>();
  for (const component of components) {
    const parameter = `${names.tagParameters(name)}/${component.image}`;
    const change = plan.resource_changes?.find(({ change }) => change.after?.name === parameter);
    const tag = change?.change.after?.insecure_value;
    if (typeof tag === "string") tags.set(component, tag);
  }
  return tags;
}
