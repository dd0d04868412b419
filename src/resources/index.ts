import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ResourceKind } from "./kind";

const isKind = (exported: unknown): exported is ResourceKind =>
  typeof exported === "object" && exported !== null && "permissions" in exported;

/** Every type of resource that a stack has, by its Terraform type: the kinds that the files of this folder export. */
export const kinds: ReadonlyMap<string, ResourceKind> = new Map(
  readdirSync(__dirname)
    .filter((file) => /^(?!index\.).*\.[jt]s$/.test(file))
    .flatMap((file) =>
      Object.values<unknown>(module.require(join(__dirname, file)) as Record<string, unknown>),
    )
    .filter(isKind)
    .map((kind) => [kind.type, kind]),
);

/** The card of a type; undefined if it has none. */
export function cardOf(type: string) {
  const drawing = kinds.get(type)?.drawing;
  return drawing?.as === "card" ? drawing : undefined;
}
