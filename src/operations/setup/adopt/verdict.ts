import type { LegacyEnvironment } from "../../../constructs/legacy";
import {
  actionOf,
  changedAttributes,
  forcingAttributes,
  type Action,
  type PlanJson,
  type ResourceChange,
} from "../../../terraform/plan";
import { reviewOf } from "../../../terraform/review";
import type { Found } from "../../deploy/leftovers";
import { allowedLosses, expectedChanges } from "./expected";

/** Something that the plan does to one object. */
export interface Finding {
  /** Address after the plan, or before it for what is destroyed. */
  readonly address: string;
  /** Attributes that change or force the replacement. */
  readonly attributes: readonly string[];
  /** Why the adoption does it; undefined if a person must decide. */
  readonly reason?: string;
  /** The unexpected changes with their values, for the person who decides. */
  readonly note?: string;
}

/** Effect of a plan on a state of the old project. */
export interface Verdict {
  /** True if everything in the plan is expected. */
  readonly safe: boolean;
  /** True if the state holds no object at all. */
  readonly empty: boolean;
  /** The same objects under new addresses. */
  readonly moved: readonly { readonly from: string; readonly to: string }[];
  /** Objects that change in place: one finding for each attribute. */
  readonly changed: readonly Finding[];
  /** Objects that the old project did not have. */
  readonly created: readonly Finding[];
  /** Objects that are replaced. */
  readonly replaced: readonly Finding[];
  /** Objects that are destroyed. */
  readonly destroyed: readonly Finding[];
}

/** The facts that a plan is compared with. */
export interface Expectations {
  /** The environment of the old project. */
  readonly environment: LegacyEnvironment;
  /** True if the old project had an object that now has this address. */
  readonly isAdopted: (address: string) => boolean;
  /** Objects of AWS where the plan would create one. @default nothing does */
  readonly existing?: ReadonlyMap<string, Found>;
  /** Network interfaces that use the VPC's default security group. @default none */
  readonly defaultGroupUsers?: readonly string[];
}

/** Compares a plan, attribute by attribute and value by value, with what the adoption does. */
export function checkPlan(
  plan: PlanJson,
  { environment, isAdopted, existing, defaultGroupUsers: users = [] }: Expectations,
): Verdict {
  const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode === "managed");
  const does = (action: Action) => managed.filter((change) => actionOf(change) === action);
  const values = new Map(
    reviewOf(environment, plan).resources.map(({ address, attributes }) => [address, attributes]),
  );
  const shown = (address: string, attribute: string) => {
    const { before, after } = values.get(address)?.[attribute] ?? {};
    return `${JSON.stringify(before ?? null)} to ${JSON.stringify(after ?? null)}`;
  };

  const changed = does("change").flatMap((resource) =>
    changedAttributes(resource).map((attribute): Finding => {
      const { address, type } = resource;
      const found = { address, attributes: [attribute] };
      const table = expectedChanges[type]?.[attribute] ?? expectedChanges["*"]![attribute];
      const name = address.replace(/\[.*\]$/, "");
      const expected = table?.name?.test(name) === false ? undefined : table;
      const { change } = resource;
      const unexpected =
        expected === undefined
          ? "the adoption does not change it"
          : expected.check({
              before: change.before?.[attribute],
              after: change.after?.[attribute] ?? undefined,
              environment,
              resource,
            });
      return unexpected === undefined
        ? { ...found, reason: expected!.reason }
        : { ...found, note: `${shown(address, attribute)}; ${unexpected}` };
    }),
  );
  const created = does("create").map(({ address, type }): Finding => {
    const found = { address, attributes: [] };
    const there = existing?.get(address);
    if (there?.isOurs) {
      return { ...found, reason: `it exists already (${there.id}): the apply imports it` };
    }
    if (there) {
      return {
        ...found,
        note: `${there.id} exists already, and its tags do not say that it is this environment's. Remove it, give it another name, or import it with \`terraform import\` after the apply has stopped at it`,
      };
    }
    if (type === "aws_default_security_group" && users.length > 0) {
      return {
        ...found,
        note: `the rules of the VPC's default security group would go, and network interfaces use them (${users.join(", ")}): give these a group of their own`,
      };
    }
    if (type === "aws_default_security_group") {
      return {
        ...found,
        reason: "the rules of the VPC's default security group go: Plue does not use it",
      };
    }
    if (!isAdopted(address)) return { ...found, reason: "the old project had none" };
    if (allowedLosses.some((loss) => loss.type === type && loss.action === "replaced")) {
      return { ...found, reason: "AWS has none under the old name" };
    }
    return {
      ...found,
      note: "the old project had it: is this the right state, or was it deleted by hand?",
    };
  });
  const replaced = does("replace").map((change) => loss(change, "replaced"));
  const destroyed = does("destroy").map((change) => loss(change, "destroyed"));
  const moved = managed.flatMap(({ address, previous_address: from }) =>
    from && from !== address ? [{ from, to: address }] : [],
  );
  const findings = [...changed, ...created, ...replaced, ...destroyed];
  return {
    safe: findings.every(({ reason }) => reason !== undefined),
    empty: managed.length > 0 && managed.every((change) => actionOf(change) === "create"),
    moved,
    changed,
    created,
    replaced,
    destroyed,
  };
}

/** The findings that a person must decide on. */
export function undecided({ changed, created, replaced, destroyed }: Omit<Verdict, "safe">) {
  return [...changed, ...created, ...replaced, ...destroyed].filter(
    ({ reason }) => reason === undefined,
  );
}

function loss(resource: ResourceChange, action: "replaced" | "destroyed"): Finding {
  const name = resource.address.split(".").at(-1)!;
  const causes = forcingAttributes(resource);
  const found = { address: resource.address, attributes: causes };
  if (resource.action_reason === "replace_because_tainted") {
    return {
      ...found,
      note: "it is tainted: an earlier apply did not see its creation finish. If it is in order, run `terraform untaint` with the old code",
    };
  }
  const allowed = allowedLosses.find(
    (candidate) =>
      candidate.type === resource.type &&
      candidate.action === action &&
      (candidate.name?.test(name) ?? true) &&
      causes.every((cause) => candidate.because?.includes(cause)),
  );
  if (allowed === undefined) return { ...found, note: "the adoption does not do this" };
  const unexpected = allowed.check?.(resource);
  return unexpected === undefined
    ? { ...found, reason: allowed.reason }
    : { ...found, note: unexpected };
}
