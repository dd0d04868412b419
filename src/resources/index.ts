import * as all from "./all";
import type { ResourceKind } from "./kind";

const isKind = (exported: unknown): exported is ResourceKind =>
  typeof exported === "object" && exported !== null && "permissions" in exported;

/** Every type of resource that a stack has, by its Terraform type. */
export const kinds: ReadonlyMap<string, ResourceKind> = new Map(
  Object.values(all)
    .filter(isKind)
    .map((kind) => [kind.type, kind]),
);

/** The card of a type; undefined if it has none. */
export function cardOf(type: string) {
  const drawing = kinds.get(type)?.drawing;
  return drawing?.as === "card" ? drawing : undefined;
}
