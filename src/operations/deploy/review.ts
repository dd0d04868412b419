import { readFileSync } from "node:fs";
import { ActionRequired } from "../../process/errors";
import { writeWhole } from "../../process/files";
import type { PlanJson } from "../../terraform/plan";
import { deviations, reviewOf, type Review } from "../../terraform/review";

/** Writes down what a plan means, without secrets, for somebody to review. */
export function writeReview(file: string, environment: string, plan: PlanJson): void {
  writeWhole(file, `${JSON.stringify(reviewOf(environment, plan), null, 2)}\n`);
}

/**
 * Reads what was reviewed.
 *
 * @throws ActionRequired if the file is none, or another environment's
 */
export function readReview(file: string, environment: string): Review {
  const advice = `\`plue plan ${environment} --review FILE\` writes one.`;
  let review: Review;
  try {
    review = JSON.parse(readFileSync(file, "utf8")) as Review;
  } catch (error) {
    throw new ActionRequired(`${file} cannot be read: ${(error as Error).message}`, advice);
  }
  if (review.format !== 1) throw new ActionRequired(`${file} is no reviewed plan`, advice);
  if (review.environment !== environment) {
    throw new ActionRequired(`${file} was reviewed for ${review.environment}`, advice);
  }
  return review;
}

/**
 * Makes sure that a plan means what was reviewed.
 *
 * @param partial the plan may leave out what was reviewed: other modules, or what is already done
 * @throws ActionRequired that names what differs
 */
export function refuseUnreviewed(
  reviewed: Review,
  plan: PlanJson,
  options: { readonly partial?: boolean } = {},
): void {
  const found = deviations(reviewed, reviewOf(reviewed.environment, plan), options);
  if (found.length === 0) return;
  throw new ActionRequired(
    `the plan is not the one that was reviewed:\n  ${found.join("\n  ")}`,
    "Nothing of it was applied. Somebody, or AWS, has changed something since, or other variables were given:",
    `plan again with \`plue plan ${reviewed.environment} --review FILE\`, and have that reviewed.`,
  );
}
