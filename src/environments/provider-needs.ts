import { deploymentStrategies } from "./options";
import type { EnvironmentSettings } from "./settings";

/** A setting that only a later AWS provider can do. */
export interface ProviderNeed {
  /** For example `apiServer.urlRewrite`. */
  readonly setting: string;
  /** Its value. */
  readonly value: string;
  /** The first version of the AWS provider that can do it. */
  readonly since: `${number}.${number}.${number}`;
}

/** The settings of an environment that need a later AWS provider than 5.100.0, the earliest needed first. */
export function providerNeeds({ apiServer, webApp }: EnvironmentSettings): ProviderNeed[] {
  const needs: ProviderNeed[] = [];
  if (apiServer.urlRewrite === "load-balancer") {
    // `transform` in listener rules. Source: the provider's changelog.
    needs.push({ setting: "apiServer.urlRewrite", value: apiServer.urlRewrite, since: "6.19.0" });
  }
  for (const [key, { deployment }] of Object.entries({ apiServer, webApp })) {
    if (!deployment) continue;
    const { strategy } = deployment;
    const since = deploymentStrategies[strategy];
    needs.push({ setting: `${key}.deployment.strategy`, value: strategy, since });
  }
  return needs.sort((one, other) => one.since.localeCompare(other.since, "en", { numeric: true }));
}
