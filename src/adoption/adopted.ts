import { legacyAddress } from "../legacy";
import type { EnvironmentSettings } from "../settings";

/** A synthesized stack, as far as it is read here. */
interface Template {
  readonly resource: Readonly<
    Record<
      string,
      Readonly<Record<string, { "//": { metadata: { path: string } }; count?: unknown }>>
    >
  >;
}

/** The addresses at which a stack expects an object of the old project. */
export function adoptedAddresses(
  { resource }: Template,
  adopts: NonNullable<EnvironmentSettings["adopts"]>,
): Set<string> {
  return new Set(
    Object.entries(resource).flatMap(([type, resources]) =>
      Object.entries(resources)
        .filter(([, { "//": comment }]) => {
          const [, ...path] = comment.metadata.path.split("/");
          return legacyAddress(path.join("/"), adopts) !== undefined;
        })
        .map(([name, { count }]) => `${type}.${name}${count === undefined ? "" : "[0]"}`),
    ),
  );
}
