/** An image in a repository of ECR. */
export interface StoredImage {
  readonly digest: string;
  /** When it was pushed, in days. A tag that is added later does not change it. */
  readonly pushedAt: number;
  readonly tags: readonly string[];
  /** Digests of the images that it is an index of. */
  readonly parts?: readonly string[];
}

/** A rule of a lifecycle policy, as far as the stacks use them. */
export interface LifecycleRule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: "tagged" | "untagged" | "any";
    readonly tagPatternList?: readonly string[];
    readonly countType: "imageCountMoreThan" | "sinceImagePushed";
    readonly countNumber: number;
  };
}

/**
 * The images of a repository that ECR keeps.
 *
 * Source: "How lifecycle policy evaluation works" in the ECR user guide: an image that matches the tags
 * of a rule is not expired by a rule of lower priority; rules still count what others have expired; order
 * is by the time of the push; what an index refers to stays as long as the index.
 */
export function afterLifecycle(
  rules: readonly LifecycleRule[],
  images: readonly StoredImage[],
  today: number,
): StoredImage[] {
  const expired = new Set<StoredImage>();
  const claimed = new Set<StoredImage>();
  for (const { selection } of rules.toSorted((a, b) => a.rulePriority - b.rulePriority)) {
    const { countType, countNumber } = selection;
    const selected = images
      .filter((image) => isSelected(selection, image))
      .toSorted((one, other) => other.pushedAt - one.pushedAt);
    const due =
      countType === "imageCountMoreThan"
        ? selected.slice(countNumber)
        : selected.filter(({ pushedAt }) => today - pushedAt > countNumber);
    for (const image of due) if (!claimed.has(image)) expired.add(image);
    for (const image of selected) claimed.add(image);
  }
  const staying = images.filter((image) => !expired.has(image));
  const parts = new Set(staying.flatMap(({ parts = [] }) => parts));
  return images.filter((image) => !expired.has(image) || parts.has(image.digest));
}

function isSelected(
  { tagStatus, tagPatternList = [] }: LifecycleRule["selection"],
  { tags }: StoredImage,
): boolean {
  if (tagStatus === "any") return true;
  if (tagStatus === "untagged") return tags.length === 0;
  return tagPatternList.every((pattern) => tags.some((tag) => matches(pattern, tag)));
}

function matches(pattern: string, tag: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.\\^$+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(tag);
}
