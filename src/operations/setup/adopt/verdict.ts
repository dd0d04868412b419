import {
  actionOf,
  changedAttributes,
  forcingAttributes,
  type Action,
  type ResourceChange,
} from "../../../terraform/plan";
import { allowedLosses, explainedChanges } from "./expected";

/** Something that changes, and why that is well, or what a person must look at. */
export interface Finding {
  /** Address after the plan, or before it for what is destroyed. */
  readonly address: string;
  /** Attributes that change or force the replacement. */
  readonly attributes: readonly string[];
  /** Why it is well; undefined where nobody foresaw it. */
  readonly reason?: string;
}

/** What a plan would do to a state of the old project. */
export interface Verdict {
  /** Whether a person need not look. */
  readonly safe: boolean;
  /** The same objects under new addresses. */
  readonly moved: readonly { readonly from: string; readonly to: string }[];
  /** Objects that change in place: one finding for each attribute. */
  readonly changed: readonly Finding[];
  /** Objects that the old project did not have. */
  readonly created: readonly Finding[];
  /** Objects that are replaced. */
  readonly replaced: readonly Finding[];
  /** Objects that go. */
  readonly destroyed: readonly Finding[];
}

/**
 * Judges a plan.
 *
 * @param changes all of the plan's resource changes
 * @param isAdopted whether an address holds an object of the old project: creating it means that the
 * state at hand lacks it, and so may be the wrong state
 */
export function judge(
  changes: readonly ResourceChange[],
  isAdopted: (address: string) => boolean,
): Verdict {
  const managed = changes.filter((change) => change.mode === "managed");
  const does = (action: Action) => managed.filter((change) => actionOf(change) === action);

  const changed = does("change").flatMap((change) =>
    changedAttributes(change).map((attribute) => ({
      address: change.address,
      attributes: [attribute],
      reason: explainedChanges[change.type]?.[attribute] ?? explainedChanges["*"]![attribute],
    })),
  );
  const created = does("create").map(({ address, type }) => ({
    address,
    attributes: [],
    reason: !isAdopted(address)
      ? "the old project had none"
      : allowedLosses.some((loss) => loss.type === type && loss.action === "replaced")
        ? "AWS has none under the old name any more"
        : undefined,
  }));
  const replaced = does("replace").map((change) => loss(change, "replaced"));
  const destroyed = does("destroy").map((change) => loss(change, "destroyed"));

  return {
    safe: [...changed, ...created, ...replaced, ...destroyed].every(
      (finding) => finding.reason !== undefined,
    ),
    moved: managed.flatMap(({ address, previous_address }) =>
      previous_address && previous_address !== address
        ? [{ from: previous_address, to: address }]
        : [],
    ),
    changed,
    created,
    replaced,
    destroyed,
  };
}

function loss(change: ResourceChange, action: "replaced" | "destroyed"): Finding {
  const name = change.address.split(".").at(-1)!;
  const causes = forcingAttributes(change);
  const allowed = allowedLosses.find(
    (candidate) =>
      candidate.type === change.type &&
      candidate.action === action &&
      (candidate.name?.test(name) ?? true) &&
      causes.every((cause) => candidate.because?.includes(cause)),
  );
  return { address: change.address, attributes: causes, reason: allowed?.reason };
}
