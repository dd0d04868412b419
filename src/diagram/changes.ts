import { parts, type Architecture } from "./model";
import type { Action, PlannedAction } from "../terraform/plan";

/** The plan's action on a card or frame, with all that is folded into it. */
export interface PartAction {
  /** The gravest. */
  readonly action: Action;
  /** In words, with numbers. */
  readonly words: string;
}

/** Each action in the past: the result after the apply. */
export const past: Readonly<Record<Action, string>> = {
  destroy: "destroyed",
  replace: "replaced",
  change: "changed",
  create: "created",
  move: "moved",
  forget: "forgotten",
  import: "imported",
};

/** The gravest last. */
const gravity: readonly Action[] = [
  "move",
  "forget",
  "import",
  "create",
  "change",
  "replace",
  "destroy",
];

/** The plan's action on each part of a drawing, by the part's id; unchanged parts are left out. */
export function actionsOnParts(
  architecture: Architecture,
  actions: readonly PlannedAction[],
): Map<string, PartAction> {
  const byAddress = new Map<string, Action[]>();
  for (const { address, action } of actions) {
    const plain = address.replace(/\[.*\]$/, "");
    byAddress.set(plain, [...(byAddress.get(plain) ?? []), action]);
  }
  const found = new Map<string, PartAction>();
  for (const part of parts(architecture.children)) {
    const own = part.addresses.flatMap((address) => byAddress.get(address) ?? []);
    const all = [...own, ...part.folded.flatMap((address) => byAddress.get(address) ?? [])];
    if (all.length === 0) continue;
    const total = part.addresses.length + part.folded.length;
    const numbers = gravity
      .toReversed()
      .filter((action) => all.includes(action))
      .map((action) => `${all.filter((one) => one === action).length} to ${action}`);
    const worst = gravity.findLast((action) => (own.length > 0 ? own : all).includes(action))!;
    // A rule that is created within a load balancer that stays changes the load balancer; so does one
    // alarm more the card of all alarms.
    const isWhole = own.length === part.addresses.length || (own.length > 0 && worst !== "create");
    const action = isWhole || worst === "move" ? worst : "change";
    found.set(part.id, {
      action,
      words: `${numbers.join(", ")} of ${total}`,
    });
  }
  return found;
}
