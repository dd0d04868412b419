import { parts, type Architecture } from "./model";
import type { Action, PlannedAction } from "../terraform/plan";

/** What a plan does to a card or frame, with all that is folded into it. */
export interface PartAction {
  /** The gravest. */
  readonly action: Action;
  /** In words, with numbers. */
  readonly words: string;
}

/** What a plan does, as what has become of a resource once it is applied. */
export const past: Readonly<Record<Action, string>> = {
  destroy: "destroyed",
  replace: "replaced",
  change: "changed",
  create: "created",
  move: "moved",
  forget: "forgotten",
};

/** The gravest last. */
const gravity: readonly Action[] = ["move", "forget", "create", "change", "replace", "destroy"];

/** What a plan does to each part of a drawing, by the part's id; parts that stay are left out. */
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
    const own = part.stands.flatMap((address) => byAddress.get(address) ?? []);
    const all = [...own, ...part.folded.flatMap((address) => byAddress.get(address) ?? [])];
    if (all.length === 0) continue;
    const total = part.stands.length + part.folded.length;
    const numbers = gravity
      .toReversed()
      .filter((action) => all.includes(action))
      .map((action) => `${all.filter((one) => one === action).length} to ${action}`);
    const worst = gravity.findLast((action) => (own.length > 0 ? own : all).includes(action))!;
    // A rule that is created within a load balancer that stays changes the load balancer; so does one
    // alarm more the card of all alarms.
    const isWhole = own.length === part.stands.length || (own.length > 0 && worst !== "create");
    const action = isWhole || worst === "move" ? worst : "change";
    found.set(part.id, {
      action,
      words: `${numbers.join(", ")} of ${total}`,
    });
  }
  return found;
}
