import { readFileSync } from "node:fs";
import { ActionRequired } from "../../process/errors";
import { writeWhole } from "../../process/files";
import type { PlanJson } from "../../terraform/plan";
import { deviations, reviewOf, type Review } from "../../terraform/review";

/** Writes the review file of a plan, without secrets. */
export function writeReview(file: string, environment: string, plan: PlanJson): void {
  writeWhole(file, `${JSON.stringify(reviewOf(environment, plan), null, 2)}\n`);
}

/**
 * Reads a review file.
 *
 * @throws ActionRequired if it is not a review file, or one of another environment
 */
export function readReview(file: string, environment: string): Review {
  const advice = `\`plue plan ${environment} --review FILE\` writes one.`;
  let review: Review;
  try {
    review = JSON.parse(readFileSync(file, "utf8")) as Review;
  } catch (error) {
    throw new ActionRequired(`${file} cannot be read: ${(error as Error).message}`, advice);
  }
  if (review.format !== 1) throw new ActionRequired(`${file} is not a review file`, advice);
  if (review.environment !== environment) {
    throw new ActionRequired(`${file} was reviewed for ${review.environment}`, advice);
  }
  return review;
}

/**
 * Checks that a plan is the reviewed one.
 *
 * @param partial allows the plan to omit reviewed changes: those of other modules, or those already applied
 * @throws ActionRequired with the differences
 */
export function refuseUnreviewed(
  reviewed: Review,
  plan: PlanJson,
  options: { readonly partial?: boolean } = {},
): void {
  const found = deviations(reviewed, reviewOf(reviewed.environment, plan), options);
  if (found.length === 0) return;
  throw new ActionRequired(
    `the plan differs from the reviewed one:\n  ${found.join("\n  ")}`,
    "Nothing was applied. Somebody or AWS has made a change since the review, or the variables differ:",
    `plan again with \`plue plan ${reviewed.environment} --review FILE\`, and have the new file reviewed.`,
  );
}
