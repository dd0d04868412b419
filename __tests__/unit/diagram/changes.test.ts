import { actionsOnParts } from "../../../src/diagram/changes";
import type { Action } from "../../../src/terraform/plan";

const part = (addresses: readonly string[], folded: readonly string[] = []) => ({
  id: "part",
  family: "compute" as const,
  glyph: "box" as const,
  title: "Part",
  lines: [],
  addresses,
  folded,
});

test.each<[string, readonly string[], readonly string[], Record<string, Action>, string]>([
  [
    "all that it represents",
    ["a", "b"],
    [],
    { a: "create", b: "create" },
    "create: 2 to create of 2",
  ],
  ["one more of a kind", ["a", "b"], [], { b: "create" }, "change: 1 to create of 2"],
  [
    "one of a kind that is replaced",
    ["a", "b"],
    [],
    { b: "replace" },
    "replace: 1 to replace of 2",
  ],
  ["only what is folded in", ["a"], ["b"], { b: "destroy" }, "change: 1 to destroy of 2"],
  [
    "the gravest of its own",
    ["a", "b"],
    ["c"],
    { a: "change", b: "destroy", c: "create" },
    "destroy: 1 to destroy, 1 to change, 1 to create of 3",
  ],
  ["only a move in the state", ["a"], ["b"], { b: "move" }, "move: 1 to move of 2"],
])("a card shows %s", (_, addresses, folded, planned, expected) => {
  const actions = Object.entries(planned).map(([address, action]) => ({
    action,
    address,
    module: "m",
    attributes: [],
  }));
  const architecture = { title: "", children: [part(addresses, folded)], arrows: [] };
  const { action, words } = actionsOnParts(architecture, actions).get("part")!;
  expect(`${action}: ${words}`).toBe(expected);
});
