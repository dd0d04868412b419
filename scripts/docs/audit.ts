import { dev } from "../../src/environments/dev";
import { production } from "../../src/environments/production";
import type { EnvironmentSettings } from "../../src/environments/settings";
import { reviewOf, withStatus, type ReviewedSource } from "../../src/operations/inspect/review";
import { table } from "./markdown";

/** The reviews of dev and production in docs/audit.md, for us-east-1. */
export async function auditTables(project: string): Promise<ReadonlyMap<string, string>> {
  const reviewed = async (settings: EnvironmentSettings) =>
    (await reviewOf({ ...settings, region: "us-east-1" }, project)).map(section).join("\n\n");
  return new Map([
    ["review of dev", await reviewed(dev)],
    ["review of production", await reviewed(production)],
  ]);
}

/** The findings of a source: failed controls in a table, all others in lists. */
function section(source: ReviewedSource): string {
  const failed = withStatus(source, "failed");
  const outside = withStatus(source, "not for a template");
  const reasons = new Set(outside.map(({ explanation }) => explanation!.reason));
  const ids = (found: ReviewedSource["findings"]) => found.map(({ id }) => id).join(", ");
  const passed = withStatus(source, "passed");
  const unused = withStatus(source, "not used");
  return [
    `### [${source.name}](${source.url})`,
    table(
      ["fails", "asks for", "why it stays", "to pass it"],
      failed.map(({ id, title, rating, explanation, passing }) => [
        `${id}${rating ? ` (${rating})` : ""}`,
        title,
        explanation!.reason,
        passing!,
      ]),
    ),
    ...(passed.length > 0 ? [`Passed: ${ids(passed)}.`] : []),
    ...(reasons.size > 0
      ? [
          "Not for a template:",
          [...reasons]
            .map((reason) => {
              const found = outside.filter(({ explanation }) => explanation!.reason === reason);
              return `- ${ids(found)}: ${reason}`;
            })
            .join("\n"),
        ]
      : []),
    ...(unused.length > 0 ? [`The stack has no such resource: ${ids(unused)}.`] : []),
  ].join("\n\n");
}
