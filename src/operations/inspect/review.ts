import { findings, sources, type Finding, type Status } from "../../controls";
import type { Explanation } from "../../controls/control";
import { dollars } from "../../cost/report";
import type { EnvironmentSettings } from "../../environments/settings";
import { templateOf } from "../../stack/synthesize";
import { Stack } from "../../terraform/stack";
import { costIf } from "./cost";

/** A finding, with the price of passing it. */
export interface Reviewed extends Finding {
  /** The settings that pass it and their price, or what else passes it. @default none */
  readonly passing?: string;
}

/** The findings of a source. */
export interface ReviewedSource {
  /** Name of the source. */
  readonly name: string;
  /** Its page. */
  readonly url: string;
  /** Its controls. */
  readonly findings: readonly Reviewed[];
}

/** Checks an environment's synthesized stack by every list of controls. It needs no AWS. */
export async function reviewOf(
  settings: EnvironmentSettings,
  projectDir: string,
): Promise<readonly ReviewedSource[]> {
  const stack = new Stack(templateOf(settings));
  const priceOf = prices(settings, projectDir);
  return Promise.all(
    sources.map(async (source) => ({
      name: source.name,
      url: source.url,
      findings: await Promise.all(
        findings(source, stack).map(async (found) => ({
          ...found,
          ...(found.status === "failed" &&
            found.explanation && { passing: await priceOf(found.explanation) }),
        })),
      ),
    })),
  );
}

/** Returns how to pass a control, and the price. Each group of settings is priced once. */
function prices(settings: EnvironmentSettings, projectDir: string) {
  const known = new Map<string, Promise<string>>();
  return ({ settings: changes, isOnlyForNew, price = "" }: Explanation) => {
    if (changes === undefined) return price;
    const text = changes.join(", ");
    const base = isOnlyForNew ? { ...settings, adopts: undefined, stateKey: undefined } : settings;
    const found =
      known.get(text) ??
      costIf(base, changes, projectDir).then(({ cost: { difference } }) => {
        const where = isOnlyForNew ? ", in a new environment" : "";
        const amount = Math.abs(difference) < 0.005 ? "Free" : `${dollars(difference)} a month`;
        return `${amount}${where}: \`${changes.join("`, `")}\`.`;
      });
    known.set(text, found);
    return found;
  };
}

/** The findings with a status, in the order of their sources. */
export const withStatus = ({ findings: all }: ReviewedSource, status: Status) =>
  all.filter((found) => found.status === status);

/** A review on one page. */
export function reviewText(review: readonly ReviewedSource[]): string {
  return review
    .map((source) => {
      const failed = withStatus(source, "failed");
      const rest = (["passed", "not for a template", "not used"] as const).flatMap((status) => {
        const ids = withStatus(source, status).map(({ id }) => id);
        return ids.length === 0 ? [] : [`  ${status} (${ids.length}): ${ids.join(", ")}`];
      });
      return [
        `${source.name}: ${failed.length} failed`,
        ...failed.flatMap(({ id, title, rating, explanation, passing }) => [
          `  ${rating ? `${rating} ` : ""}${id} ${title}`,
          `      ${explanation?.reason} ${passing}`,
        ]),
        ...rest,
      ].join("\n");
    })
    .join("\n\n");
}
