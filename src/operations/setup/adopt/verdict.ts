import { legacyModules, type LegacyEnvironment } from "../../../constructs/legacy";
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
import { allowedLosses, expectedChanges, same } from "./expected";

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
  /** True if the state holds no object of the old project. */
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
  /** True once an adoption has begun: AWS may differ from the state because of it. @default false */
  readonly hasBegun?: boolean;
}

/** Compares a plan, attribute by attribute and value by value, with what the adoption does. */
export function checkPlan(
  plan: PlanJson,
  { environment, isAdopted, existing, defaultGroupUsers: users = [], hasBegun }: Expectations,
): Verdict {
  const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode === "managed");
  const adopted = managed.filter(({ address }) => isAdopted(address));
  const does = (action: Action) => managed.filter((change) => actionOf(change) === action);
  const attributesIn = (changes: PlanJson["resource_changes"]) =>
    new Map(
      reviewOf(environment, { resource_changes: changes }).resources.map((resource) => [
        resource.address,
        resource.attributes,
      ]),
    );
  const values = attributesIn(managed);
  const drift = hasBegun ? [] : (plan.resource_drift ?? []);
  const drifted = attributesIn(drift);
  const deleted = new Set(
    drift.flatMap((one) => (actionOf(one) === "destroy" ? [one.address] : [])),
  );
  /** Changes that somebody made to an object by hand, which the plan would revert. */
  const byHand = (address: string, ...attributes: readonly string[]) => {
    const changed = drifted.get(address) ?? {};
    const names = attributes.length > 0 ? attributes : Object.keys(changed);
    const reverted = names.flatMap((name) => {
      const { before, after } = changed[name] ?? {};
      // RDS itself chooses the default parameter group, by the version.
      const isDefault = [before, after].every((value) => String(value).startsWith("default."));
      return isDefault || same(before, after)
        ? []
        : `${name} from ${words(before)} to ${words(after)}`;
    });
    return reverted.length === 0
      ? undefined
      : `somebody changed ${reverted.join(", ")} outside of Terraform`;
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
          : (expected.check({
              before: change.before?.[attribute],
              after: change.after?.[attribute] ?? undefined,
              environment,
              resource,
            }) ?? byHand(address, attribute));
      if (unexpected === undefined) return { ...found, reason: expected!.reason };
      const { before, after } = values.get(address)?.[attribute] ?? {};
      return { ...found, note: `${words(before)} to ${words(after)}; ${unexpected}` };
    }),
  );
  const created = does("create").map((resource): Finding => {
    const { address, type } = resource;
    const found = { address, attributes: [] };
    const scaled = tasksAboveMaximum(resource, managed);
    if (scaled !== undefined) return { ...found, note: scaled };
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
    const isDeleted = deleted.has(address);
    if (!isDeleted && !isAdopted(address)) return { ...found, reason: "the old project had none" };
    // AWS never had the scaling targets that named the cluster by its ARN; the others are recreated on purpose.
    const isReplaced = allowedLosses.some(
      (loss) => loss.type === type && loss.action === "replaced",
    );
    if (isReplaced && (hasBegun || type.startsWith("aws_appautoscaling_"))) {
      return { ...found, reason: "AWS has none under the old name" };
    }
    return {
      ...found,
      note: isDeleted
        ? "it is in the state, and somebody has deleted it in AWS: a new one would be created"
        : "the old project had it, and it is not in the state: is this the right state?",
    };
  });
  const replaced = does("replace").map((change) => {
    const finding = loss(change, "replaced");
    const note = finding.note ?? byHand(change.address) ?? tasksAboveMaximum(change, managed);
    return note === undefined ? finding : { ...finding, reason: undefined, note };
  });
  const destroyed = does("destroy").map((change) => loss(change, "destroyed", hasBegun));
  const moved = managed.flatMap(({ address, previous_address: from }) =>
    from && from !== address ? [{ from, to: address }] : [],
  );
  const findings = [...changed, ...created, ...replaced, ...destroyed];
  return {
    safe: findings.every(({ reason }) => reason !== undefined),
    empty: adopted.length > 0 && adopted.every((change) => actionOf(change) === "create"),
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

/** A value as JSON, without what is empty in it. */
const words = (value: unknown): string =>
  JSON.stringify(value ?? null, function (this: unknown, key, part: unknown) {
    return key !== "" && !Array.isArray(this) && same(part, undefined) ? undefined : part;
  });

/** Autoscaling works from the adoption on, and ends what is above its maximum. */
function tasksAboveMaximum(
  { address, type, change }: ResourceChange,
  all: readonly ResourceChange[],
): string | undefined {
  const service = address.replace(type, "aws_ecs_service");
  const tasks = all.find((one) => one.address === service)?.change.before?.desired_count;
  const maximum = change.after?.max_capacity;
  return type === "aws_appautoscaling_target" && Number(tasks) > Number(maximum)
    ? `${service} has ${String(tasks)} tasks, and autoscaling, which works from now on, allows ${String(maximum)}: raise maxCapacity in the settings`
    : undefined;
}

function loss(
  resource: ResourceChange,
  action: "replaced" | "destroyed",
  hasBegun = false,
): Finding {
  const name = resource.address.split(".").at(-1)!;
  const causes = forcingAttributes(resource);
  const found = { address: resource.address, attributes: causes };
  if (resource.deposed !== undefined) {
    const isReplaced = allowedLosses.some(
      (one) => one.type === resource.type && one.action === "replaced",
    );
    if (hasBegun && isReplaced) {
      return { ...found, reason: "the interrupted adoption has created its replacement" };
    }
    return {
      ...found,
      note: `this is the deposed object ${resource.deposed}: an earlier apply created its replacement and did not delete it. The current object stays`,
    };
  }
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
  if (allowed === undefined) {
    const [, module] = /^module\.([^.]+)\./.exec(resource.address) ?? [];
    return {
      ...found,
      note:
        module === undefined || legacyModules.has(module)
          ? "the adoption does not do this"
          : `the old project had no module.${module}. If it is one of its modules under another name, run \`terraform state mv module.${module} module.NAME\``,
    };
  }
  const unexpected = allowed.check?.(resource);
  return unexpected === undefined
    ? { ...found, reason: allowed.reason }
    : { ...found, note: unexpected };
}
