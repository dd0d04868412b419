import { cacheStatus } from "../../../aws/elasticache";
import type { Environment } from "../../environment";
import { failed, ok, type Check } from "./check";

/** Checks that the cache is available. */
export async function checkCache(environment: Environment): Promise<Check[]> {
  const { cache } = environment.settings;
  if (!cache) return [];
  const check = "cache is available";
  const status = await cacheStatus(environment, cache.kind);
  if (status === "available") return [ok(check, cache.kind)];
  const fix = status ? "wait if it is being changed" : `plue deploy ${environment.name}`;
  return [failed(check, status ?? "missing", fix)];
}
