import { addTag, listTags, removeTags, type TaggedImage } from "../../aws/ecr";
import { components, deployedTagPrefix, names, originOf, type Component } from "../../names";
import type { PlanJson } from "../../terraform/plan";
import { say } from "../../terminal/output";
import type { Environment } from "../environment";

/** Images that a repository keeps for being deployed last: what runs, and what rollbacks go back to. */
export const KEPT_DEPLOYMENTS = 10;

/** What is to be done to a repository's tags, for ECR to keep what is deployed. */
export interface Marking {
  /** Tag to give to the deployed image. @default none: it has the newest already */
  readonly add?: string;
  /** Tags to take off, of images that were deployed too long ago. */
  readonly remove: readonly string[];
}

/**
 * How to mark an image as deployed. The mark is a tag with the time, since ECR sorts images by when they
 * were pushed, which says nothing of when they were deployed.
 * @param digest of the image that is deployed
 * @param now when
 */
export function marking(images: readonly TaggedImage[], digest: string, now: Date): Marking {
  const marks = images
    .filter(({ tag }) => tag.startsWith(deployedTagPrefix))
    .toSorted((one, other) => (one.tag < other.tag ? 1 : -1));
  const add =
    marks[0]?.digest === digest
      ? undefined
      : `${deployedTagPrefix}${now.toISOString().replace(/\.\d+|[-:]/g, "")}`;
  const kept = new Set([digest]);
  const remove: string[] = [];
  for (const { tag, digest: marked } of marks) {
    // The newest mark of an image tells its last deployment; its older ones tell nothing more.
    if (kept.size < KEPT_DEPLOYMENTS && !kept.has(marked)) kept.add(marked);
    else if (tag !== marks[0]?.tag || add !== undefined) remove.push(tag);
  }
  return { add, remove };
}

/**
 * Marks images as deployed, so that the lifecycle policies of their repositories do not delete them:
 * ECR does not know what runs.
 * @param tags the deployed image's tag by component; components without an image are left out
 * @param forget take the marks off images that were deployed too long ago
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
        if (!environment.embedded) {
          say(
            `${names.repository(originOf(environment), component)}:${tag} is deployed and no longer in ECR: ` +
              `a task that must be replaced cannot start. \`plue images ${environment.name}\` builds it again.`,
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

/** The image tags that a plan deploys, or leaves deployed. */
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
