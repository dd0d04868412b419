import fc from "fast-check";
import { actionsOf, boundsOf, type Node } from "../../scripts/schema-node";
import type { Schema } from "../../src/environments/schema";

const awkward = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    "${var.x}",
    '"',
    "\\",
    "%{",
    "dev",
    "10.0.0.0/16",
    "\u0000",
    "é",
    "__proto__",
  ),
  fc.constantFrom<unknown>(-1, 0.5, NaN, Infinity, 1e12, null, true, [], {}, [undefined]),
  fc.string({ maxLength: 40 }),
);

/**
 * Values for a schema, in most places those of an example.
 *
 * @param wrong in how many of a thousand places the value, or the name of a key, is one that nobody thought of
 */
export function valuesOf(schema: Schema, example: unknown, wrong: number): fc.Arbitrary<unknown> {
  return arbitrary(schema, example);

  function arbitrary(node: Node, given: unknown): fc.Arbitrary<unknown> {
    if (node.entries || node.type === "array" || node.type === "optional") return made(node, given);
    const right =
      given === undefined
        ? made(node, given)
        : fc.oneof(
            { weight: 20, arbitrary: fc.constant(given) },
            { weight: 1, arbitrary: made(node, given) },
          );
    return wrong === 0
      ? right
      : fc.oneof({ weight: 1000, arbitrary: right }, { weight: wrong, arbitrary: awkward });
  }

  function made(node: Node, given: unknown): fc.Arbitrary<unknown> {
    const { entries } = node;
    const options = (node.options ?? []) as readonly Node[];
    const pipe = actionsOf(node);
    if (node.type === "optional") {
      const value = arbitrary(node.wrapped!, given);
      return fc.oneof(
        { weight: 20, arbitrary: given === undefined ? fc.constant(undefined) : value },
        { weight: 1, arbitrary: value },
      );
    }
    if (entries) {
      const group = fc.record(
        Object.fromEntries(
          Object.entries(entries).map(([key, entry]) => [
            key,
            arbitrary(entry, (given as Record<string, unknown>)?.[key]),
          ]),
        ),
      );
      return wrong === 0
        ? group
        : fc.oneof(
            { weight: 1000, arbitrary: group },
            {
              weight: wrong,
              arbitrary: fc
                .tuple(group, fc.string(), awkward)
                .map(([value, key, other]) => ({ ...value, [key]: other })),
            },
          );
    }
    switch (node.type) {
      case "array":
        return Array.isArray(given)
          ? fc.tuple(...given.map((item) => arbitrary(node.item!, item)))
          : fc.array(arbitrary(node.item!, undefined), { minLength: 1, maxLength: 2 });
      case "variant":
        return fc.oneof(...options.map((option) => arbitrary(option, given)));
      case "union":
        return fc.oneof(...options.map((option) => made(option, undefined)));
      case "picklist":
        return fc.constantFrom<unknown>(...options);
      case "literal":
        return fc.constant(node.literal);
      case "boolean":
        return fc.boolean();
      case "record":
        return fc.dictionary(fc.constantFrom("Team", "Owner"), fc.constantFrom("git", "ops"));
      case "number": {
        const { min = 0, max = 0 } = boundsOf(node);
        return pipe.some(({ type }) => type === "integer")
          ? fc.integer({ min, max: Math.min(max, min + 50) })
          : fc.integer({ min: Math.ceil(min) + 1, max: Math.min(max, 1000) });
      }
      case "string":
        return fc.constantFrom(...pipe.flatMap(({ examples = [] }) => examples));
      default:
        throw new Error(`no values for a schema of the type ${node.type}`);
    }
  }
}
